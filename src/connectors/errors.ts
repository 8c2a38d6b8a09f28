/**
 * What to do next about a refused or failed vendor call. A connector sorts every vendor answer into exactly
 * one of these; the provisioning engine keys its behaviour on the kind and never on vendor codes.
 *
 * | kind | next move |
 * | --- | --- |
 * | throttled | wait `retryAfterMs`, try again; no attempt is charged |
 * | transient | network or vendor trouble: retry with back-off |
 * | dependency-missing | a referenced remote object (parent, department, manager) is not there yet, or one to be removed is still occupied: wait |
 * | conflict | the object or one of its unique values exists already: look it up, adopt it or park |
 * | awaiting | accepted but not effective (an invitation was sent): look again later |
 * | not-found | the remote object is gone: create again, or count a removal as done |
 * | rejected | the vendor refuses the values: park until the data changes |
 * | unauthorized | credentials, permission or caller address: pause the whole connection |
 */
export type ConnectorErrorKind =
  | "throttled"
  | "transient"
  | "dependency-missing"
  | "conflict"
  | "awaiting"
  | "not-found"
  | "rejected"
  | "unauthorized";

/** See {@link ConnectorErrorFacts.concerns}. */
export type RefusalConcern = "scope" | "head-count";

/** Facts about a failed vendor call, in the administrator's terms. */
export interface ConnectorErrorFacts {
  /** The vendor's own code as text, e.g. "60104"; a connector-made word such as "timeout" where there is none. */
  code: string;
  /** What went wrong, in one sentence, without secrets or mobile numbers. */
  message: string;
  /** What an administrator can do about it; absent where waiting is all that is needed. */
  remedy?: string;
  /** The same two in Simplified Chinese. */
  zh?: { message: string; remedy?: string };
  /** The profile field the vendor complains about, e.g. "mobile". */
  field?: string;
  /** The vendor's request id, for its support desk. */
  vendorRequestId?: string;
  /** How long to leave this vendor alone, in milliseconds. */
  retryAfterMs?: number;
  /**
   * Whether the vendor may have applied the change although no answer arrived (time-out, reset, garbled answer).
   * A create with `true` must be looked up before it is tried again.
   */
  mayHaveApplied?: boolean;
  /** Set where the vendor answers nobody at this address for a while, in milliseconds: the whole connection rests. */
  banMs?: number;
  /**
   * What a refusal says about more than this record: what the app may see of the company (`scope`), or how many people
   * the company may have (`head-count`).
   */
  concerns?: RefusalConcern;
  /** Set where no source lists the vendor's code: its own words, without mobile numbers. */
  unlisted?: string;
  /** Tries after which this failure counts as `rejected`; absent means: retry for as long as it takes. */
  giveUpAfter?: number;
}

/** The one error class that leaves a connector. */
export class ConnectorError extends Error {
  override readonly name = "ConnectorError";

  constructor(
    readonly kind: ConnectorErrorKind,
    readonly facts: ConnectorErrorFacts,
    options?: { cause?: unknown },
  ) {
    super(facts.message, options);
  }
}

/** Settings that cannot work, found before any call: names the setting and what is expected of it. */
export class ConnectorSettingsError extends Error {
  override readonly name = "ConnectorSettingsError";

  constructor(
    readonly field: string,
    readonly reason: string,
  ) {
    super(`${field}: ${reason}`);
  }
}
