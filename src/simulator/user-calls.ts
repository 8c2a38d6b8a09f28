import { randomInt } from "node:crypto";
import type { Call } from "./call.js";
import type { User, UserFields } from "./contact-records.js";
import { requireDepartmentInScope, requireUserInScope } from "./contact-scope.js";
import { readChangedAccount, readNewAccount } from "./enterprise-account-rules.js";
import type { AnswerFields } from "./envelope.js";
import { type Mobile, parseMobile } from "./mobile.js";
import { required } from "./parameters.js";
import { BusinessRefusal } from "./refusals.js";
import { readOptionalUserid, readUserid, readUserRequest, type UserRequest } from "./user-rules.js";

const MAX_DEPARTMENTS_ON_CREATE = 100;
const MAX_DEPARTMENTS_ON_UPDATE = 300;

/** `/topapi/v2/user/create`. Not idempotent; a chosen userid makes a replay fail with 60102. */
export function createUser(call: Call): AnswerFields {
  const request = readUserRequest(call.parameters, MAX_DEPARTMENTS_ON_CREATE, call.settings);
  const userid = readOptionalUserid(call.parameters) ?? newUserid(call);
  const name = required(request.name, "name");
  const account = readNewAccount(call);
  const mobile = account === undefined ? requireMobile(call, request.mobile) : undefined;
  const departmentIds = required(request.departmentIds, "dept_id_list");
  if (call.book.users.has(userid)) throw new BusinessRefusal(60102);
  if (mobile !== undefined && call.book.userHolding("mobile", mobile.key) !== undefined) {
    throw new BusinessRefusal(60104);
  }
  requireFreeTexts(call, request.texts, undefined);
  requireDepartments(call, departmentIds);
  requireUserExists(call, request.managerUserid);

  const user = call.book.addUser(userid, {
    name,
    mobile,
    account,
    texts: new Map([...request.texts].filter(([, text]) => text !== "")),
    hideMobile: request.hideMobile ?? false,
    seniorMode: request.seniorMode ?? false,
    departmentIds,
    orders: ordersFor(call, departmentIds, request.orders ?? new Map()),
    departmentTitles: request.departmentTitles ?? new Map(),
    positions: request.positions ?? [],
    extension: request.extension ?? new Map(),
    hiredDate: request.hiredDate,
    managerUserid: request.managerUserid === "" ? undefined : request.managerUserid,
  });
  return { result: { userid: user.userid, unionId: user.unionid } };
}

/** `/topapi/v2/user/update`: an omitted field keeps its value, the department list replaces the whole list. */
export function updateUser(call: Call): AnswerFields {
  const user = requireUser(call, readUserid(call.parameters));
  const request = readUserRequest(call.parameters, MAX_DEPARTMENTS_ON_UPDATE, call.settings);
  requireSameMobile(call, request.mobile, user.mobile);
  const account = readChangedAccount(call, user);
  // 更新企业账号: the department list must come with every update.
  if (account !== undefined) required(request.departmentIds, "dept_id_list");
  requireFreeTexts(call, request.texts, user);
  if (request.departmentIds !== undefined) {
    requireDepartments(
      call,
      request.departmentIds.filter((id) => !user.departmentIds.includes(id)),
    );
  }
  requireUserExists(call, request.managerUserid);

  const names = [...call.parameters.keys()].filter((name) => name !== "userid" && name !== "access_token");
  call.book.changeUser(user.userid, { ...changeOf(call, request, user), account }, names);
  return {};
}

/** `/topapi/v2/user/delete`. */
export function deleteUser(call: Call): AnswerFields {
  const user = call.book.users.get(readUserid(call.parameters));
  if (user === undefined) throw new BusinessRefusal(call.settings.deleteUnknownUserCode);
  requireUserInScope(call, user);
  call.book.removeUser(user.userid);
  return {};
}

