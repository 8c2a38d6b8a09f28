import type { Call } from "./call.js";
import { pathToRoot, ROOT_DEPARTMENT_ID } from "./contact-book.js";
import { type DepartmentFields, emptyDepartment } from "./contact-records.js";
import { requireDepartmentInScope } from "./contact-scope.js";
import {
  heightOf,
  readDepartmentId,
  readDepartmentRequest,
  requireDepartment,
  requireDepth,
  requireDirectMembers,
  requireFreeName,
  requireFreeStamp,
  requireNoCycle,
  requireNotRoot,
  requireParent,
  requireRoomForDepartment,
  subtreeOf,
} from "./department-rules.js";
import type { AnswerFields } from "./envelope.js";
import { readInteger, required } from "./parameters.js";
import { BusinessRefusal } from "./refusals.js";
import { requireUser } from "./user-calls.js";
import { readUserid } from "./user-rules.js";

/** `/topapi/v2/department/create`. The id is made by the server: a lost answer leaves it unknown. */
export function createDepartment(call: Call): AnswerFields {
  const request = readDepartmentRequest(call, "create");
  const name = required(request.name, "name");
  const parent = requireParent(call, required(request.parentId, "parent_id"));
  requireRoomForDepartment(call);
  requireDepth(call, parent, 1);
  requireFreeName(call, parent, name);
  requireFreeStamp(call, request.sourceIdentifier);
  requireOuterDeptForItsFields(request.flags, request.permits, new Map());
  const department = call.book.addDepartment({
    ...emptyDepartment(name),
    parentId: parent.id,
    order: request.order ?? parent.children.size + 1,
    sourceIdentifier: request.sourceIdentifier || undefined,
    flags: request.flags,
    permits: request.permits,
  });
  return { result: { dept_id: department.id } };
}

/** `/topapi/v2/department/update`: an omitted field keeps its value; `parent_id` moves the whole subtree. */
export function updateDepartment(call: Call): AnswerFields {
  const id = readDepartmentId(call.parameters);
  requireNotRoot(id, 60018);
  const department = requireDepartment(call, id);
  requireDepartmentInScope(call, id);
  const request = readDepartmentRequest(call, "update");
  const parent = requireParent(call, request.parentId ?? department.parentId ?? ROOT_DEPARTMENT_ID);
  if (parent.id !== department.parentId) {
    requireNoCycle(call, department, parent);
    requireDepth(call, parent, heightOf(call.book, department));
  }
  requireFreeName(call, parent, request.name ?? department.name, id);
  requireFreeStamp(call, request.sourceIdentifier, id);
  requireDirectMembers(department, request.managers ?? [], 40031);
  if (request.ownerUserid) requireDirectMembers(department, [request.ownerUserid], 40093);
  requireOuterDeptForItsFields(request.flags, request.permits, department.flags);

  const change: Partial<DepartmentFields> = {
    flags: new Map([...department.flags, ...request.flags]),
    permits: new Map([...department.permits, ...request.permits]),
  };
  if (request.name !== undefined) change.name = request.name;
  if (parent.id !== department.parentId) change.parentId = parent.id;
  if (request.order !== undefined) change.order = request.order;
  if (request.sourceIdentifier) change.sourceIdentifier = request.sourceIdentifier;
  if (request.ownerUserid) change.ownerUserid = request.ownerUserid;
  if (request.code !== undefined) change.code = request.code;
  // An empty list means "not said" unless the field is forced: that is the documented way to clear it.
  if (request.managers?.length) change.managers = request.managers;
  else if (request.forced.has("dept_manager_userid_list")) change.managers = [];
  const names = [...call.parameters.keys()].filter((name) => name !== "dept_id" && name !== "access_token");
  call.book.changeDepartment(id, change, names);
  return {};
}

/** `/topapi/v2/department/delete`: refused while anybody is in it or below it. */
export function deleteDepartment(call: Call): AnswerFields {
  const id = readDepartmentId(call.parameters);
  requireNotRoot(id, 60007);
  const department = requireDepartment(call, id);
  requireDepartmentInScope(call, id);
  const subtree = subtreeOf(call.book, id);
  if (subtree.some((below) => below.members.size > 0)) throw new BusinessRefusal(60005);
  const refusesChildren = call.settings.deleteDepartmentWithEmptyChildren === "refuse";
  if (department.children.size > 0 && refusesChildren) throw new BusinessRefusal(60006);
  for (const below of subtree.reverse()) call.book.removeDepartment(below.id);
  return {};
}

