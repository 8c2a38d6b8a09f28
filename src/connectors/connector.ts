import type { Clock } from "../platform/clock.js";
import type { EventReception } from "./events.js";

/**
 * The contract between the provisioning engine and a vendor. A connector executes single vendor calls and sorts
 * their failures (`ConnectorError`); it never decides, retries across calls, maps SCIM, or sees the database.
 */
export interface Connector {
  readonly descriptor: ConnectorDescriptor;
  /**
   * Checks and normalises an administrator's settings: trims blanks (also tabs and full-width blanks), fills
   * defaults, and returns the plain settings apart from the secret ones.
   * @throws ConnectorSettingsError naming the first field that cannot work.
   */
  parseSettings(input: Record<string, unknown>): ConnectorSettings;
  /** Opens a session for one connection. Makes no call; the credential is fetched on first use. */
  open(settings: ConnectorSettings, deps: ConnectorDeps): ConnectorSession;
  /** How the vendor tells of changes by itself; absent where this version does not listen to it. */
  readonly events?: EventReception;
}

/** What the administration shows about a connector. */
export interface ConnectorDescriptor {
  /** Stable key, e.g. "dingtalk". */
  id: string;
  displayName: { en: string; zh: string };
  /** The setting whose value identifies the remote corp: two connections may not share it. */
  corpSetting: string;
  /** Settings that are stored encrypted and never shown. */
  secretSettings: readonly string[];
  /** Those of them that are never sent to the vendor: a changed destination does not ask for them again. Absent: none. */
  localSecrets?: readonly string[];
  /** Settings that decide where secrets are sent: changing one asks for the secrets again. */
  destinationSettings: readonly string[];
  /** Dictionary field that receives the remote id of a user and of a department. */
  idField: { user: string; group: string };
  /** Remote id of the top department where a connection names no other. */
  defaultRootDepartmentId: string;
  /** What the vendor takes in a person's fields, so that a longer value is told before any call. */
  userLimits: readonly FieldLimit[];
  /** How many departments one person may be put into when created, and later. */
  maxDepartments: { create: number; update: number };
  /** Characters that the vendor refuses in a department name, and the longest name it takes. */
  departmentName: { forbidden: readonly string[]; maxLength: number };
  /** The same for the name of a role. */
  roleName: { forbidden: readonly string[]; maxLength: number };
}

/** Settings of one connection: `plain` may be shown to an administrator, `secret` may not. */
export interface ConnectorSettings {
  plain: Record<string, string>;
  secret: Record<string, string>;
}

/** What a session needs from outside. */
export interface ConnectorDeps {
  clock: Clock;
  pacer: Pacer;
  /** Called once for each vendor call, for metrics and the attempt's record. Bodies are already redacted. */
  onCall?: (call: VendorCall) => void;
  /** Makes the session one that writes nothing. */
  rehearsal?: Rehearsal;
}

/**
 * What makes a session a rehearsal. It reads as usual, by way of `read`. What it would write is not sent but told to
 * `onCall`, as it would have gone out and marked `planned`; from then on the session answers as the vendor would after
 * it: a person that was not created for real is found, and a refusal that can be foreseen (a taken number, a taken name)
 * is made. New departments get placeholder ids, always the same for the same `sourceId`.
 */
export interface Rehearsal {
  /** Makes a read of the vendor. `key` names it: the same key within one rehearsal may be answered from memory. */
  read<T>(key: string, send: () => Promise<T>): Promise<T>;
  /** Where the session keeps what it would have written. Whoever empties it begins the rehearsal anew. */
  readonly written: Map<string, unknown>;
}

/**
 * Grants starting times to vendor calls so that no (connection, API path) exceeds its cap, across all processes.
 * `reserve` resolves when the call may start; `penalise` pushes the next start away after a throttle answer and
 * lowers the path's rate, which then recovers slowly; it is never above the cap.
 */
export interface Pacer {
  reserve(path: string, signal?: AbortSignal): Promise<void>;
  penalise(path: string, ms: number): Promise<void>;
}

/** One call as it went over the wire, redacted. */
export interface VendorCall {
  method: string;
  path: string;
  startedAt: Date;
  durationMs: number;
  /** "ok", a vendor code, or a connector-made word such as "timeout". */
  outcome: string;
  vendorRequestId?: string;
  request?: unknown;
  response?: unknown;
  /** Set in a rehearsal: the call was not sent. Its outcome is "ok", or the code with which it would be refused. */
  planned?: true;
}

/** An open connection to one corp of a vendor. */
export interface ConnectorSession {
  departments: DepartmentOperations;
  users: UserOperations;
  roles: RoleOperations;
  /** Tries the credential, permissions and reach without writing anything. Never throws for vendor trouble: it reports. */
  test(context: CallContext): Promise<ConnectionReport>;
  /** What the vendor lets us see at this moment. @throws ConnectorError */
  readScope(context: CallContext): Promise<AuthorisedScope>;
  /** Releases sockets. */
  close(): Promise<void>;
}

