import { randomInt } from "node:crypto";
import type { Clock } from "../platform/clock.js";
import { newSecret } from "../platform/ids.js";
import {
  type Department,
  type DepartmentFields,
  emptyDepartment,
  type User,
  type UserFields,
} from "./contact-records.js";
import { createHistory, type History, type HistoryEvent } from "./history.js";
import { createRoleBook, type RoleBook } from "./role-book.js";

/** The id of the company itself, the root of the department tree. */
export const ROOT_DEPARTMENT_ID = 1;

/**
 * The state of one company, without rules: callers check first. It keeps the cross references (tree, members,
 * unique values, managers) true, and writes the history.
 */
export interface ContactBook {
  readonly departments: ReadonlyMap<number, Department>;
  readonly users: ReadonlyMap<string, User>;
  readonly roles: RoleBook;
  readonly history: History;
  /** The person holding this unique value, if any. E-mail addresses are compared without regard to case. */
  userHolding(kind: UniqueKind, value: string): User | undefined;
  addDepartment(fields: DepartmentFields): Department;
  changeDepartment(id: number, change: Partial<DepartmentFields>, names: readonly string[]): void;
  removeDepartment(id: number): void;
  addUser(userid: string, fields: UserFields): User;
  changeUser(userid: string, change: Partial<UserFields>, names: readonly string[]): void;
  removeUser(userid: string): void;
  /** A sort value of 18 digits, smaller than all before: a later joiner stands further down. */
  nextOrder(): bigint;
}

/** Values only one person in the company may hold. */
export type UniqueKind = "mobile" | "email" | "telephone" | "unionid" | "loginId";

interface StoredDepartment extends DepartmentFields {
  id: number;
  children: Set<number>;
  members: Set<string>;
}

interface StoredUser extends UserFields {
  userid: string;
  unionid: string;
  active: boolean;
  entry: number;
  createdAt: number;
  modifiedAt: number;
}

