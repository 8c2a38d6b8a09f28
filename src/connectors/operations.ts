import type {
  Changes,
  CompanyAccount,
  Contents,
  DepartmentProfile,
  FirstPassword,
  UserProfile,
} from "./profiles.js";
import type { VendorCall } from "./vendor-call.js";

/** Who asks, for tracing, how long they wait, and what they are told. */
export interface CallContext {
  /** From the SCIM request that caused the change to the vendor's access log. */
  correlationId: string;
  signal?: AbortSignal;
  /**
   * Told of each call that is made for this caller, for the record of an attempt: all callers of a connection share one
   * session. A token that several wait for is told to the one who asked for it.
   */
  onCall?: (call: VendorCall) => void;
}

/** What a write reports. */
export interface WriteResult {
  remoteId: string;
  /** Things an administrator should know although the call went well, e.g. a field that the vendor ignores. */
  warnings: string[];
}

/** A department as it is at the vendor. */
export interface RemoteDepartment {
  remoteId: string;
  name: string;
  parentRemoteId: string;
  /** Our stamp, where there is one. */
  sourceId?: string;
}

/** A person as they are at the vendor. Absent means unknown or unset: the vendor does not tell them apart. */
export interface RemoteUser {
  remoteId: string;
  name: string;
  mobile?: string;
  email?: string;
  jobNumber?: string;
  departmentRemoteIds: string[];
  /** Present where the account belongs to the company. */
  account?: CompanyAccount;
}

/** A record as far as it can be compared with a profile. */
export interface RemoteRecord<P> {
  remoteId: string;
  contents: Contents<P>;
}

/** A page of the direct members of a department. */
export interface MemberPage {
  records: RemoteRecord<UserProfile>[];
  /** Where the next page begins; absent on the last one. */
  nextCursor?: string;
  /** Fields that a listing may leave out although they have a value: a single read tells. */
  toldSingly: readonly (keyof UserProfile)[];
}

/** A role as it is at the vendor. */
export interface RemoteRole {
  remoteId: string;
  name: string;
  groupRemoteId: string;
}

/** A page of those who hold a role. */
export interface HolderPage {
  userRemoteIds: string[];
  /** Where the next page begins; absent on the last one. */
  nextCursor?: string;
}

/**
 * Roles, each in a group of roles. The vendor chooses the ids of both and keeps no stamp of ours: what a lost answer
 * left behind is found by its name. Remote ids of roles are those of `roleRemoteId` (role-id.ts).
 */
export interface RoleOperations {
  /** The id of the first group of roles of this name. @throws ConnectorError rejected for one that the vendor keeps for itself */
  findGroup(request: CallContext & { name: string }): Promise<string | undefined>;
  /** Makes a group of roles and answers its id. */
  createGroup(request: CallContext & { name: string }): Promise<string>;
  /**
   * The role of that name in a group of roles.
   * @throws ConnectorError dependency-missing with field `roleGroup` where the group is gone
   */
  find(request: CallContext & { groupRemoteId: string; name: string }): Promise<RemoteRole | undefined>;
  /**
   * @throws ConnectorError conflict where the name is taken; dependency-missing with field `roleGroup` where the group is
   * gone
   */
  create(request: CallContext & { groupRemoteId: string; name: string }): Promise<WriteResult>;
  /** @throws ConnectorError not-found where the role is gone, conflict where the name is taken */
  rename(request: CallContext & { remoteId: string; name: string }): Promise<void>;
  /**
   * Removes a role that nobody holds. One that is gone already counts as removed.
   * @throws ConnectorError dependency-missing while somebody holds it
   */
  remove(request: CallContext & { remoteId: string }): Promise<void>;
  get(request: CallContext & { remoteId: string }): Promise<RemoteRole | undefined>;
  /** One page of those who hold a role. @throws ConnectorError not-found where the role is gone */
  listHolders(request: CallContext & { remoteId: string; cursor?: string }): Promise<HolderPage>;
  /**
   * Gives a person roles; those they hold already are no trouble.
   * @throws ConnectorError not-found where the person is gone; dependency-missing with field `roleRemoteIds` where one of the
   * roles is gone
   */
  assign(request: CallContext & { userRemoteId: string; roleRemoteIds: readonly string[] }): Promise<void>;
  /**
   * Takes roles from a person; those they do not hold, and those that are gone, are no trouble.
   * @throws ConnectorError not-found where the person is gone
   */
  withdraw(request: CallContext & { userRemoteId: string; roleRemoteIds: readonly string[] }): Promise<void>;
}

