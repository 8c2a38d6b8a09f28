import type { Call } from "./call.js";
import type { Department, User } from "./contact-records.js";
import { requireDepartmentInScope, requireUserInScope } from "./contact-scope.js";
import { requireDepartment } from "./department-rules.js";
import type { AnswerFields } from "./envelope.js";
import { parseMobileForLookup } from "./mobile.js";
import { readBoolean, readInteger, readText, required } from "./parameters.js";
import { BusinessRefusal } from "./refusals.js";
import { SENSITIVE_USER_FIELDS } from "./settings.js";
import { requireUser } from "./user-calls.js";
import { readUserid } from "./user-rules.js";

/** `/topapi/v2/user/get`: what has no value, or no grant, is absent. */
export function getUser(call: Call): AnswerFields {
  const user = requireUser(call, readUserid(call.parameters));
  const dept_order_list = [...user.orders].map(([dept_id, order]) => ({ dept_id, order }));
  const leader_in_dept = user.departmentIds.map((dept_id) => ({
    dept_id,
    leader: isLeader(call, user, dept_id),
  }));
  const role_list = call.book.roles.rolesOf(user.userid).map(({ id, name, groupId }) => ({
    id,
    name,
    group_name: call.book.roles.groups.get(groupId)?.name,
  }));
  const saysRoles = role_list.length > 0 || call.settings.noRoles === "empty";
  return {
    result: {
      ...describeUser(call, user),
      dept_order_list,
      leader_in_dept,
      ...(saysRoles && { role_list }),
    },
  };
}

/** `/topapi/v2/user/getbymobile`. */
export function getUserByMobile(call: Call): AnswerFields {
  readBoolean(call.parameters, "support_exclusive_account_search");
  const text = required(readText(call.parameters, "mobile", 20, 40104), "mobile");
  const mobile = parseMobileForLookup(text);
  if (mobile === undefined) throw new BusinessRefusal(40104);
  const user = call.book.userHolding("mobile", mobile.key);
  if (user === undefined) throw new BusinessRefusal(60121);
  requireUserInScope(call, user);
  return { result: { userid: user.userid, exclusive_account_userid_list: [] } };
}

/** `/topapi/user/getbyunionid` (a path without `v2`). */
export function getUserByUnionid(call: Call): AnswerFields {
  const unionid = required(readText(call.parameters, "unionid", 128), "unionid");
  const user = call.book.userHolding("unionid", unionid);
  if (user === undefined) throw new BusinessRefusal(60121);
  requireUserInScope(call, user);
  return { result: { userid: user.userid, contact_type: 0 } };
}

/** `/topapi/v2/user/list`: the direct members of one department, page by page. */
export function listUsers(call: Call): AnswerFields {
  return {
    result: pageOf(call, (user, department) => ({
      ...describeUser(call, user),
      ...(call.settings.listedUsers === "documented" && UNLISTED),
      dept_order: user.orders.get(department.id),
      leader: isLeader(call, user, department.id),
    })),
  };
}

/** Fields that the page of `user/list` does not name. */
const UNLISTED = { manager_userid: undefined, dept_position_list: undefined, senior: undefined };

/** `/topapi/user/listsimple`: the same page with id and name only. */
export function listUsersSimple(call: Call): AnswerFields {
  return { result: pageOf(call, (user) => ({ userid: user.userid, name: user.name })) };
}

/** `/topapi/user/listid`: not paged, and blind to the contact scope. */
export function listUserids(call: Call): AnswerFields {
  const department = requireDepartment(call, readDepartmentToList(call));
  return { result: { userid_list: [...department.members] } };
}

/** `/topapi/user/count`. `only_active` counts those who ever signed in: nobody an API call created has. */
export function countUsers(call: Call): AnswerFields {
  const onlyActive = required(readBoolean(call.parameters, "only_active"), "only_active");
  if (!onlyActive) return { result: { count: call.book.users.size } };
  let count = 0;
  for (const user of call.book.users.values()) if (user.active) count += 1;
  return { result: { count } };
}

