import type { Call } from "./call.js";
import type { AnswerFields } from "./envelope.js";
import { readInteger, readText, readWordList, required, toInteger } from "./parameters.js";
import { BusinessRefusal } from "./refusals.js";
import type { Role } from "./role-book.js";
import { requireUser } from "./user-calls.js";

const MAX_NAME = 2_000;

/** `/role/add_role_group`. Two groups may have one name: a lost answer that is repeated makes a second. */
export function addRoleGroup(call: Call): AnswerFields {
  const name = required(readText(call.parameters, "name", MAX_NAME) || undefined, "name");
  return { groupId: call.book.roles.addGroup(name).id };
}

/** `/role/add_role`. The id is made by the server. */
export function addRole(call: Call): AnswerFields {
  const name = readText(call.parameters, "roleName", MAX_NAME, 34018) || undefined;
  if (name === undefined) throw new BusinessRefusal(34018);
  const groupId = readInteger(call.parameters, "groupId", 1, 34020);
  const group = groupId === undefined ? undefined : call.book.roles.groups.get(groupId);
  if (group === undefined || group.builtIn) throw new BusinessRefusal(34020);
  requireFreeName(call, group.id, name);
  return { roleId: call.book.roles.addRole(group.id, name).id };
}

/** `/role/update_role`: another name; there is no way to another role group. */
export function updateRole(call: Call): AnswerFields {
  const role = requireChangeable(call, "roleId");
  const name = readText(call.parameters, "roleName", MAX_NAME, 660000) || undefined;
  if (name === undefined) throw new BusinessRefusal(660000, "roleName");
  requireFreeName(call, role.groupId, name, role.id);
  call.book.roles.renameRole(role.id, name);
  return {};
}

/** `/topapi/role/deleterole`: the page asks for all holders to have lost the role first. */
export function deleteRole(call: Call): AnswerFields {
  const role = requireChangeable(call, "role_id");
  if (role.holders.size > 0 && call.settings.deleteRoleWithHolders === "refuse") {
    throw new BusinessRefusal(400002, "role_id");
  }
  call.book.roles.removeRole(role.id);
  return {};
}

/** `/topapi/role/list`: role groups with their roles, page by page. */
export function listRoles(call: Call): AnswerFields {
  const groups = [...call.book.roles.groups.values()];
  const { page, hasMore } = pageOf(call, groups, 200);
  const list = page.map(({ id, name }) => ({
    groupId: id,
    name,
    roles: call.book.roles.rolesIn(id).map((role) => ({ id: role.id, name: role.name })),
  }));
  return { result: { hasMore, list } };
}

/** `/topapi/role/getrole`, whose answer is not in `result`. */
export function getRole(call: Call): AnswerFields {
  const { name, groupId } = requireRole(call, "roleId");
  return { role: { name, groupId } };
}

/** `/topapi/role/getrolegroup`, whose answer is not in `result` either. */
export function getRoleGroup(call: Call): AnswerFields {
  const id = required(readInteger(call.parameters, "group_id", 1), "group_id");
  const group = call.book.roles.groups.get(id);
  if (group === undefined) throw new BusinessRefusal(400002, "group_id");
  const roles = call.book.roles.rolesIn(id).map((role) => ({ role_id: role.id, role_name: role.name }));
  return { role_group: { group_name: group.name, roles } };
}

/** `/topapi/role/simplelist`: who holds a role, page by page. */
export function listRoleHolders(call: Call): AnswerFields {
  const role = requireRole(call, "role_id");
  const { page, hasMore, next } = pageOf(call, [...role.holders], 100);
  const list = page.map((userid) => ({ userid, name: call.book.users.get(userid)?.name, manageScopes: [] }));
  return { result: { hasMore, ...(hasMore && { nextCursor: next }), list } };
}

/** `/topapi/role/addrolesforemps`: all of these roles for all of these people, or nothing. */
export function addRolesForEmployees(call: Call): AnswerFields {
  const { roles, userids } = readAssignment(call, 20);
  for (const role of roles) for (const userid of userids) call.book.roles.assign(role.id, userid);
  return {};
}

/** `/topapi/role/removerolesforemps`. */
export function removeRolesForEmployees(call: Call): AnswerFields {
  const { roles, userids } = readAssignment(call, 100);
  for (const role of roles) for (const userid of userids) call.book.roles.withdraw(role.id, userid);
  return {};
}

function readAssignment(call: Call, maxPeople: number): { roles: Role[]; userids: string[] } {
  const ids = required(readWordList(call.parameters, "roleIds", 20, 33011), "roleIds");
  const userids = required(readWordList(call.parameters, "userIds", maxPeople, 33012), "userIds");
  if (ids.length === 0) throw new BusinessRefusal(33011);
  if (userids.length === 0) throw new BusinessRefusal(33012);
  const roles = ids.map((id) => changeable(call, call.book.roles.roles.get(toInteger(id) ?? 0)));
  for (const userid of userids) {
    if (!call.book.users.has(userid)) throw new BusinessRefusal(33012, userid);
    requireUser(call, userid);
  }
  return { roles, userids };
}

function requireRole(call: Call, parameter: string): Role {
  const id = required(readInteger(call.parameters, parameter, 1, 33011), parameter);
  const role = call.book.roles.roles.get(id);
  if (role === undefined) throw new BusinessRefusal(33011, String(id));
  return role;
}

function requireChangeable(call: Call, parameter: string): Role {
  return changeable(call, requireRole(call, parameter));
}

/** The roles of the group "默认" can be neither changed nor given. */
function changeable(call: Call, role: Role | undefined): Role {
  if (role === undefined) throw new BusinessRefusal(33011);
  if (call.book.roles.groups.get(role.groupId)?.builtIn) throw new BusinessRefusal(23004);
  return role;
}

function requireFreeName(call: Call, groupId: number, name: string, except?: number): void {
  const { roles } = call.book;
  const others = call.settings.roleNamesUnique === "group" ? roles.rolesIn(groupId) : roles.roles.values();
  for (const other of others) {
    if (other.name === name && other.id !== except) throw new BusinessRefusal(34021);
  }
}

function pageOf<Item>(
  call: Call,
  items: readonly Item[],
  max: number,
): { page: Item[]; hasMore: boolean; next: number } {
  const offset = readInteger(call.parameters, "offset", 0, 40068) ?? 0;
  const size = readInteger(call.parameters, "size", 1, 40069) ?? 20;
  if (size > max) throw new BusinessRefusal(40069, "size");
  const next = offset + size;
  return { page: items.slice(offset, next), hasMore: next < items.length, next };
}
