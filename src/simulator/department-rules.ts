import type { Call } from "./call.js";
import { type ContactBook, pathToRoot, ROOT_DEPARTMENT_ID } from "./contact-book.js";
import type { Department } from "./contact-records.js";
import { requireDepartmentInScope, type Viewer } from "./contact-scope.js";
import { type Parameters, readBoolean, readInteger, readText, readWordList, required } from "./parameters.js";
import { BusinessRefusal } from "./refusals.js";

/** What one department/create or department/update call carries, as far as it can be checked by itself. */
export interface DepartmentRequest {
  readonly name: string | undefined;
  readonly parentId: number | undefined;
  readonly order: number | undefined;
  readonly sourceIdentifier: string | undefined;
  readonly flags: ReadonlyMap<string, boolean>;
  readonly permits: ReadonlyMap<string, readonly string[]>;
  readonly managers: readonly string[] | undefined;
  readonly ownerUserid: string | undefined;
  readonly code: string | undefined;
  readonly forced: ReadonlySet<string>;
}

const NAME_MAX = 64;
const FORBIDDEN_IN_NAME = /[-,，]/;
const PERMITS_MAX = 50;
const MAX_DEPARTMENTS = 10_000;

const CREATE_FLAGS = [
  "hide_dept",
  "outer_dept",
  "outer_dept_only_self",
  "create_dept_group",
  "auto_approve_apply",
];
const UPDATE_FLAGS = [
  ...CREATE_FLAGS,
  "auto_add_user",
  "group_contain_sub_dept",
  "group_contain_outer_dept",
  "group_contain_hidden_dept",
];

/** Visibility lists with the code for a bad one. */
const PERMIT_CODES: ReadonlyMap<string, number> = new Map([
  ["dept_permits", 60109],
  ["user_permits", 600109],
  ["outer_permit_depts", 60510],
  ["outer_permit_users", 60510],
]);

/**
 * Reads the parameters of department/create or, with the fields only it knows, department/update.
 * @throws BusinessRefusal with the documented code of the first field that breaks its rule.
 */
export function readDepartmentRequest(
  { parameters, settings }: Pick<Call, "parameters" | "settings">,
  api: "create" | "update",
): DepartmentRequest {
  const forUpdate = api === "update";
  return {
    name: readDepartmentName(parameters, settings.separatorsInDepartmentNames),
    parentId: readInteger(parameters, "parent_id", 1, 40010),
    order: readInteger(parameters, "order", 0, 40011),
    sourceIdentifier: readText(parameters, "source_identifier", 2_000),
    flags: readFlags(parameters, forUpdate ? UPDATE_FLAGS : CREATE_FLAGS),
    permits: readPermits(parameters),
    managers: forUpdate ? readWordList(parameters, "dept_manager_userid_list", 100, 40031) : undefined,
    ownerUserid: forUpdate ? readText(parameters, "org_dept_owner", 64, 40093) : undefined,
    code: forUpdate ? readText(parameters, "code", 30) : undefined,
    forced: new Set(forUpdate ? readWordList(parameters, "force_update_fields", 20, 400002) : []),
  };
}

/** The department id of a call. @throws BusinessRefusal 40035 when absent, 40009 when malformed. */
export function readDepartmentId(parameters: Parameters): number {
  return required(readInteger(parameters, "dept_id", 1, 40009), "dept_id");
}

/** The department with this id, in scope or not. @throws BusinessRefusal 60003 when there is none. */
export function requireDepartment(viewer: Viewer, id: number): Department {
  const department = viewer.book.departments.get(id);
  if (department === undefined) throw new BusinessRefusal(60003, String(id));
  return department;
}

/** The department to hang something below. @throws BusinessRefusal 60004 unknown, 50004 out of scope. */
export function requireParent(viewer: Viewer, id: number): Department {
  const parent = viewer.book.departments.get(id);
  if (parent === undefined) throw new BusinessRefusal(60004, String(id));
  requireDepartmentInScope(viewer, id);
  return parent;
}