export interface DepartmentOperations {
  create(request: CallContext & { profile: DepartmentProfile }): Promise<WriteResult>;
  /** Writes only the given changes; a changed `parentRemoteId` moves the department with everything below it. */
  update(
    request: CallContext & { remoteId: string; changes: Changes<DepartmentProfile> },
  ): Promise<WriteResult>;
  /** Removes an empty department. One that is gone already counts as removed. */
  remove(request: CallContext & { remoteId: string }): Promise<void>;
  get(request: CallContext & { remoteId: string }): Promise<RemoteDepartment | undefined>;
  /**
   * The department of that name below `parentRemoteId`: the one with our stamp, else one without any, else one with
   * somebody else's, so that the caller can say whose it is.
   */
  find(
    request: CallContext & { parentRemoteId: string; name: string; sourceId: string },
  ): Promise<RemoteDepartment | undefined>;
  /**
   * The ids of the departments directly below one, each once; pseudo departments, such as school contacts, are left
   * out. @throws ConnectorError not-found where the department itself is gone
   */
  listChildren(request: CallContext & { parentRemoteId: string }): Promise<string[]>;
  /** A department with every field that can be compared. */
  read(request: CallContext & { remoteId: string }): Promise<RemoteRecord<DepartmentProfile> | undefined>;
}

export interface UserOperations {
  /**
   * Creates a person under the remote id we chose. A company account whose password the vendor keeps needs
   * `firstPassword`; the password itself is in no record.
   */
  create(
    request: CallContext & { remoteId: string; profile: UserProfile; firstPassword?: FirstPassword },
  ): Promise<WriteResult>;
  /**
   * Writes only the given changes. Of `customFields` only the named ones are written, an empty text clears one.
   * `departmentRemoteIds` replaces `previousDepartmentRemoteIds` (those we wrote last); departments that somebody else
   * gave the person are kept.
   */
  update(
    request: CallContext & {
      remoteId: string;
      changes: Changes<UserProfile>;
      previousDepartmentRemoteIds: string[];
      /** Of an account that belongs to the company, as it was before. */
      account?: CompanyAccount;
    },
  ): Promise<WriteResult>;
  /** Ends the membership. A person who is gone already counts as removed. */
  remove(request: CallContext & { remoteId: string }): Promise<void>;
  get(request: CallContext & { remoteId: string }): Promise<RemoteUser | undefined>;
  findByMobile(request: CallContext & { mobile: string }): Promise<RemoteUser | undefined>;
  /**
   * Lets an account sign in, or stops it without ending the membership. Saying it again is harmless. Only accounts
   * that belong to the company know this (at DingTalk: enterprise accounts).
   * @throws ConnectorError `rejected` where the account is an ordinary member's, `not-found` where there is none
   */
  setEnabled(request: CallContext & { remoteId: string; enabled: boolean; reason?: string }): Promise<void>;
  /**
   * Whether an account may sign in. Undefined where nobody is there, or where the vendor keeps no such state for
   * this kind of account.
   */
  isEnabled(request: CallContext & { remoteId: string }): Promise<boolean | undefined>;
  /**
   * One page of the direct members of a department. `granted` is `AuthorisedScope.userFields`. Whoever is in several
   * departments is listed in each. @throws ConnectorError not-found where the department is gone
   */
  listMembers(
    request: CallContext & {
      departmentRemoteId: string;
      cursor?: string;
      granted: readonly (keyof UserProfile)[];
    },
  ): Promise<MemberPage>;
  /** A person with every field that can be compared. */
  read(
    request: CallContext & { remoteId: string; granted: readonly (keyof UserProfile)[] },
  ): Promise<RemoteRecord<UserProfile> | undefined>;
}