/** Who asks, for tracing, and how long they wait. */
export interface CallContext {
  /** From the SCIM request that caused the change to the vendor's access log. */
  correlationId: string;
  signal?: AbortSignal;
}

/** A department as it should be at the vendor. */
export interface DepartmentProfile {
  name: string;
  /** Remote id of the parent department. */
  parentRemoteId: string;
  /** Position among its siblings, smaller first. */
  order?: number;
  /** Our own id, stamped on the department so that a lost answer can be found again. */
  sourceId: string;
  /** Remote ids of those who lead it. Only direct members can, so a create sets none. */
  managerRemoteIds?: string[];
}

/** A role as it should be at the vendor. Who holds it is said of the people (`UserProfile.roleRemoteIds`). */
export interface RoleProfile {
  name: string;
  /** The name of the group of roles that it is made in. */
  roleGroup: string;
}

/** A person as they should be at the vendor. A field that is absent is not set. */
export interface UserProfile {
  name: string;
  mobile?: string;
  /** Whether the number is hidden from colleagues. */
  hideMobile?: boolean;
  email?: string;
  /** The address of a mailbox that the vendor runs for the company. */
  orgEmail?: string;
  title?: string;
  jobNumber?: string;
  telephone?: string;
  workPlace?: string;
  remark?: string;
  /** Unix time in milliseconds of the first working day. */
  hiredDate?: number;
  /** Whether the person is among those whom not everybody may call or write to. */
  seniorMode?: boolean;
  /** The language of the person's account, in the vendor's spelling. */
  language?: string;
  /** The vendor's custom fields that are ours, by their name there; fields of others stay as they are. */
  customFields?: Record<string, string>;
  managerRemoteId?: string;
  /** Remote ids of all departments the person belongs to because of us; at least one, the main department first. */
  departmentRemoteIds: string[];
  /**
   * Remote ids of the roles that the person holds because of us. No create or update of a person writes them:
   * `RoleOperations.assign` and `withdraw` do. Absent: it is not for us to say.
   */
  roleRemoteIds?: string[];
  /** The person's job in each of these departments; where it is given, exactly one of them is the main one. */
  positions?: DepartmentPosition[];
  /** The person's place in the list of a department. */
  departmentOrders?: DepartmentOrder[];
  /** Absent for an ordinary member, whose account is their own. What was created as one kind stays of that kind. */
  account?: CompanyAccount;
}

/** A person's job in one department. */
export interface DepartmentPosition {
  departmentRemoteId: string;
  title?: string;
  isMain: boolean;
}

/** A person's place in the list of one department, as digits: vendors use more of them than a number holds. */
export interface DepartmentOrder {
  departmentRemoteId: string;
  order: string;
}

/** An account that belongs to the company (at DingTalk: enterprise account): it needs no mobile number. */
export interface CompanyAccount {
  /** `sso`: sign-in at the company's own identity provider; `vendor`: with a name and a password kept there. */
  signIn: "sso" | "vendor";
  /** The name the person signs in with; required where the vendor keeps the password. */
  loginId?: string;
}

/** Where the first password of a company account comes from, and whether the vendor sends it to the person. */
export interface FirstPassword {
  /** `default`: the one in the connection's settings; `generated`: a random one for each person. */
  from: "default" | "generated";
  send: boolean;
}

/** What a vendor takes in one field of a person. */
export interface FieldLimit {
  field: keyof UserProfile | "positions.title" | "account.loginId";
  /** Of a text, in UTF-16 code units. */
  maxLength?: number;
  /** What a text looks like, where the vendor checks that. */
  form?: RegExp;
  /** The smallest number. */
  min?: number;
}

/** Fields to write: a value sets the field, `null` clears it, an absent key leaves it alone. */
export type Changes<P> = { [K in keyof P]?: P[K] | null };

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

/**
 * What the vendor holds of a record, in the words of a profile: a value, or `null` where the field is known to be
 * empty. An absent key says nothing: no call shows the field, or it is not for us to see. Absent is not empty.
 */
export type Contents<P> = { [K in keyof P]?: P[K] | null };

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

/** Which part of the company the vendor lets us see, and which personal fields. */
export interface AuthorisedScope {
  wholeCompany: boolean;
  /** Departments that are visible with all below them. */
  departmentRemoteIds: string[];
  /** People who are visible by themselves. */
  userRemoteIds: string[];
  /** Fields of people that the vendor says we may read: one of these that an answer leaves out is empty. */
  userFields: (keyof UserProfile)[];
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

/** The outcome of a connection test. */
export interface ConnectionReport {
  ok: boolean;
  permissions: { name: string; state: "granted" | "missing" | "unknown"; detail?: string }[];
  /** What the vendor lets us see: the whole company, or these departments and people. */
  scope?: { wholeCompany: boolean; departmentRemoteIds: string[]; userRemoteIds: string[] };
  counts?: { departments: number; people: number };
  /** The address the vendor saw, when it refused it. */
  refusedAddress?: string;
  problems: {
    code: string;
    message: string;
    remedy?: string;
    /** The same two in Simplified Chinese. */
    zh?: { message: string; remedy?: string };
  }[];
}