/** The person with this userid. @throws BusinessRefusal 60121 when there is none, 50002 outside the scope. */
export function requireUser(call: Call, userid: string): User {
  const user = call.book.users.get(userid);
  if (user === undefined) throw new BusinessRefusal(60121);
  requireUserInScope(call, user);
  return user;
}

function changeOf(call: Call, request: UserRequest, user: User): Partial<UserFields> {
  const change: Partial<UserFields> = { texts: mergeTexts(call, user.texts, request.texts) };
  if (request.name !== undefined) change.name = request.name;
  if (request.hideMobile !== undefined) change.hideMobile = request.hideMobile;
  if (request.seniorMode !== undefined) change.seniorMode = request.seniorMode;
  if (request.hiredDate !== undefined) change.hiredDate = request.hiredDate;
  if (request.departmentTitles !== undefined) change.departmentTitles = request.departmentTitles;
  if (request.positions !== undefined) change.positions = request.positions;
  if (request.extension !== undefined) {
    const kept = request.mergeExtension ? user.extension : [];
    change.extension = new Map([...kept, ...request.extension]);
  }
  if (request.departmentIds !== undefined || request.orders !== undefined) {
    change.departmentIds = request.departmentIds ?? user.departmentIds;
    const known = new Map([...user.orders, ...(request.orders ?? [])]);
    change.orders = ordersFor(call, change.departmentIds, known);
  }
  // An empty manager means "not said" unless the field is forced: that is the documented way to clear it.
  if (request.managerUserid) change.managerUserid = request.managerUserid;
  else if (request.forced.has("manager_userid")) change.managerUserid = undefined;
  return change;
}

function mergeTexts(call: Call, before: ReadonlyMap<string, string>, sent: ReadonlyMap<string, string>) {
  const texts = new Map(before);
  for (const [field, text] of sent) {
    if (text !== "") texts.set(field, text);
    else if (call.settings.emptyStringClears) texts.delete(field);
  }
  return texts;
}

function ordersFor(call: Call, departmentIds: readonly number[], known: ReadonlyMap<number, bigint>) {
  return new Map(departmentIds.map((id) => [id, known.get(id) ?? call.book.nextOrder()]));
}

function requireMobile(call: Call, sent: string | undefined): Mobile {
  const mobile = parseMobile(sent ?? "", call.settings.corpRegion);
  if (mobile === undefined) throw new BusinessRefusal(60103);
  return mobile;
}

function requireSameMobile(call: Call, sent: string | undefined, current: Mobile | undefined): void {
  if (sent === undefined) return;
  if (parseMobile(sent, call.settings.corpRegion)?.key !== current?.key) throw new BusinessRefusal(40022);
}

function requireFreeTexts(call: Call, texts: ReadonlyMap<string, string>, holder: User | undefined): void {
  const codes = { email: call.settings.duplicateEmailCode, telephone: 40100 } as const;
  for (const kind of ["email", "telephone"] as const) {
    const text = texts.get(kind);
    if (text === undefined || text === "") continue;
    const other = call.book.userHolding(kind, text);
    if (other !== undefined && other.userid !== holder?.userid) throw new BusinessRefusal(codes[kind]);
  }
}

function requireDepartments(call: Call, departmentIds: readonly number[]): void {
  for (const id of departmentIds) {
    if (!call.book.departments.has(id)) throw new BusinessRefusal(60003, String(id));
    requireDepartmentInScope(call, id);
  }
}

function requireUserExists(call: Call, managerUserid: string | undefined): void {
  if (managerUserid && !call.book.users.has(managerUserid)) throw new BusinessRefusal(60128);
}

/** Ids made by DingTalk have 17 to 20 digits: too many for a number, so a client that parses them is caught. */
function newUserid(call: Call): string {
  for (;;) {
    const userid = `${randomInt(1_000_000_000, 9_999_999_999)}${randomInt(100_000_000, 999_999_999)}`;
    if (!call.book.users.has(userid)) return userid;
  }
}
