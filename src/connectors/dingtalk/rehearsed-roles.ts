import { z } from "zod";
import { isPlaceholderId, placeholderId } from "../placeholder-id.js";
import { roleGroupGuard, roleGuard, roleHoldersGuard } from "./role-guards.js";

/** Reads what DingTalk holds. @throws ConnectorError */
export type ReadRoles = <T>(path: string, body: Record<string, unknown>, guard: z.ZodType<T>) => Promise<T>;

/** A role in a rehearsal. */
interface RehearsedRole {
  name: string;
  groupId: string;
}

/** DingTalk's roles as they would be after the writes of a rehearsal. What is not there is refused as DingTalk does. */
export interface RehearsedRoles {
  addGroup(name: string): string;
  namesIn(groupId: string): Promise<Map<string, string>>;
  addRole(groupId: string, name: string): string;
  role(id: string): Promise<RehearsedRole>;
  rename(id: string, role: RehearsedRole): void;
  remove(id: string): void;
  setHolder(id: string, userid: string, holds: boolean): void;
  /** The answer to a read of roles; undefined for any other path. */
  answer(path: string, body: Record<string, unknown>): Promise<object> | undefined;
}

const LIST = "/topapi/role/list";
const GROUP = "/topapi/role/getrolegroup";
const ROLE = "/topapi/role/getrole";
const HOLDERS = "/topapi/role/simplelist";

const anyList = z.object({ result: z.looseObject({ hasMore: z.boolean(), list: z.array(z.unknown()) }) });

/**
 * A view of DingTalk's roles with the writes in `written` laid over it.
 * @param people refuses an unknown role, and knows who is removed in the course of the rehearsal
 */
export function createRehearsedRoles(
  written: Map<string, unknown>,
  read: ReadRoles,
  { gone, isDeleted }: { gone: () => never; isDeleted: (userid: string) => boolean },
): RehearsedRoles {
  const textAt = (key: string) => {
    const value = written.get(key);
    return typeof value === "string" ? value : undefined;
  };
  const createdGroups = () =>
    [...written.keys()].filter((key) => key.startsWith("roleGroup ")).map((key) => key.slice(10));
  /** What became of a role: null where it was removed. */
  const overlay = (id: string): RehearsedRole | null | undefined => {
    const value = textAt(`role ${id}`);
    return value === undefined ? undefined : (JSON.parse(value) as RehearsedRole | null);
  };
  const overlaid = () =>
    [...written.keys()].filter((key) => key.startsWith("role ")).map((key) => key.slice(5));

  async function role(id: string): Promise<RehearsedRole> {
    const here = overlay(id);
    if (here === null) return gone();
    return here ?? (await read(ROLE, { roleId: Number(id) }, roleGuard)).role;
  }

  async function namesIn(groupId: string): Promise<Map<string, string>> {
    const held = isPlaceholderId(groupId)
      ? []
      : (await read(GROUP, { group_id: Number(groupId) }, roleGroupGuard)).role_group.roles;
    const names = new Map(held.map(({ role_id, role_name }) => [role_id, role_name]));
    for (const id of overlaid()) {
      const here = overlay(id);
      if (here === null || here === undefined) names.delete(id);
      else if (here.groupId === groupId) names.set(id, here.name);
    }
    return names;
  }

  /** One page of the holders, with those who would have got or lost the role. */
  async function holders(id: string, body: Record<string, unknown>) {
    const nobody = { hasMore: false, list: [] };
    const { result } = isPlaceholderId(id) ? { result: nobody } : await read(HOLDERS, body, roleHoldersGuard);
    const list = new Set(result.list.map(({ userid }) => userid).filter((userid) => !isDeleted(userid)));
    const prefix = `holder ${id} `;
    for (const [key, holds] of written) {
      if (!key.startsWith(prefix)) continue;
      const userid = key.slice(prefix.length);
      if (holds === false) list.delete(userid);
      else if (!result.hasMore) list.add(userid);
    }
    return { hasMore: result.hasMore, list: [...list].map((userid) => ({ userid })) };
  }

  return {
    addGroup(name) {
      const id = placeholderId(`role group ${name}`);
      written.set(`roleGroup ${id}`, name);
      return id;
    },
    namesIn,
    addRole(groupId, name) {
      const id = placeholderId(`role ${groupId} ${name}`);
      written.set(`role ${id}`, JSON.stringify({ name, groupId } satisfies RehearsedRole));
      return id;
    },
    role,
    rename: (id, changed) => void written.set(`role ${id}`, JSON.stringify(changed)),
    remove: (id) => void written.set(`role ${id}`, "null"),
    setHolder: (id, userid, holds) => void written.set(`holder ${id} ${userid}`, holds),
    answer(path, body) {
      switch (path) {
        case LIST:
          return read(LIST, body, anyList).then(({ result }) => {
            const created = result.hasMore ? [] : createdGroups();
            const groups = created.map((groupId) => ({ groupId, name: textAt(`roleGroup ${groupId}`) }));
            return { result: { ...result, list: [...result.list, ...groups] } };
          });
        case GROUP:
          return namesIn(String(body["group_id"])).then((names) => ({
            role_group: { roles: [...names].map(([role_id, role_name]) => ({ role_id, role_name })) },
          }));
        case ROLE:
          return role(String(body["roleId"])).then((found) => ({ role: found }));
        case HOLDERS:
          return holders(String(body["role_id"]), body).then((result) => ({ result }));
        default:
          return undefined;
      }
    },
  };
}