const ORDERINGS: ReadonlyMap<string, (a: User, b: User, departmentId: number) => number> = new Map([
  ["entry_asc", (a, b) => a.entry - b.entry],
  ["entry_desc", (a, b) => b.entry - a.entry],
  ["modify_asc", (a, b) => a.modifiedAt - b.modifiedAt || a.entry - b.entry],
  ["modify_desc", (a, b) => b.modifiedAt - a.modifiedAt || b.entry - a.entry],
  ["custom", (a, b, departmentId) => compareOrders(b, a, departmentId) || a.entry - b.entry],
]);

function pageOf(call: Call, describe: (user: User, department: Department) => object): object {
  const departmentId = readDepartmentToList(call);
  const cursor = required(readInteger(call.parameters, "cursor", 0, 40068), "cursor");
  const size = required(readInteger(call.parameters, "size", 1, 40069), "size");
  if (size > 100) throw new BusinessRefusal(40069, "size");
  const ordering = ORDERINGS.get(readText(call.parameters, "order_field", 20, 40070) || "custom");
  if (ordering === undefined) throw new BusinessRefusal(40070);
  const department = requireDepartment(call, departmentId);
  requireDepartmentInScope(call, departmentId);

  const members: User[] = [];
  for (const userid of department.members) {
    const user = call.book.users.get(userid);
    if (user !== undefined) members.push(user);
  }
  members.sort((a, b) => ordering(a, b, departmentId));
  const list = members.slice(cursor, cursor + size).map((user) => describe(user, department));
  const next = cursor + size;
  // The last page carries no cursor at all: a client that loops on the cursor instead of has_more is caught.
  if (next < members.length) return { has_more: true, next_cursor: next, list };
  return call.settings.lastPageCursor === "zero"
    ? { has_more: false, next_cursor: 0, list }
    : { has_more: false, list };
}

function readDepartmentToList(call: Call): number {
  return required(readInteger(call.parameters, "dept_id", 1, 40009), "dept_id");
}

function describeUser(call: Call, user: User): Record<string, unknown> {
  const unset = call.settings.unsetTexts === "empty" ? "" : undefined;
  const text = (field: string) => user.texts.get(field) ?? unset;
  const fields: Record<string, unknown> = {
    userid: user.userid,
    unionid: user.unionid,
    name: user.name,
    avatar: "",
    state_code: user.mobile?.stateCode,
    mobile: user.mobile?.number,
    hide_mobile: user.hideMobile,
    telephone: text("telephone"),
    job_number: text("job_number"),
    title: text("title"),
    email: text("email"),
    org_email: user.texts.get("org_email"),
    work_place: text("work_place"),
    remark: text("remark"),
    dept_id_list: user.departmentIds,
    dept_position_list: describePositions(user),
    extension: user.extension.size === 0 ? undefined : JSON.stringify(Object.fromEntries(user.extension)),
    hired_date: user.hiredDate,
    active: user.active,
    real_authed: false,
    senior: user.seniorMode,
    admin: false,
    boss: false,
    manager_userid: user.managerUserid,
    exclusive_account: user.account !== undefined,
    exclusive_account_type: user.account?.type,
    login_id: user.account?.loginId,
    nickname: user.account?.nickname,
    disable_status: user.account?.disabled,
    create_time: new Date(user.createdAt).toISOString(),
  };
  if (call.asAdministrator) return fields;
  const granted: readonly string[] = call.settings.grants.userFields;
  for (const field of SENSITIVE_USER_FIELDS) if (!granted.includes(field)) fields[field] = undefined;
  return fields;
}

function describePositions(user: User): object[] | undefined {
  if (user.positions.length === 0) return undefined;
  return user.positions.map((position) => ({
    dept_id: position.departmentId,
    title: position.title,
    work_place: position.workPlace,
    is_main: position.isMain,
  }));
}

function isLeader(call: Call, user: User, departmentId: number): boolean {
  return call.book.departments.get(departmentId)?.managers.includes(user.userid) ?? false;
}

function compareOrders(a: User, b: User, departmentId: number): number {
  const difference = (a.orders.get(departmentId) ?? 0n) - (b.orders.get(departmentId) ?? 0n);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