/** @throws BusinessRefusal 60008 or 60021, as set, when another child of the parent has the name. */
export function requireFreeName(viewer: Viewer, parent: Department, name: string, except?: number): void {
  for (const id of parent.children) {
    if (id !== except && viewer.book.departments.get(id)?.name === name) {
      throw new BusinessRefusal(viewer.settings.duplicateNameCode);
    }
  }
}

/** @throws BusinessRefusal 400002 where a stamp may be carried once only and another department carries it. */
export function requireFreeStamp(viewer: Viewer, stamp: string | undefined, except?: number): void {
  if (!stamp || viewer.settings.sharedSourceIdentifiers === "taken") return;
  for (const { id, sourceIdentifier } of viewer.book.departments.values()) {
    if (id !== except && sourceIdentifier === stamp) throw new BusinessRefusal(400002, "source_identifier");
  }
}

/** @throws BusinessRefusal 60002 when `levels` more levels below the parent exceed the depth a company may have. */
export function requireDepth(viewer: Viewer, parent: Department, levels: number): void {
  // The root is not a level of its own.
  const depth = pathToRoot(viewer.book, parent.id).length - 1 + levels;
  if (depth > viewer.settings.maxDepartmentDepth) throw new BusinessRefusal(60002);
}

/** @throws BusinessRefusal 60110 when the company has as many departments as it may. */
export function requireRoomForDepartment(viewer: Viewer): void {
  if (viewer.book.departments.size >= MAX_DEPARTMENTS) throw new BusinessRefusal(60110);
}

/** @throws BusinessRefusal 60010 when the new parent is the department itself or lies below it. */
export function requireNoCycle(viewer: Viewer, department: Department, parent: Department): void {
  if (pathToRoot(viewer.book, parent.id).some((ancestor) => ancestor.id === department.id)) {
    throw new BusinessRefusal(60010);
  }
}

/** @throws BusinessRefusal `code` when one of the people is not a direct member of the department. */
export function requireDirectMembers(department: Department, userids: readonly string[], code: number): void {
  for (const userid of userids) if (!department.members.has(userid)) throw new BusinessRefusal(code, userid);
}

/** The department and all below it, every parent before its children. */
export function subtreeOf(book: ContactBook, departmentId: number): Department[] {
  const found: Department[] = [];
  const waiting = [departmentId];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const department = book.departments.get(id);
    if (department === undefined) continue;
    found.push(department);
    waiting.push(...department.children);
  }
  return found;
}

/** How many levels the subtree has, the department itself being the first. */
export function heightOf(book: ContactBook, department: Department): number {
  const base = pathToRoot(book, department.id).length;
  return Math.max(
    ...subtreeOf(book, department.id).map((below) => pathToRoot(book, below.id).length - base + 1),
  );
}

/** @throws BusinessRefusal `code` (60007 or 60018) for the root, which can be neither deleted nor updated. */
export function requireNotRoot(id: number, code: 60007 | 60018): void {
  if (id === ROOT_DEPARTMENT_ID) throw new BusinessRefusal(code);
}

function readDepartmentName(parameters: Parameters, separators: "refused" | "taken"): string | undefined {
  const name = readText(parameters, "name", NAME_MAX, 60001);
  if (name === undefined) return undefined;
  if (name.trim() === "") throw new BusinessRefusal(60001);
  if (separators === "refused" && FORBIDDEN_IN_NAME.test(name)) throw new BusinessRefusal(60009);
  return name;
}

function readFlags(parameters: Parameters, names: readonly string[]): Map<string, boolean> {
  const flags = new Map<string, boolean>();
  for (const name of names) {
    const flag = readBoolean(parameters, name);
    if (flag !== undefined) flags.set(name, flag);
  }
  return flags;
}

function readPermits(parameters: Parameters): Map<string, readonly string[]> {
  const permits = new Map<string, readonly string[]>();
  for (const [name, code] of PERMIT_CODES) {
    const words = readWordList(parameters, name, PERMITS_MAX, code);
    if (words !== undefined) permits.set(name, words);
  }
  return permits;
}
