/**
 * How a vendor tells of changes by itself: it posts them to an address of ours. What it says is a hint that something
 * happened to a record, never the record's state: pushes are repeated, late and out of order.
 */
export interface EventReception {
  /** New values of the settings that both sides keep secret, by name, e.g. `events.token`. */
  generateKeys(): Record<string, string>;
  /**
   * Checks a push and opens it. Makes no call and keeps nothing.
   * @throws EventRefusedError for whatever is not a fresh push of this connection's corp
   */
  receive(settings: ReceptionSettings, push: VendorPush): ReceivedPush;
}

/** Settings of a connection, as its connector parsed them. */
export interface ReceptionSettings {
  plain: Readonly<Record<string, string>>;
  secret: Readonly<Record<string, string>>;
}

/** A request as it came in. Nothing in it has been checked. */
export interface VendorPush {
  query: Readonly<Record<string, string | undefined>>;
  body: unknown;
  receivedAt: Date;
}

/** A push that is what it says. */
export interface ReceivedPush {
  event: VendorEvent;
  /** The body with which the vendor wants to be told that the event was kept. */
  answer: Record<string, string>;
}

/** Something that happened at the vendor. */
export interface VendorEvent {
  /** Names the event: a repeated push has the same. At most 128 characters. */
  id: string;
  /** The vendor's word for what happened. At most 64 characters. */
  type: string;
  /** Whether it only tries the address. */
  isCheck: boolean;
  /** The people and departments that it concerns; none where it is not about the contact book. */
  records: RemoteReference[];
}

/** A record at the vendor, by its id there. */
export interface RemoteReference {
  type: "user" | "department";
  remoteId: string;
}

/** The setting that switches the reception on: "true", or absent. */
export const EVENTS_ENABLED = "events.enabled";
/** The setting for another base of the address than PUBLIC_URL. */
export const EVENTS_BASE_URL = "events.baseUrl";

/**
 * Why a push is refused.
 *
 * - `not-configured`: the connection has no keys to check one with
 * - `malformed`: it does not have the form of one
 * - `signature`: it is not signed with the connection's token
 * - `stale`: it was signed too long ago, or the clocks differ
 * - `undecipherable`: it is not encrypted with the connection's key
 * - `foreign`: it is meant for another corp or another app
 * - `unreadable`: what was decrypted is no event
 */
export type EventRefusal =
  | "not-configured"
  | "malformed"
  | "signature"
  | "stale"
  | "undecipherable"
  | "foreign"
  | "unreadable";

/** A push that is not taken. The message is for our log; whoever sent it is not told which check it failed. */
export class EventRefusedError extends Error {
  override readonly name = "EventRefusedError";

  constructor(
    readonly refusal: EventRefusal,
    message: string,
  ) {
    super(message);
  }
}
