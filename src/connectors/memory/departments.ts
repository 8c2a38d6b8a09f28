import type { DepartmentOperations, RemoteDepartment } from "../operations.js";
import type { Changes, DepartmentProfile } from "../profiles.js";
import type { MemoryDepartment, MemoryDirectory } from "./directory.js";
import type { PerformCall } from "./perform.js";
import { refusal } from "./refusal.js";

const ROOT = "1";

/** The rules of a department tree: known parent, unique name below it, no cycle, only empty ones are removed. */
export function createMemoryDepartments(
  directory: MemoryDirectory,
  perform: PerformCall,
): Omit<DepartmentOperations, "read" | "listChildren"> {
  const { departments } = directory;

  return {
    create: ({ profile, ...context }) =>
      perform("departments.create", context, undefined, () => {
        requireParent(directory, profile.parentRemoteId);
        requireFreeName(directory, profile.parentRemoteId, profile.name);
        const remoteId = directory.nextId(profile.sourceId);
        const { managerRemoteIds: _notOnCreation, ...fields } = profile;
        departments.set(remoteId, { remoteId, ...fields });
        return { remoteId, warnings: [] };
      }),

    update: ({ remoteId, changes, ...context }) =>
      perform("departments.update", context, remoteId, () => {
        const department = departments.get(remoteId);
        if (!department) throw refusal("not-found", "unknown-department", "No such department.");
        if (remoteId === ROOT) throw refusal("rejected", "root", "The root department can not be changed.");
        const next = { ...department, ...present(changes) };
        requireParent(directory, next.parentRemoteId ?? ROOT);
        requireNoCycle(directory, remoteId, next.parentRemoteId);
        requireFreeName(directory, next.parentRemoteId ?? ROOT, next.name, remoteId);
        const { managerRemoteIds, ...others } = next;
        const led = department.managerRemoteIds;
        departments.set(remoteId, { ...others, ...(led !== undefined && { managerRemoteIds: led }) });
        requireMembers(directory, remoteId, changes.managerRemoteIds ?? []);
        departments.set(
          remoteId,
          changes.managerRemoteIds === null
            ? others
            : { ...others, ...(managerRemoteIds && { managerRemoteIds }) },
        );
        return { remoteId, warnings: [] };
      }),

    remove: ({ remoteId, ...context }) =>
      perform("departments.remove", context, remoteId, () => {
        if (!departments.has(remoteId)) return;
        if (remoteId === ROOT) throw refusal("rejected", "root", "The root department can not be deleted.");
        if ([...departments.values()].some((other) => other.parentRemoteId === remoteId)) {
          throw refusal("dependency-missing", "has-children", "There are departments below this one.");
        }
        if ([...directory.users.values()].some((user) => user.departmentRemoteIds.includes(remoteId))) {
          throw refusal("dependency-missing", "has-members", "The department has members.", {
            remedy: "Move them first.",
          });
        }
        departments.delete(remoteId);
      }),

    get: ({ remoteId, ...context }) =>
      perform("departments.get", context, remoteId, () => {
        const department = departments.get(remoteId);
        return department && toRemote(department);
      }),

    find: ({ parentRemoteId, name, sourceId, ...context }) =>
      perform("departments.find", context, undefined, () => {
        const sameName = [...departments.values()].filter(
          (department) => department.parentRemoteId === parentRemoteId && department.name === name,
        );
        const found =
          sameName.find((department) => department.sourceId === sourceId) ??
          sameName.find((department) => department.sourceId === undefined) ??
          sameName[0];
        return found && toRemote(found);
      }),
  };
}

function requireParent(directory: MemoryDirectory, parentRemoteId: string): void {
  if (directory.departments.has(parentRemoteId)) return;
  throw refusal("dependency-missing", "unknown-parent", "No such parent.", { field: "parentRemoteId" });
}

function requireFreeName(directory: MemoryDirectory, parent: string, name: string, except?: string): void {
  for (const other of directory.departments.values()) {
    if (other.parentRemoteId === parent && other.name === name && other.remoteId !== except) {
      throw refusal("conflict", "name-taken", "The parent has a department of this name.", { field: "name" });
    }
  }
}

function requireMembers(directory: MemoryDirectory, remoteId: string, people: readonly string[]): void {
  const isMember = (id: string) => directory.users.get(id)?.departmentRemoteIds.includes(remoteId) === true;
  if (people.every(isMember)) return;
  throw refusal("dependency-missing", "not-a-member", "A manager is no direct member.", {
    field: "managerRemoteIds",
  });
}

function requireNoCycle(directory: MemoryDirectory, remoteId: string, parent: string | undefined): void {
  for (let id = parent; id !== undefined; id = directory.departments.get(id)?.parentRemoteId) {
    if (id === remoteId) {
      throw refusal("dependency-missing", "cycle", "A department can not be below itself.", {
        field: "parentRemoteId",
      });
    }
  }
}

function present(changes: Changes<DepartmentProfile>): Partial<MemoryDepartment> {
  return Object.fromEntries(
    Object.entries(changes).filter(([, value]) => value !== null && value !== undefined),
  );
}

function toRemote({ remoteId, name, parentRemoteId, sourceId }: MemoryDepartment): RemoteDepartment {
  return {
    remoteId,
    name,
    parentRemoteId: parentRemoteId ?? remoteId,
    ...(sourceId !== undefined && { sourceId }),
  };
}
