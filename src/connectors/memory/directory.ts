import type { AuthorisedScope } from "../connector.js";
import type { ConnectorError } from "../errors.js";
import type { UserProfile } from "../profiles.js";

/** A department as the memory vendor keeps it. */
export interface MemoryDepartment {
  remoteId: string;
  name: string;
  /** Undefined for the root department alone. */
  parentRemoteId: string | undefined;
  order?: number;
  sourceId?: string;
  managerRemoteIds?: string[];
}

/** A person as the memory vendor keeps them. */
export interface MemoryUser extends UserProfile {
  remoteId: string;
  /** Empty for an account of the company. */
  mobile: string;
  /** Whether the account may sign in; undefined for an ordinary member, who can not be stopped. */
  enabled?: boolean;
}

/** A role as the memory vendor keeps it. */
export interface MemoryRole {
  remoteId: string;
  name: string;
  groupRemoteId: string;
  holders: Set<string>;
}

export type MemoryOperation =
  | `departments.${"create" | "update" | "remove" | "get" | "find" | "listChildren" | "read"}`
  | `users.${"create" | "update" | "remove" | "get" | "findByMobile" | "setEnabled" | "isEnabled"}`
  | `users.${"listMembers" | "read"}`
  | `roles.${"findGroup" | "createGroup" | "find" | "create" | "rename" | "remove" | "get"}`
  | `roles.${"listHolders" | "assign" | "withdraw"}`
  | "readScope";

/** A failure to be met by one coming call. */
export interface MemoryFault {
  operation: MemoryOperation;
  error: ConnectorError;
  /** True: the change is made all the same and only its answer is lost. */
  applied?: boolean;
}

/** The whole state of the memory vendor; tests read and change it as an administrator at the vendor would. */
export interface MemoryDirectory {
  departments: Map<string, MemoryDepartment>;
  users: Map<string, MemoryUser>;
  /** Names of the groups of roles, by id. */
  roleGroups: Map<string, string>;
  roles: Map<string, MemoryRole>;
  /** Every call in order, also failed ones. */
  calls: { operation: MemoryOperation; remoteId?: string; correlationId: string }[];
  /** Failures waiting for their call; the first one of an operation is used up by its next call. */
  faults: MemoryFault[];
  /** What the app is authorised for; the whole company at first. */
  scope: AuthorisedScope;
  /** A new id of a department, role or group of roles, as the vendor chooses them. */
  nextId(source: string): string;
}

/** Makes a vendor that holds nothing but its root department, "1". */
export function createMemoryDirectory(companyName = "Company"): MemoryDirectory {
  let lastId = 100;
  return {
    departments: new Map([["1", { remoteId: "1", name: companyName, parentRemoteId: undefined }]]),
    users: new Map(),
    roleGroups: new Map(),
    roles: new Map(),
    calls: [],
    faults: [],
    scope: {
      wholeCompany: true,
      departmentRemoteIds: ["1"],
      userRemoteIds: [],
      userFields: ["mobile", "email", "workPlace", "remark"],
    },
    nextId: () => String(++lastId),
  };
}