/** `/topapi/v2/department/get`, the only read that shows `source_identifier`. */
export function getDepartment(call: Call): AnswerFields {
  const id = readDepartmentId(call.parameters);
  const department = requireDepartment(call, id);
  requireDepartmentInScope(call, id);
  const flag = (name: string) => department.flags.get(name) ?? false;
  const memberIds = new Set(subtreeOf(call.book, id).flatMap((below) => [...below.members]));
  return {
    result: {
      dept_id: id,
      name: department.name,
      parent_id: department.parentId,
      source_identifier: department.sourceIdentifier,
      order: department.order,
      code: department.code,
      dept_manager_userid_list: department.managers,
      org_dept_owner: department.ownerUserid,
      hide_dept: flag("hide_dept"),
      outer_dept: flag("outer_dept"),
      create_dept_group: flag("create_dept_group"),
      auto_add_user: flag("auto_add_user"),
      auto_approve_apply: flag("auto_approve_apply"),
      group_contain_sub_dept: flag("group_contain_sub_dept"),
      dept_permits: (department.permits.get("dept_permits") ?? []).map(Number),
      user_permits: department.permits.get("user_permits") ?? [],
      outer_permit_depts: (department.permits.get("outer_permit_depts") ?? []).map(Number),
      outer_permit_users: department.permits.get("outer_permit_users") ?? [],
      member_count: memberIds.size,
      from_union_org: false,
    },
  };
}

/** `/topapi/v2/department/listsub`: direct children only, all at once, without `source_identifier`. */
export function listSubDepartments(call: Call): AnswerFields {
  const id = readInteger(call.parameters, "dept_id", 1, 40009) ?? ROOT_DEPARTMENT_ID;
  const department = requireDepartment(call, id);
  requireDepartmentInScope(call, id);
  const children = [...department.children].map((child) => requireDepartment(call, child));
  children.sort((a, b) => a.order - b.order || a.id - b.id);
  return {
    result: children.map((child) => ({
      dept_id: child.id,
      name: child.name,
      parent_id: id,
      create_dept_group: child.flags.get("create_dept_group") ?? false,
      auto_add_user: child.flags.get("auto_add_user") ?? false,
    })),
  };
}

/** `/topapi/v2/department/listsubid`: ids of the direct children, blind to the contact scope. */
export function listSubDepartmentIds(call: Call): AnswerFields {
  const department = requireDepartment(call, readDepartmentId(call.parameters));
  return { result: { dept_id_list: [...department.children] } };
}

/** `/topapi/v2/department/listparentbydept`: the way up to the root, the department itself first. */
export function listParentsOfDepartment(call: Call): AnswerFields {
  const id = readDepartmentId(call.parameters);
  requireDepartment(call, id);
  requireDepartmentInScope(call, id);
  return { result: { parent_id_list: idsToRoot(call, id) } };
}

/** `/topapi/v2/department/listparentbyuser`: one way up for each department of the person. */
export function listParentsOfUser(call: Call): AnswerFields {
  const user = requireUser(call, readUserid(call.parameters));
  const parent_list = user.departmentIds.map((id) => ({ parent_dept_id_list: idsToRoot(call, id) }));
  return { result: { parent_list } };
}

function idsToRoot(call: Call, departmentId: number): number[] {
  return pathToRoot(call.book, departmentId).map((department) => department.id);
}

/** The `outer_*` fields only mean something on a department whose members' view is restricted. */
function requireOuterDeptForItsFields(
  sent: ReadonlyMap<string, boolean>,
  permits: ReadonlyMap<string, readonly string[]>,
  before: ReadonlyMap<string, boolean>,
): void {
  if (sent.get("outer_dept") ?? before.get("outer_dept")) return;
  const needsOuterDept =
    sent.get("outer_dept_only_self") === true ||
    permits.get("outer_permit_users")?.length ||
    permits.get("outer_permit_depts")?.length;
  if (needsOuterDept) throw new BusinessRefusal(60510, "outer_dept");
}
