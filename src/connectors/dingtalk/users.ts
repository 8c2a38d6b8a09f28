import type { ConnectorError } from "../errors.js";
import type { CallContext, RemoteUser, UserOperations } from "../operations.js";
import type { Changes, UserProfile } from "../profiles.js";
import { createAccountStateOperations } from "./account-state.js";
import type { DingTalkClient } from "./client.js";
import { changedAccountFields, heldAccount, newAccountFields } from "./company-account.js";
import { isNotFound, refusalError } from "./errors.js";
import { mobileFromDingTalk } from "./mobile.js";
import { warnOfKeptTexts } from "./read-back.js";
import { isOrdinaryDepartment } from "./remote-id.js";
import type { DingTalkSettings } from "./settings.js";
import { acceptedGuard, createdUserGuard, userGuard, userIdGuard, type VendorUser } from "./types.js";
import { changedFields, createdFields, departmentList, requireMobile, TEXT_FIELDS } from "./user-body.js";

/** The person calls of the contact API (`/topapi/v2/user/*`). */
export function createUserOperations(
  client: DingTalkClient,
  settings: DingTalkSettings,
): Omit<UserOperations, "read" | "listMembers"> {
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

  async function sendUpdate(remoteId: string, body: Record<string, unknown>, context: CallContext) {
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

  return {
    get,
    ...createAccountStateOperations(client),

    async create({ remoteId, profile, firstPassword, ...context }) {
      const body = {
        userid: remoteId,
        ...createdFields(profile, settings),
        ...newAccountFields(profile, firstPassword, settings),
      };
      const answer = await client.call(
        { ...post, path: "/topapi/v2/user/create", body, write: true, guard: createdUserGuard },
        context,
      );
      const { userid } = answer.result;
      // Only an update takes it; should this call fail, the next try finds the person and updates them.
      if (profile.language !== undefined) {
        await sendUpdate(userid, { language: profile.language, ...alwaysSent(profile) }, context);
      }
      return { remoteId: userid, warnings: [] };
    },

    async update({ remoteId, changes, previousDepartmentRemoteIds, account, ...context }) {
      const { body, warnings } = changedFields(changes, account !== undefined);
      if (account === undefined) warnings.push(...mobileWarning(changes));
      else {
        const ofAccount = changedAccountFields(changes, account);
        Object.assign(body, ofAccount.body);
        warnings.push(...ofAccount.warnings);
      }
      const changesSomething = Object.keys(body).length > 0;
      const needsDepartments =
        changes.departmentRemoteIds !== undefined ||
        changes.positions === null ||
        // The page on updating enterprise accounts: dept_id_list is required.
        (account !== undefined && changesSomething);
      if (needsDepartments) {
        const current = await get({ ...context, remoteId });
        if (!current) throw goneError();
        const wanted = changes.departmentRemoteIds
          ? keepForeignDepartments(
              changes.departmentRemoteIds,
              previousDepartmentRemoteIds,
              current.departmentRemoteIds,
            )
          : current.departmentRemoteIds.filter(isOrdinaryDepartment);
        if (changes.positions === null) Object.assign(body, clearedPositions(wanted, account !== undefined));
        const moved = !sameMembers(wanted, current.departmentRemoteIds);
        if (moved || (account !== undefined && Object.keys(body).length > 0)) {
          body["dept_id_list"] = departmentList(wanted);
        }
      }
      if (Object.keys(body).length > 0) await sendUpdate(remoteId, body, context);
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
            body: { mobile: requireMobile(mobile, settings) },
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

/**
 * `dept_id_list` replaces the whole list, also departments that somebody gave the person in DingTalk's console:
 * keep those, take away only what we gave before.
 */
function keepForeignDepartments(desired: string[], previous: string[], current: string[]): string[] {
  const foreign = current.filter((id) => isOrdinaryDepartment(id) && !previous.includes(id));
  return [...new Set([...desired, ...foreign])];
}

/** An enterprise account's update always carries its departments. */
function alwaysSent(profile: UserProfile): Record<string, unknown> {
  return profile.account === undefined ? {} : { dept_id_list: departmentList(profile.departmentRemoteIds) };
}

function mobileWarning(changes: Changes<UserProfile>): string[] {
  if (changes.mobile === undefined) return [];
  return [
    "The mobile number at DingTalk was kept: only the member can change it there, or remove and add the person.",
  ];
}

/** The same departments without titles; the first one is the main one, as a list of positions needs one. */
function clearedPositions(remoteIds: readonly string[], isCompanyAccount: boolean): Record<string, unknown> {
  const positions = remoteIds.map((departmentRemoteId, index) => ({
    departmentRemoteId,
    isMain: index === 0,
  }));
  return changedFields({ positions }, isCompanyAccount).body;
}

function sameMembers(a: string[], b: string[]): boolean {
  const ordinary = b.filter(isOrdinaryDepartment);
  return a.length === ordinary.length && a.every((id) => ordinary.includes(id));
}

function toRemoteUser(user: VendorUser): RemoteUser {
  return {
    remoteId: user.userid,
    name: user.name,
    ...(user.mobile !== undefined && { mobile: mobileFromDingTalk(user.mobile, user.state_code) }),
    ...(user.email !== undefined && { email: user.email }),
    ...(user.job_number !== undefined && { jobNumber: user.job_number }),
    departmentRemoteIds: user.dept_id_list,
    ...(user.exclusive_account === true && { account: heldAccount(user) }),
  };
}

function goneError(): ConnectorError {
  return refusalError({ code: "60121", text: "", enveloped: false }, { subject: "user", write: false });
}
