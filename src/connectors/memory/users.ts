import type { RemoteUser, UserOperations } from "../operations.js";
import type { Changes, UserProfile } from "../profiles.js";
import type { MemoryDirectory, MemoryUser } from "./directory.js";
import type { PerformCall } from "./perform.js";
import { refusal } from "./refusal.js";

/** The rules of people: chosen id, unique and unchangeable mobile, known departments and manager. */
export function createMemoryUsers(
  directory: MemoryDirectory,
  perform: PerformCall,
): Omit<UserOperations, "read" | "listMembers"> {
  const { users } = directory;

  return {
    create: ({ remoteId, profile, firstPassword, ...context }) =>
      perform("users.create", context, remoteId, () => {
        if (users.has(remoteId)) {
          throw refusal("conflict", "id-taken", "The id is taken.", { field: "remoteId" });
        }
        const { mobile = "", account } = profile;
        if (mobile === "" && account === undefined) {
          throw refusal("rejected", "mobile-missing", "A person needs a mobile number.", { field: "mobile" });
        }
        if (account?.signIn === "vendor" && firstPassword === undefined) {
          throw refusal("rejected", "password-missing", "The account needs a first password.", {
            field: "account",
          });
        }
        if (mobile !== "" && holderOf(directory, mobile)) {
          throw refusal("conflict", "mobile-taken", "The mobile number is taken.", { field: "mobile" });
        }
        requireReferences(directory, profile);
        users.set(remoteId, {
          remoteId,
          ...profile,
          mobile,
          departmentRemoteIds: [...profile.departmentRemoteIds],
          ...(account !== undefined && { enabled: true }),
        });
        return { remoteId, warnings: [] };
      }),

    update: ({ remoteId, changes, previousDepartmentRemoteIds, ...context }) =>
      perform("users.update", context, remoteId, () => {
        const user = users.get(remoteId);
        if (!user) throw refusal("not-found", "unknown-person", "No such person.");
        const { next, warnings } = applyChanges(user, changes);
        if (changes.departmentRemoteIds !== undefined) {
          const foreign = user.departmentRemoteIds.filter((id) => !previousDepartmentRemoteIds.includes(id));
          next.departmentRemoteIds = [...new Set([...(changes.departmentRemoteIds ?? []), ...foreign])];
        }
        requireReferences(directory, next);
        users.set(remoteId, next);
        leaveLeadership(directory, remoteId);
        return { remoteId, warnings };
      }),

    remove: ({ remoteId, ...context }) =>
      perform("users.remove", context, remoteId, () => {
        users.delete(remoteId);
        for (const role of directory.roles.values()) role.holders.delete(remoteId);
        leaveLeadership(directory, remoteId);
        for (const user of users.values()) if (user.managerRemoteId === remoteId) delete user.managerRemoteId;
      }),

    get: ({ remoteId, ...context }) =>
      perform("users.get", context, remoteId, () => {
        const user = users.get(remoteId);
        return user && toRemote(user);
      }),

    findByMobile: ({ mobile, ...context }) =>
      perform("users.findByMobile", context, undefined, () => {
        const user = holderOf(directory, mobile);
        return user && toRemote(user);
      }),

    setEnabled: ({ remoteId, enabled, ...context }) =>
      perform("users.setEnabled", context, remoteId, () => {
        const user = users.get(remoteId);
        if (!user) throw refusal("not-found", "unknown-person", "No such person.");
        if (user.enabled === undefined) {
          throw refusal("rejected", "ordinary-member", "An ordinary member can not be enabled or disabled.");
        }
        user.enabled = enabled;
      }),

    isEnabled: ({ remoteId, ...context }) =>
      perform("users.isEnabled", context, remoteId, () => users.get(remoteId)?.enabled),
  };
}

const CLEARABLE = [
  "email",
  "title",
  "jobNumber",
  "telephone",
  "workPlace",
  "remark",
  "hiredDate",
  "positions",
  "departmentOrders",
  "managerRemoteId",
] as const satisfies readonly (keyof MemoryUser)[];

function applyChanges(
  user: MemoryUser,
  changes: Changes<UserProfile>,
): { next: MemoryUser; warnings: string[] } {
  const { mobile, departmentRemoteIds: _ofTheCaller, customFields, ...others } = changes;
  const warnings: string[] = [];
  if (mobile !== undefined) warnings.push("The mobile number was kept: it can not be changed.");
  if (others.name === null) warnings.push("The name was kept: a person needs one.");
  const set: Partial<MemoryUser> = Object.fromEntries(
    Object.entries(others).filter(([, value]) => value !== null && value !== undefined),
  );
  const next: MemoryUser = { ...user, ...set };
  if (customFields) {
    const merged = Object.entries({ ...user.customFields, ...customFields }).filter(
      ([, text]) => text !== "",
    );
    next.customFields = Object.fromEntries(merged);
  }
  for (const field of CLEARABLE) if (others[field] === null) delete next[field];
  return { next, warnings };
}

/** Nobody leads a department that they are no member of. */
function leaveLeadership({ departments, users }: MemoryDirectory, remoteId: string): void {
  const memberOf = users.get(remoteId)?.departmentRemoteIds ?? [];
  for (const department of departments.values()) {
    if (department.managerRemoteIds === undefined || memberOf.includes(department.remoteId)) continue;
    department.managerRemoteIds = department.managerRemoteIds.filter((id) => id !== remoteId);
    if (department.managerRemoteIds.length === 0) delete department.managerRemoteIds;
  }
}

function requireReferences(
  directory: MemoryDirectory,
  person: { departmentRemoteIds: string[]; managerRemoteId?: string },
): void {
  if (person.departmentRemoteIds.length === 0) {
    throw refusal("rejected", "no-department", "A person belongs to at least one department.", {
      field: "departmentRemoteIds",
    });
  }
  if (!person.departmentRemoteIds.every((id) => directory.departments.has(id))) {
    throw refusal("dependency-missing", "unknown-department", "A department is not there.", {
      field: "departmentRemoteIds",
    });
  }
  if (person.managerRemoteId !== undefined && !directory.users.has(person.managerRemoteId)) {
    throw refusal("dependency-missing", "unknown-manager", "The manager is not there.", {
      field: "managerRemoteId",
    });
  }
}

function holderOf(directory: MemoryDirectory, mobile: string): MemoryUser | undefined {
  const wanted = digits(mobile);
  return [...directory.users.values()].find((user) => digits(user.mobile) === wanted);
}

/** Two spellings of a mainland number are one number. */
function digits(mobile: string): string {
  return mobile.replace(/\D/g, "").replace(/^86(?=1\d{10}$)/, "");
}

function toRemote(user: MemoryUser): RemoteUser {
  const { remoteId, name, mobile, email, jobNumber, departmentRemoteIds, account } = user;
  return {
    remoteId,
    name,
    ...(mobile !== "" && { mobile }),
    ...(account !== undefined && { account }),
    ...(email !== undefined && { email }),
    ...(jobNumber !== undefined && { jobNumber }),
    departmentRemoteIds: [...departmentRemoteIds],
  };
}
