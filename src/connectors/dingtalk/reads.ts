import type { AuthorisedScope } from "../connector.js";
import type { CallContext, DepartmentOperations, UserOperations } from "../operations.js";
import type { Contents, DepartmentProfile, UserProfile } from "../profiles.js";
import type { DingTalkClient } from "./client.js";
import { GRANTED_TEXTS, toUserRecord } from "./comparable-user.js";
import { isNotFound } from "./errors.js";
import { comparableDepartmentGuard, comparableUserGuard, memberPageGuard } from "./read-guards.js";
import { departmentNumber, isOrdinaryDepartment } from "./remote-id.js";
import { DINGTALK_ROOT_DEPARTMENT_ID } from "./settings.js";
import { departmentListGuard, scopesGuard } from "./types.js";

/** The largest page that `user/list` gives. */
const PAGE_SIZE = 100;

/** `user/list` is not documented to show these, though `user/get` is: absent there says nothing. */
const TOLD_SINGLY = [
  "managerRemoteId",
  "roleRemoteIds",
  "positions",
  "departmentOrders",
  "seniorMode",
] as const satisfies readonly (keyof UserProfile)[];

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
        records: result.list.map((user) =>
          toUserRecord(user, granted, { unsaid: TOLD_SINGLY, listedIn: departmentRemoteId }),
        ),
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
      return answer && toUserRecord(answer.result, granted, { unsaid: [] });
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

async function absentWhenGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
