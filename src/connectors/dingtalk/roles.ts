import { ConnectorError } from "../errors.js";
import type { CallContext, RemoteRole, RoleOperations } from "../operations.js";
import { roleRemoteId } from "../role-id.js";
import type { DingTalkClient } from "./client.js";
import { isNotFound, refusalError } from "./errors.js";
import { ownReason } from "./own-reasons.js";
import { roleDigits } from "./remote-id.js";
import { createRoleAssignment } from "./role-assignment.js";
import {
  createdRoleGroupGuard,
  createdRoleGuard,
  roleGroupGuard,
  roleGuard,
  roleHoldersGuard,
  roleListGuard,
} from "./role-guards.js";
import { acceptedGuard } from "./types.js";

/** The largest pages that `role/list` and `role/simplelist` give. */
const GROUPS_PER_PAGE = 200;
const HOLDERS_PER_PAGE = 100;

/** DingTalk's own role group, in which an app can neither make nor give a role. */
const BUILT_IN_GROUP = "默认";

/** The role calls of the contact API: the paths and the spelling of their fields follow no rule (pages of the role calls). */
export function createRoleOperations(client: DingTalkClient): RoleOperations {
  const post = { host: "old", method: "POST", subject: "role" } as const;

  async function rolesIn(groupRemoteId: string, context: CallContext) {
    const body = { group_id: Number(groupRemoteId) };
    const path = "/topapi/role/getrolegroup";
    try {
      const answer = await client.call({ ...post, path, body, write: false, guard: roleGroupGuard }, context);
      return answer.role_group.roles;
    } catch (error) {
      // This one page calls an unknown role group an invalid parameter.
      if (error instanceof ConnectorError && error.facts.code === "400002") {
        throw refusalError({ code: "34020", text: "", enveloped: false }, { subject: "role", write: false });
      }
      throw error;
    }
  }

  async function holdersOf({
    remoteId,
    cursor,
    ...context
  }: CallContext & { remoteId: string; cursor?: string }) {
    const offset = Number(cursor ?? 0);
    const body = { role_id: Number(roleDigits(remoteId)), size: HOLDERS_PER_PAGE, offset };
    const path = "/topapi/role/simplelist";
    const call = { ...post, path, body, write: false, guard: roleHoldersGuard } as const;
    const { result } = await client.call(call, context);
    return {
      userRemoteIds: result.list.map(({ userid }) => userid),
      ...(result.hasMore && { nextCursor: String(offset + HOLDERS_PER_PAGE) }),
    };
  }

  /** No page says what becomes of the holders of a role that is deleted: it is not tried. */
  async function requireNoHolders(remoteId: string, context: CallContext): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await holdersOf({ ...context, remoteId, ...(cursor !== undefined && { cursor }) });
      if (page.userRemoteIds.length > 0) {
        const people = page.userRemoteIds.slice(0, 10).join(", ");
        throw new ConnectorError("dependency-missing", {
          code: "role-held",
          ...ownReason("role-held", { people: `${people}${page.userRemoteIds.length > 10 ? ", ..." : "."}` }),
        });
      }
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  return {
    ...createRoleAssignment(client),

    async findGroup({ name, ...context }) {
      if (name === BUILT_IN_GROUP) {
        throw new ConnectorError("rejected", {
          code: "built-in-role-group",
          ...ownReason("built-in-role-group", { name }),
        });
      }
      for (let offset = 0; ; offset += GROUPS_PER_PAGE) {
        const body = { size: GROUPS_PER_PAGE, offset };
        const path = "/topapi/role/list";
        const call = { ...post, path, body, write: false, guard: roleListGuard } as const;
        const { result } = await client.call(call, context);
        const found = result.list.find((group) => sameName(group.name, name));
        if (found !== undefined) return found.groupId;
        if (!result.hasMore) return undefined;
      }
    },

    async createGroup({ name, ...context }) {
      const path = "/role/add_role_group";
      const call = { ...post, path, body: { name }, write: true, guard: createdRoleGroupGuard } as const;
      return (await client.call(call, context)).groupId;
    },

    async find({ groupRemoteId, name, ...context }) {
      const roles = await rolesIn(groupRemoteId, context);
      const found = roles.find((role) => sameName(role.role_name, name));
      if (found === undefined) return undefined;
      return { remoteId: roleRemoteId(found.role_id), name: found.role_name, groupRemoteId };
    },

    async create({ groupRemoteId, name, ...context }) {
      const body = { roleName: name, groupId: Number(groupRemoteId) };
      const path = "/role/add_role";
      const answer = await client.call(
        { ...post, path, body, write: true, guard: createdRoleGuard },
        context,
      );
      return { remoteId: roleRemoteId(answer.roleId), warnings: [] };
    },

    async rename({ remoteId, name, ...context }) {
      const body = { roleId: Number(roleDigits(remoteId)), roleName: name };
      const path = "/role/update_role";
      await client.call({ ...post, path, body, write: true, guard: acceptedGuard }, context);
    },

    async remove({ remoteId, ...context }) {
      const body = { role_id: Number(roleDigits(remoteId)) };
      const path = "/topapi/role/deleterole";
      try {
        await requireNoHolders(remoteId, context);
        await client.call({ ...post, path, body, write: true, guard: acceptedGuard }, context);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },

    async get({ remoteId, ...context }): Promise<RemoteRole | undefined> {
      const body = { roleId: Number(roleDigits(remoteId)) };
      const path = "/topapi/role/getrole";
      try {
        const { role } = await client.call({ ...post, path, body, write: false, guard: roleGuard }, context);
        return { remoteId, name: role.name, groupRemoteId: role.groupId };
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },

    listHolders: holdersOf,
  };
}

function sameName(a: string, b: string): boolean {
  return a.normalize("NFC").trim() === b.normalize("NFC").trim();
}
