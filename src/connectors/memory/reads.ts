import type { DepartmentOperations, RemoteRecord, UserOperations } from "../operations.js";
import type { UserProfile } from "../profiles.js";
import type { MemoryDirectory, MemoryUser } from "./directory.js";
import type { PerformCall } from "./perform.js";
import { refusal } from "./refusal.js";

/** Small, so that tests meet more than one page. */
const PAGE_SIZE = 100;

/** What a comparison reads of departments. */
export function createMemoryDepartmentReads(
  directory: MemoryDirectory,
  perform: PerformCall,
): Pick<DepartmentOperations, "listChildren" | "read"> {
  return {
    listChildren: ({ parentRemoteId, ...context }) =>
      perform("departments.listChildren", context, parentRemoteId, () => {
        requireDepartment(directory, parentRemoteId);
        return [...directory.departments.values()]
          .filter((department) => department.parentRemoteId === parentRemoteId)
          .map((department) => department.remoteId);
      }),

    read: ({ remoteId, ...context }) =>
      perform("departments.read", context, remoteId, () => {
        const department = directory.departments.get(remoteId);
        if (department === undefined) return undefined;
        const { name, parentRemoteId, order, sourceId, managerRemoteIds = [] } = department;
        return {
          remoteId,
          contents: {
            name,
            parentRemoteId: parentRemoteId ?? remoteId,
            sourceId: sourceId ?? null,
            ...(order !== undefined && { order }),
            managerRemoteIds: [...managerRemoteIds],
          },
        };
      }),
  };
}

/** What a comparison reads of people. */
export function createMemoryUserReads(
  directory: MemoryDirectory,
  perform: PerformCall,
): Pick<UserOperations, "listMembers" | "read"> {
  return {
    listMembers: ({ departmentRemoteId, cursor, granted, ...context }) =>
      perform("users.listMembers", context, departmentRemoteId, () => {
        requireDepartment(directory, departmentRemoteId);
        const start = Number(cursor ?? 0);
        const members = [...directory.users.values()].filter((user) =>
          user.departmentRemoteIds.includes(departmentRemoteId),
        );
        const end = start + PAGE_SIZE;
        return {
          records: members.slice(start, end).map((user) => toRecord(directory, user, granted)),
          ...(end < members.length && { nextCursor: String(end) }),
          toldSingly: [],
        };
      }),

    read: ({ remoteId, granted, ...context }) =>
      perform("users.read", context, remoteId, () => {
        const user = directory.users.get(remoteId);
        return user && toRecord(directory, user, granted);
      }),
  };
}

/** Only what the app may see is told of the fields behind a grant. */
const BEHIND_GRANT = [
  "mobile",
  "email",
  "workPlace",
  "remark",
] as const satisfies readonly (keyof UserProfile)[];
const ALWAYS_TOLD = [
  "name",
  "title",
  "jobNumber",
  "telephone",
  "hiredDate",
  "managerRemoteId",
] as const satisfies readonly (keyof UserProfile)[];

function toRecord(
  { roles }: MemoryDirectory,
  user: MemoryUser,
  granted: readonly (keyof UserProfile)[],
): RemoteRecord<UserProfile> {
  const told = [...ALWAYS_TOLD, ...BEHIND_GRANT.filter((field) => granted.includes(field))];
  return {
    remoteId: user.remoteId,
    contents: {
      ...Object.fromEntries(told.map((field) => [field, user[field] ?? null])),
      hideMobile: user.hideMobile ?? false,
      seniorMode: user.seniorMode ?? false,
      account: user.account ?? null,
      ...shownWhereSet(user),
      departmentRemoteIds: [...user.departmentRemoteIds],
      roleRemoteIds: [...roles.values()]
        .filter(({ holders }) => holders.has(user.remoteId))
        .map(({ remoteId }) => remoteId),
    },
  };
}

/** Lists, and the mailbox that the company may not have: their absence says nothing. */
function shownWhereSet({ positions, departmentOrders, customFields, orgEmail }: MemoryUser) {
  return {
    ...(positions !== undefined && { positions }),
    ...(departmentOrders !== undefined && { departmentOrders }),
    ...(customFields !== undefined && { customFields }),
    ...(orgEmail !== undefined && { orgEmail }),
  };
}

function requireDepartment(directory: MemoryDirectory, remoteId: string): void {
  if (directory.departments.has(remoteId)) return;
  throw refusal("not-found", "unknown-department", "No such department.");
}
