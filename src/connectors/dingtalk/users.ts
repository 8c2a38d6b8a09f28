import type { CallContext, Changes, RemoteUser, UserOperations, UserProfile } from "../connector.js";
import { ConnectorError } from "../errors.js";
import { createAccountStateOperations } from "./account-state.js";
import type { DingTalkClient } from "./client.js";
import { isNotFound, refusalError } from "./errors.js";
import { mobileForDingTalk, mobileFromDingTalk } from "./mobile.js";
import { ownReason } from "./own-reasons.js";
import { warnOfKeptTexts } from "./read-back.js";
import { departmentNumber, isOrdinaryDepartment } from "./remote-id.js";
import { acceptedGuard, createdUserGuard, userGuard, userIdGuard, type VendorUser } from "./types.js";

/** How our plain text fields are called on the wire. */
const TEXT_FIELDS = [
  ["name", "name"],
  ["email", "email"],
  ["title", "title"],
  ["jobNumber", "job_number"],
  ["telephone", "telephone"],
  ["workPlace", "work_place"],
] as const satisfies readonly (readonly [keyof UserProfile, string])[];

/** The person calls of the contact API (`/topapi/v2/user/*`). */
export function createUserOperations(client: DingTalkClient): Omit<UserOperations, "read" | "listMembers"> {
  const post = { host: "old", method: "POST", subject: "user" } as const;

  async function get({ remoteId, ...context }: CallContext & { remoteId: string }) {
    try {
      const answer = await client.call(
        { ...post, path: "/topapi/v2/user/get", body: { userid: remoteId }, write: false, guard: userGuard },
        context,
      );
      return toRemoteUser(answer.result);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  return {
    get,
    ...createAccountStateOperations(client),

    async create({ remoteId, profile, ...context }) {
      const body = createBody(remoteId, profile);
      const answer = await client.call(
        { ...post, path: "/topapi/v2/user/create", body, write: true, guard: createdUserGuard },
        context,
      );
      return { remoteId: answer.result.userid, warnings: [] };
    },

    async update({ remoteId, changes, previousDepartmentRemoteIds, ...context }) {
      const { body, warnings } = changedFields(changes);
      if (changes.departmentRemoteIds !== undefined) {
        const current = await get({ ...context, remoteId });
        if (!current) throw goneError();
        const wanted = keepForeignDepartments(
          changes.departmentRemoteIds ?? [],
          previousDepartmentRemoteIds,
          current.departmentRemoteIds,
        );
        if (!sameMembers(wanted, current.departmentRemoteIds)) body["dept_id_list"] = departmentList(wanted);
      }
      if (Object.keys(body).length > 0) {
        await client.call(
          {
            ...post,
            path: "/topapi/v2/user/update",
            body: { userid: remoteId, ...body },
            write: true,
            guard: acceptedGuard,
          },
          context,
        );
      }
      const cleared = TEXT_FIELDS.filter(
        ([field, wireName]) => changes[field] === null && body[wireName] === "",
      );
      if (cleared.length > 0) warnings.push(...(await warnOfKeptTexts(client, remoteId, cleared, context)));
      return { remoteId, warnings };
    },

    async remove({ remoteId, ...context }) {
      try {
        await client.call(
          {
            ...post,
            path: "/topapi/v2/user/delete",
            body: { userid: remoteId },
            write: true,
            guard: acceptedGuard,
          },
          context,
        );
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },

    async findByMobile({ mobile, ...context }) {
      try {
        const answer = await client.call(
          {
            ...post,
            path: "/topapi/v2/user/getbymobile",
            body: { mobile: requireMobile(mobile) },
            write: false,
            guard: userIdGuard,
          },
          context,
        );
        return await get({ ...context, remoteId: answer.result.userid });
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
  };
}

function createBody(remoteId: string, profile: UserProfile): Record<string, unknown> {
  const body: Record<string, unknown> = { userid: remoteId };
  for (const [field, wireName] of TEXT_FIELDS) {
    if (profile[field] !== undefined) body[wireName] = profile[field];
  }
  if (profile.mobile !== undefined) body["mobile"] = requireMobile(profile.mobile);
  if (profile.hiredDate !== undefined) body["hired_date"] = profile.hiredDate;
  if (profile.managerRemoteId !== undefined) body["manager_userid"] = profile.managerRemoteId;
  body["dept_id_list"] = departmentList(profile.departmentRemoteIds);
  return body;
}

/** The fields of an update apart from the departments; an omitted field keeps its value at DingTalk. */
function changedFields(changes: Changes<UserProfile>): { body: Record<string, unknown>; warnings: string[] } {
  const body: Record<string, unknown> = {};
  const warnings: string[] = [];
  for (const [field, wireName] of TEXT_FIELDS) {
    const value = changes[field];
    if (value === undefined) continue;
    if (value === null && field === "name") warnings.push("The name was kept: DingTalk members need one.");
    // Not documented as clearing, but what production systems send (a missing field would keep the old value); see
    // read-back.ts.
    else body[wireName] = value ?? "";
  }
  if (changes.mobile !== undefined) {
    warnings.push(
      "The mobile number at DingTalk was kept: only the member can change it there, or remove and add the person.",
    );
  }
  if (changes.hiredDate === null) {
    warnings.push("The date of hire was kept: DingTalk has no way to clear it.");
  } else if (changes.hiredDate !== undefined) body["hired_date"] = changes.hiredDate;
  if (changes.managerRemoteId === null) {
    // An empty value alone is ignored (user/update, force_update_fields).
    body["manager_userid"] = "";
    body["force_update_fields"] = "manager_userid";
  } else if (changes.managerRemoteId !== undefined) body["manager_userid"] = changes.managerRemoteId;
  return { body, warnings };
}

/**
 * `dept_id_list` replaces the whole list, also departments that somebody gave the person in DingTalk's console:
 * keep those, take away only what we gave before.
 */
function keepForeignDepartments(desired: string[], previous: string[], current: string[]): string[] {
  const foreign = current.filter((id) => isOrdinaryDepartment(id) && !previous.includes(id));
  return [...new Set([...desired, ...foreign])];
}

function departmentList(remoteIds: string[]): string {
  if (remoteIds.length === 0) {
    throw new ConnectorError("rejected", {
      code: "no-department",
      field: "departmentRemoteIds",
      ...ownReason("no-department"),
    });
  }
  return remoteIds.map((id) => departmentNumber(id, "departmentRemoteIds")).join(",");
}

function sameMembers(a: string[], b: string[]): boolean {
  const ordinary = b.filter(isOrdinaryDepartment);
  return a.length === ordinary.length && a.every((id) => ordinary.includes(id));
}

function requireMobile(text: string): string {
  const mobile = mobileForDingTalk(text);
  if (mobile !== undefined) return mobile;
  throw new ConnectorError("rejected", {
    code: "invalid-mobile",
    field: "mobile",
    ...ownReason("invalid-mobile"),
  });
}

function toRemoteUser(user: VendorUser): RemoteUser {
  return {
    remoteId: user.userid,
    name: user.name,
    ...(user.mobile !== undefined && { mobile: mobileFromDingTalk(user.mobile, user.state_code) }),
    ...(user.email !== undefined && { email: user.email }),
    ...(user.job_number !== undefined && { jobNumber: user.job_number }),
    departmentRemoteIds: user.dept_id_list,
  };
}

function goneError(): ConnectorError {
  return refusalError({ code: "60121", text: "", enveloped: false }, { subject: "user", write: false });
}