/** Makes a company that consists of its root department only. */
export function createContactBook(deps: {
  clock: Clock;
  corpName: string;
  onChange?: (change: HistoryEvent) => void;
}): ContactBook {
  const departments = new Map<number, StoredDepartment>();
  const users = new Map<string, StoredUser>();
  const holders = new Map<string, string>();
  const stamped = new Map<string, Set<number>>();
  const history = createHistory(deps);
  const roles = createRoleBook(history);
  let lastDepartmentId = 400_000_000;
  let entries = 0;
  let orders = 0n;
  const now = () => deps.clock.now().getTime();

  departments.set(ROOT_DEPARTMENT_ID, {
    id: ROOT_DEPARTMENT_ID,
    ...emptyDepartment(deps.corpName),
    children: new Set(),
    members: new Set(),
  });

  function stamp(department: StoredDepartment, sourceIdentifier: string | undefined): void {
    if (department.sourceIdentifier !== undefined)
      stamped.get(department.sourceIdentifier)?.delete(department.id);
    department.sourceIdentifier = sourceIdentifier;
    if (sourceIdentifier === undefined) return;
    const carriers = stamped.get(sourceIdentifier) ?? new Set<number>();
    stamped.set(sourceIdentifier, carriers.add(department.id));
    if (carriers.size > 1) history.noteLiveDuplicate(sourceIdentifier, [...carriers]);
  }

  function holdUniqueValues(user: StoredUser, hold: boolean): void {
    for (const [kind, value] of uniqueValues(user)) {
      if (hold) holders.set(holderKey(kind, value), user.userid);
      else holders.delete(holderKey(kind, value));
    }
  }

  function leaveDepartment(userid: string, departmentId: number): void {
    const department = departments.get(departmentId);
    if (department === undefined) return;
    department.members.delete(userid);
    department.managers = department.managers.filter((manager) => manager !== userid);
    if (department.ownerUserid === userid) department.ownerUserid = undefined;
  }

  return {
    departments,
    users,
    roles,
    history,
    userHolding(kind, value) {
      const userid = holders.get(holderKey(kind, value));
      return userid === undefined ? undefined : users.get(userid);
    },
    addDepartment(fields) {
      lastDepartmentId += randomInt(1, 1_000);
      const department = {
        id: lastDepartmentId,
        ...fields,
        children: new Set<number>(),
        members: new Set<string>(),
      };
      department.sourceIdentifier = undefined;
      departments.set(department.id, department);
      if (fields.parentId !== undefined) departments.get(fields.parentId)?.children.add(department.id);
      history.record("department.created", String(department.id));
      if (fields.sourceIdentifier !== undefined)
        history.countCreate("departmentCreates", fields.sourceIdentifier);
      stamp(department, fields.sourceIdentifier);
      return department;
    },
    changeDepartment(id, change, names) {
      const department = departments.get(id);
      if (department === undefined) return;
      const { parentId, sourceIdentifier, ...rest } = change;
      Object.assign(department, rest);
      if (sourceIdentifier !== undefined) stamp(department, sourceIdentifier);
      if (parentId !== undefined && department.parentId !== undefined) {
        departments.get(department.parentId)?.children.delete(id);
        departments.get(parentId)?.children.add(id);
        department.parentId = parentId;
      }
      history.record("department.updated", String(id), names);
    },
    removeDepartment(id) {
      const department = departments.get(id);
      if (department === undefined) return;
      stamp(department, undefined);
      if (department.parentId !== undefined) departments.get(department.parentId)?.children.delete(id);
      departments.delete(id);
      history.record("department.deleted", String(id));
    },
    addUser(userid, fields) {
      entries += 1;
      const times = { createdAt: now(), modifiedAt: now() };
      const user: StoredUser = {
        userid,
        unionid: `${newSecret(16)}iEiE`,
        active: false,
        entry: entries,
        ...times,
        ...fields,
      };
      users.set(userid, user);
      for (const departmentId of user.departmentIds) departments.get(departmentId)?.members.add(userid);
      holdUniqueValues(user, true);
      history.record("user.created", userid);
      history.countCreate("userCreates", userid);
      if (user.mobile !== undefined) history.countCreate("mobileCreates", user.mobile.key);
      return user;
    },
    changeUser(userid, change, names) {
      const user = users.get(userid);
      if (user === undefined) return;
      holdUniqueValues(user, false);
      const before = user.departmentIds;
      Object.assign(user, change, { modifiedAt: now() });
      holdUniqueValues(user, true);
      const after = new Set(user.departmentIds);
      for (const departmentId of before) if (!after.has(departmentId)) leaveDepartment(userid, departmentId);
      for (const departmentId of after) departments.get(departmentId)?.members.add(userid);
      history.record("user.updated", userid, names);
    },
    removeUser(userid) {
      const user = users.get(userid);
      if (user === undefined) return;
      for (const departmentId of user.departmentIds) leaveDepartment(userid, departmentId);
      for (const other of users.values()) if (other.managerUserid === userid) other.managerUserid = undefined;
      holdUniqueValues(user, false);
      roles.forgetUser(userid);
      users.delete(userid);
      history.record("user.deleted", userid);
    },
    nextOrder() {
      orders += 1n;
      return 176_300_000_000_000_512n - orders * 513n;
    },
  };
}

/** The departments from the given one up to the root, itself first. */
export function pathToRoot(book: ContactBook, departmentId: number): Department[] {
  const path: Department[] = [];
  let department = book.departments.get(departmentId);
  while (department !== undefined) {
    path.push(department);
    department = department.parentId === undefined ? undefined : book.departments.get(department.parentId);
  }
  return path;
}

function uniqueValues(user: StoredUser): [UniqueKind, string][] {
  const values: [UniqueKind, string][] = [["unionid", user.unionid]];
  if (user.mobile !== undefined) values.push(["mobile", user.mobile.key]);
  if (user.account?.loginId !== undefined) values.push(["loginId", user.account.loginId]);
  const email = user.texts.get("email");
  const telephone = user.texts.get("telephone");
  if (email !== undefined) values.push(["email", email]);
  if (telephone !== undefined) values.push(["telephone", telephone]);
  return values;
}

function holderKey(kind: UniqueKind, value: string): string {
  return `${kind}:${kind === "email" ? value.toLowerCase() : value}`;
}
