import type { ConnectorDeps, ConnectorSession, Rehearsal } from "../connector.js";
import { placeholderId } from "../placeholder-id.js";
import type { MemoryDirectory } from "./directory.js";

/** The part of a session that works on a directory. */
export type MemoryOperations = Pick<ConnectorSession, "departments" | "users" | "roles" | "readScope">;

/** The operations of a rehearsal: they work on a copy of the directory, taken anew when the rehearsal begins anew. */
export function rehearsedOperations(
  directory: MemoryDirectory,
  deps: ConnectorDeps & { rehearsal: Rehearsal },
  operationsOn: (directory: MemoryDirectory, deps: ConnectorDeps) => MemoryOperations,
): MemoryOperations {
  const { written } = deps.rehearsal;
  const copies = new WeakMap<object, MemoryOperations>();
  const rehearsing: ConnectorDeps = {
    clock: deps.clock,
    pacer: { reserve: async () => undefined, penalise: async () => undefined },
    ...(deps.onCall === undefined ? {} : { onCall: deps.onCall }),
    rehearsal: deps.rehearsal,
  };
  const current = (): MemoryOperations => {
    const copy = written.get("memory");
    const known = typeof copy === "object" && copy !== null ? copies.get(copy) : undefined;
    if (known !== undefined) return known;
    const fresh = copyOf(directory);
    const operations = operationsOn(fresh, rehearsing);
    written.set("memory", fresh);
    copies.set(fresh, operations);
    return operations;
  };
  return {
    get departments() {
      return current().departments;
    },
    get users() {
      return current().users;
    },
    get roles() {
      return current().roles;
    },
    readScope: (context) => current().readScope(context),
  };
}

function copyOf({ departments, users, roleGroups, roles, scope }: MemoryDirectory): MemoryDirectory {
  return {
    scope,
    departments: structuredClone(departments),
    users: structuredClone(users),
    roleGroups: structuredClone(roleGroups),
    roles: structuredClone(roles),
    calls: [],
    faults: [],
    nextId: placeholderId,
  };
}
