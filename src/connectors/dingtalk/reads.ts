import type { z } from "zod";
import type {
  AuthorisedScope,
  CallContext,
  Contents,
  DepartmentOperations,
  DepartmentProfile,
  RemoteRecord,
  UserOperations,
  UserProfile,
} from "../connector.js";
import type { DingTalkClient } from "./client.js";
import { heldAccount } from "./company-account.js";
import { isNotFound } from "./errors.js";
import { mobileFromDingTalk } from "./mobile.js";
import {
  comparableDepartmentGuard,
  type comparableUser,
  comparableUserGuard,
  memberPageGuard,
} from "./read-guards.js";
import { departmentNumber, isOrdinaryDepartment } from "./remote-id.js";
import { DINGTALK_ROOT_DEPARTMENT_ID } from "./settings.js";
import { departmentListGuard, scopesGuard } from "./types.js";

/** The largest page that `user/list` gives. */
const PAGE_SIZE = 100;

/** `user/list` is not documented to show the manager, though `user/get` is: absent there says nothing. */
const TOLD_SINGLY = ["managerRemoteId"] as const satisfies readonly (keyof UserProfile)[];

/** Texts of a person that every app may read, by their names on the wire: where they are absent, they are empty. */
const OPEN_TEXTS = [
  ["title", "title"],
  ["jobNumber", "job_number"],
  ["telephone", "telephone"],
] as const satisfies readonly (readonly [keyof UserProfile, string])[];

/** Texts that are left out without the grant for them, by the same names in `auth_user_field`. */
const GRANTED_TEXTS = [
  ["email", "email"],
  ["workPlace", "work_place"],
  ["remark", "remark"],
] as const satisfies readonly (readonly [keyof UserProfile, string])[];

type VendorUser = z.infer<typeof comparableUser>;

/** What a comparison reads of departments (`department/listsub`, `department/get`). */
export function createDepartmentReads(
  client: DingTalkClient,
): Pick<DepartmentOperations, "listChildren" | "read"> {
  const read = { host: "old", method: "POST", subject: "department", write: false } as const;
  return {
    async listChildren({ parentRemoteId, ...context }) {
      const body = { dept_id: departmentNumber(parentRemoteId, "parentRemoteId") };
      const path = "/topapi/v2/department/listsub";
      const answer = await client.call({ ...read, path, body, guard: departmentListGuard }, context);
      return [...new Set(answer.result.map((child) => child.dept_id).filter(isOrdinaryDepartment))];
    },

    async read({ remoteId, ...context }) {
      const body = { dept_id: departmentNumber(remoteId, "remoteId") };
      const path = "/topapi/v2/department/get";
      const answer = await absentWhenGone(
        client.call({ ...read, path, body, guard: comparableDepartmentGuard }, context),
      );
      if (answer === undefined) return undefined;
      const { dept_id, name, parent_id, order, source_identifier, dept_manager_userid_list } = answer.result;
      const contents: Contents<DepartmentProfile> = {
        name,
        parentRemoteId: parent_id ?? dept_id,
        sourceId: source_identifier ?? null,
        ...(order !== undefined && { order }),
        ...(dept_manager_userid_list && { managerRemoteIds: dept_manager_userid_list }),
      };
      return { remoteId: dept_id, contents };
    },
  };
}

/** What a comparison reads of people (`user/list`, `user/get`). */
export function createUserReads(client: DingTalkClient): Pick<UserOperations, "listMembers" | "read"> {
  const read = { host: "old", method: "POST", subject: "user", write: false } as const;
  return {
    async listMembers({ departmentRemoteId, cursor, granted, ...context }) {
      const body = {
        dept_id: departmentNumber(departmentRemoteId, "departmentRemoteId"),
        cursor: Number(cursor ?? 0),
        size: PAGE_SIZE,
      };
      const path = "/topapi/v2/user/list";
      const call = { ...read, subject: "department", path, body, guard: memberPageGuard } as const;
      const { result } = await client.call(call, context);
      return {
        records: result.list.map((user) => toRecord(user, granted, TOLD_SINGLY)),
        // The guard asks for a cursor wherever there is more: a page is never taken for the last one by mistake.
        ...(result.has_more && { nextCursor: result.next_cursor }),
        toldSingly: TOLD_SINGLY,
      };
    },

    async read({ remoteId, granted, ...context }) {
      const path = "/topapi/v2/user/get";
      const body = { userid: remoteId };
      const answer = await absentWhenGone(
        client.call({ ...read, path, body, guard: comparableUserGuard }, context),
      );
      return answer && toRecord(answer.result, granted, []);
    },
  };
}

/** `GET /auth/scopes`. @throws ConnectorError */
export async function readScope(client: DingTalkClient, context: CallContext): Promise<AuthorisedScope> {
  const call = {
    host: "old",
    method: "GET",
    path: "/auth/scopes",
    subject: "connection",
    write: false,
    guard: scopesGuard,
  } as const;
  const { auth_org_scopes, auth_user_field = [] } = await client.call(call, context);
  const wireNames = [["mobile", "mobile"] as const, ...GRANTED_TEXTS];
  return {
    wholeCompany: auth_org_scopes.authed_dept.includes(DINGTALK_ROOT_DEPARTMENT_ID),
    departmentRemoteIds: auth_org_scopes.authed_dept.filter(isOrdinaryDepartment),
    userRemoteIds: auth_org_scopes.authed_user,
    userFields: wireNames.filter(([, wire]) => auth_user_field.includes(wire)).map(([field]) => field),
  };
}

function toRecord(
  user: VendorUser,
  granted: readonly (keyof UserProfile)[],
  unsaid: readonly (keyof UserProfile)[],
): RemoteRecord<UserProfile> {
  const contents: Contents<UserProfile> = {
    name: user.name,
    departmentRemoteIds: user.dept_id_list.filter(isOrdinaryDepartment),
  };
  for (const [field, wire] of OPEN_TEXTS) contents[field] = user[wire] ?? null;
  for (const [field, wire] of GRANTED_TEXTS) {
    const value = user[wire];
    if (value !== undefined || granted.includes(field)) contents[field] = value ?? null;
  }
  if (user.exclusive_account === true) contents.account = heldAccount(user);
  // The number of an enterprise account is shown to nobody, whatever was granted.
  else if (user.mobile !== undefined) contents.mobile = mobileFromDingTalk(user.mobile, user.state_code);
  else if (granted.includes("mobile")) contents.mobile = null;
  if (user.hide_mobile !== undefined) contents.hideMobile = user.hide_mobile;
  contents.hiredDate = user.hired_date ?? null;
  if (user.manager_userid !== undefined) contents.managerRemoteId = user.manager_userid;
  else if (!unsaid.includes("managerRemoteId")) contents.managerRemoteId = null;
  return { remoteId: user.userid, contents };
}

async function absentWhenGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
