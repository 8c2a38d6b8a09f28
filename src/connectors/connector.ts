import type { Clock } from "../platform/clock.js";
import type { EventReception } from "./events.js";
import type { CallContext, DepartmentOperations, RoleOperations, UserOperations } from "./operations.js";
import type { FieldLimit, UserProfile } from "./profiles.js";
import type { VendorCall } from "./vendor-call.js";

export type { VendorCall } from "./vendor-call.js";

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
  /** Told of each vendor call, whoever asked for it, for metrics. Bodies are already redacted. */
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
