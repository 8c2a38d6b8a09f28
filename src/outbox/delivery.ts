import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";

/**
 * Where a delivery stands.
 *
 * - `pending`: due at `nextAttemptAt` (new, changed, or to be retried)
 * - `claimed`: a worker has it, until its lease ends
 * - `blocked`: waits for another resource's delivery
 * - `awaiting`: accepted by the vendor but not effective yet (an invitation); looked at again later
 * - `parked`: needs data or a person; the reason says what
 * - `held`: stopped by deletion protection
 * - `synced`: the remote side equals the mapping of the resource
 * - `skipped`: a rule says that this resource is not provisioned; the reason says which
 * - `failed`: given up after repeated failures of an unknown kind
 */
export type DeliveryState =
  | "pending"
  | "claimed"
  | "blocked"
  | "awaiting"
  | "parked"
  | "held"
  | "synced"
  | "skipped"
  | "failed";

/** Why a delivery is where it is, in the administrator's terms. */
export interface DeliveryReason {
  /** Stable word or vendor code, e.g. "mobile-missing", "60104". */
  code: string;
  message: string;
  remedy?: string;
  /** The same two in Simplified Chinese; absent in what was stored before there was any. */
  zh?: { message: string; remedy?: string };
  /** The profile field concerned. */
  field?: string;
  /** Where an administrator can approve something: the fingerprint of what it is. */
  proposal?: string;
}

/**
 * The two lanes of a connection's queue, in the order of their numbers in the database: `single` changes, and `load`,
 * which is what comes in thousands. Single changes do not wait behind a load, which still gets its share.
 */
export const LANES = ["single", "load"] as const;

/** One of {@link LANES}. */
export type Lane = (typeof LANES)[number];

/** What is to be delivered once, in place of what the resource says: an undo. */
export type DeliveryOverride = {
  /** Of the delivery it was made for: a later change of the resource ends it. */
  generation: string;
} & ({ kind: "write"; profile: JsonObject } | { kind: "remove" });

/** A delivery as a worker holds it: "bring this resource up to date at this connection". */
export interface ClaimedDelivery {
  id: string;
  tenantId: string;
  connectionId: string;
  resourceId: string;
  resourceType: ResourceTypeId;
  /** The change counter at the moment of the claim; a settle compares it with the row's. */
  generation: bigint;
  /** When the newest change asked for this delivery. */
  requestedAt: Date;
  /** Of the newest change. */
  correlationId: string;
  /** Failed attempts in a row, this one not counted. */
  tries: number;
  /** Claims since the last settle that left no doubt, this one counted. */
  claims: number;
  /** What earlier claims were about to write at the vendor and may have written, oldest first; empty: no doubt. */
  intents: JsonObject[];
  /** The reconciliation that ordered it, if one did. */
  runId?: string;
  /** What an undo ordered. */
  override?: DeliveryOverride;
  /** The fence: only the holder of the present lease may settle. */
  leaseId: string;
  lane: Lane;
  /** Whether it is the one delivery that tries out a connection in quarantine. */
  probe: boolean;
}

/** Notification channel that tells workers that something became due. Only a hint: they poll as well. */
export const DELIVERY_CHANNEL = "delivery_due";
