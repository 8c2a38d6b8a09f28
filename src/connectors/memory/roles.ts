import type { RoleOperations } from "../operations.js";
import { roleRemoteId } from "../role-id.js";
import type { MemoryDirectory, MemoryRole } from "./directory.js";
import type { PerformCall } from "./perform.js";
import { refusal } from "./refusal.js";

/** Small, so that tests meet more than one page. */
const PAGE_SIZE = 20;

/** The rules of roles: a known group of roles, a name unique in it, nobody holds a role that is removed. */
export function createMemoryRoles(directory: MemoryDirectory, perform: PerformCall): RoleOperations {
  const { roles, roleGroups } = directory;
  const named = (groupRemoteId: string, name: string) =>
    [...roles.values()].find((role) => role.groupRemoteId === groupRemoteId && role.name === name);

  function requireGroup(id: string): void {
    if (roleGroups.has(id)) return;
    throw refusal("dependency-missing", "unknown-role-group", "No such group of roles.", {
      field: "roleGroup",
    });
  }

  function requireFreeName(groupRemoteId: string, name: string, except?: string): void {
    const other = named(groupRemoteId, name);
    if (other === undefined || other.remoteId === except) return;
    throw refusal("conflict", "role-name-taken", "The group has a role of this name.", { field: "name" });
  }

  function requireRole(remoteId: string): MemoryRole {
    const role = roles.get(remoteId);
    if (role === undefined) throw refusal("not-found", "unknown-role", "No such role.");
    return role;
  }

  return {
    findGroup: ({ name, ...context }) =>
      perform(
        "roles.findGroup",
        context,
        undefined,
        () => [...roleGroups].find(([, one]) => one === name)?.[0],
      ),

    createGroup: ({ name, ...context }) =>
      perform("roles.createGroup", context, undefined, () => {
        const id = directory.nextId(`role group ${name}`);
        roleGroups.set(id, name);
        return id;
      }),

    find: ({ groupRemoteId, name, ...context }) =>
      perform("roles.find", context, undefined, () => {
        requireGroup(groupRemoteId);
        const role = named(groupRemoteId, name);
        return role && toRemote(role);
      }),

    create: ({ groupRemoteId, name, ...context }) =>
      perform("roles.create", context, undefined, () => {
        requireGroup(groupRemoteId);
        requireFreeName(groupRemoteId, name);
        const remoteId = roleRemoteId(directory.nextId(`role ${groupRemoteId} ${name}`));
        roles.set(remoteId, { remoteId, name, groupRemoteId, holders: new Set() });
        return { remoteId, warnings: [] };
      }),

    rename: ({ remoteId, name, ...context }) =>
      perform("roles.rename", context, remoteId, () => {
        const role = requireRole(remoteId);
        requireFreeName(role.groupRemoteId, name, remoteId);
        role.name = name;
      }),

    remove: ({ remoteId, ...context }) =>
      perform("roles.remove", context, remoteId, () => {
        const holders = [...(roles.get(remoteId)?.holders ?? [])];
        if (holders.length > 0) {
          throw refusal("dependency-missing", "role-held", "Somebody holds the role.", {
            remedy: `Take it from ${holders.slice(0, 5).join(", ")} first.`,
          });
        }
        roles.delete(remoteId);
      }),

    get: ({ remoteId, ...context }) =>
      perform("roles.get", context, remoteId, () => {
        const role = roles.get(remoteId);
        return role && toRemote(role);
      }),

    listHolders: ({ remoteId, cursor, ...context }) =>
      perform("roles.listHolders", context, remoteId, () => {
        const start = Number(cursor ?? 0);
        const all = [...requireRole(remoteId).holders];
        const end = start + PAGE_SIZE;
        const userRemoteIds = all.slice(start, end);
        return { userRemoteIds, ...(end < all.length && { nextCursor: String(end) }) };
      }),

    assign: ({ userRemoteId, roleRemoteIds, ...context }) =>
      perform("roles.assign", context, userRemoteId, () => {
        requirePerson(directory, userRemoteId);
        if (!roleRemoteIds.every((id) => roles.has(id))) {
          throw refusal("dependency-missing", "unknown-role", "A role is not there.", {
            field: "roleRemoteIds",
          });
        }
        for (const id of roleRemoteIds) roles.get(id)?.holders.add(userRemoteId);
      }),

    withdraw: ({ userRemoteId, roleRemoteIds, ...context }) =>
      perform("roles.withdraw", context, userRemoteId, () => {
        requirePerson(directory, userRemoteId);
        for (const id of roleRemoteIds) roles.get(id)?.holders.delete(userRemoteId);
      }),
  };
}

function requirePerson(directory: MemoryDirectory, remoteId: string): void {
  if (!directory.users.has(remoteId)) throw refusal("not-found", "unknown-person", "No such person.");
}

function toRemote({ remoteId, name, groupRemoteId }: MemoryRole) {
  return { remoteId, name, groupRemoteId };
}
