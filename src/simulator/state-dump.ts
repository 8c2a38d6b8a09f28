import { type ContactBook, pathToRoot, ROOT_DEPARTMENT_ID } from "./contact-book.js";
import type { Department, EnterpriseAccount } from "./contact-records.js";
import type { HistoryDump } from "./history.js";
import type { Role } from "./role-book.js";

/** A department in the dump, spelled like the API spells it. */
export interface DepartmentDump {
  readonly dept_id: number;
  readonly name: string;
  /** Null for the root. */
  readonly parent_id: number | null;
  /** Names from below the root down to this one, joined by `/`; empty for the root. */
  readonly path: string;
  readonly source_identifier: string | null;
  readonly order: number;
  readonly dept_manager_userid_list: readonly string[];
  /** Direct members. */
  readonly userid_list: readonly string[];
}

/** A person in the dump; texts that have no value are absent. */
export interface UserDump {
  readonly userid: string;
  readonly unionid: string;
  readonly name: string;
  /** Empty, like `state_code`, for an enterprise account: it has none of its own. */
  readonly mobile: string;
  readonly state_code: string;
  readonly dept_id_list: readonly number[];
  readonly manager_userid: string | null;
  readonly hired_date: number | null;
  readonly title?: string | undefined;
  readonly email?: string | undefined;
  readonly telephone?: string | undefined;
  readonly job_number?: string | undefined;
  readonly work_place?: string | undefined;
  readonly remark?: string | undefined;
  /** Present on enterprise accounts only. */
  readonly account?: EnterpriseAccount;
}

/** A role group that an app or administrator made, with its roles and who holds them. */
export interface RoleGroupDump {
  readonly groupId: number;
  readonly name: string;
  readonly roles: readonly {
    readonly id: number;
    readonly name: string;
    readonly userid_list: readonly string[];
  }[];
}

/** The whole contact book and what happened to it. */
export interface StateDump {
  readonly corpId: string;
  /** Every parent before its children, siblings in their order; the root is the first. */
  readonly departments: readonly DepartmentDump[];
  /** In the order of joining. */
  readonly users: readonly UserDump[];
  /** Without those that DingTalk itself makes. */
  readonly roleGroups: readonly RoleGroupDump[];
  readonly history: HistoryDump;
}

/** Describes the state as data that JSON can hold. */
export function dumpState(book: ContactBook, corpId: string): StateDump {
  const departments: DepartmentDump[] = [];
  for (const department of inTreeOrder(book)) departments.push(describeDepartment(book, department));
  const users = [...book.users.values()].map((user) => ({
    userid: user.userid,
    unionid: user.unionid,
    name: user.name,
    mobile: user.mobile?.number ?? "",
    state_code: user.mobile?.stateCode ?? "",
    dept_id_list: [...user.departmentIds],
    manager_userid: user.managerUserid ?? null,
    hired_date: user.hiredDate ?? null,
    ...Object.fromEntries(user.texts),
    ...(user.account !== undefined && { account: user.account }),
  }));
  const roleGroups = [...book.roles.groups.values()]
    .filter((group) => !group.builtIn)
    .map(({ id, name }) => ({ groupId: id, name, roles: book.roles.rolesIn(id).map(describeRole) }));
  return { corpId, departments, users, roleGroups, history: book.history.dump() };
}

function describeRole({ id, name, holders }: Role): RoleGroupDump["roles"][number] {
  return { id, name, userid_list: [...holders] };
}

function describeDepartment(book: ContactBook, department: Department): DepartmentDump {
  const namesUp = pathToRoot(book, department.id).map((step) => step.name);
  return {
    dept_id: department.id,
    name: department.name,
    parent_id: department.parentId ?? null,
    path: namesUp.slice(0, -1).reverse().join("/"),
    source_identifier: department.sourceIdentifier ?? null,
    order: department.order,
    dept_manager_userid_list: [...department.managers],
    userid_list: [...department.members],
  };
}

function inTreeOrder(book: ContactBook): Department[] {
  const ordered: Department[] = [];
  const waiting = [ROOT_DEPARTMENT_ID];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const department = book.departments.get(id);
    if (department === undefined) continue;
    ordered.push(department);
    const children = [...department.children].flatMap((child) => book.departments.get(child) ?? []);
    children.sort((a, b) => b.order - a.order || b.id - a.id);
    waiting.push(...children.map((child) => child.id));
  }
  return ordered;
}
