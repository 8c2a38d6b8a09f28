import type { Mobile } from "./mobile.js";

/** What an API caller can set on a department. */
export interface DepartmentFields {
  name: string;
  /** Absent only on the root. */
  parentId: number | undefined;
  order: number;
  sourceIdentifier: string | undefined;
  managers: readonly string[];
  ownerUserid: string | undefined;
  code: string | undefined;
  flags: ReadonlyMap<string, boolean>;
  permits: ReadonlyMap<string, readonly string[]>;
}

/** A department as it is kept. */
export interface Department extends Readonly<DepartmentFields> {
  readonly id: number;
  readonly children: ReadonlySet<number>;
  readonly members: ReadonlySet<string>;
}

/** The job a person has in one department. */
export interface Position {
  readonly departmentId: number;
  readonly title: string | undefined;
  readonly workPlace: string | undefined;
  readonly isMain: boolean;
}

/** What makes a person's account one of the company (企业账号, formerly 专属账号). */
export interface EnterpriseAccount {
  /** `sso`: signs in at the company's own identity provider; `dingtalk`: with a name and password kept here. */
  readonly type: "sso" | "dingtalk";
  readonly loginId: string | undefined;
  readonly nickname: string | undefined;
  readonly disabled: boolean;
}

/** What an API caller can set on a person. */
export interface UserFields {
  name: string;
  /** Absent on enterprise accounts only. */
  mobile: Mobile | undefined;
  /** Absent on an ordinary member. */
  account: EnterpriseAccount | undefined;
  /** title, email, telephone, job_number, work_place and remark, by their parameter names; never empty. */
  texts: ReadonlyMap<string, string>;
  hideMobile: boolean;
  seniorMode: boolean;
  departmentIds: readonly number[];
  /** Sort values by department; 18 digits as DingTalk makes them. */
  orders: ReadonlyMap<number, bigint>;
  departmentTitles: ReadonlyMap<number, string>;
  positions: readonly Position[];
  extension: ReadonlyMap<string, unknown>;
  /** Unix milliseconds. */
  hiredDate: number | undefined;
  managerUserid: string | undefined;
}

/** A person as kept. */
export interface User extends Readonly<UserFields> {
  readonly userid: string;
  readonly unionid: string;
  /** Whether the person ever signed in to DingTalk: false for whoever an API call just created. */
  readonly active: boolean;
  /** Position in the order of joining. */
  readonly entry: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** The fields of a department of which nothing but the name was said. */
export function emptyDepartment(name: string): DepartmentFields {
  return {
    name,
    parentId: undefined,
    order: 0,
    sourceIdentifier: undefined,
    managers: [],
    ownerUserid: undefined,
    code: undefined,
    flags: new Map(),
    permits: new Map(),
  };
}
