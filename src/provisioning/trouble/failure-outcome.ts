import { ConnectorError, type RefusalConcern } from "../../connectors/errors.js";
import type { DeliveryReason } from "../../outbox/delivery.js";
import { LeaseLostError } from "../../outbox/intent.js";
import { type RetrySchedule, retryDelay } from "../../outbox/retry-schedule.js";
import type { Outcome } from "../../outbox/settle.js";
import { reasonFor } from "../reasons.js";
import { AdoptionRefused, NotYet, RemoteVanished } from "../write/execution.js";
import type { Pause } from "./quarantine.js";

/** What follows from a failed execution. */
export interface Failure {
  outcome: Outcome;
  /** Whether the vendor may have applied the change all the same. */
  inDoubt: boolean;
  /** Whether a write went unanswered and may still arrive at the vendor. */
  onItsWay?: boolean;
  /** Set when the whole connection has to pause: nothing would succeed. */
  pause?: Pause;
  /**
   * What it says about the connection: `trouble` of the way or of the vendor, which adds up; `answered`, as the vendor
   * refused these values or this moment only; or nothing.
   */
  sign: "trouble" | "answered" | "none";
  /** What the refusal says about more than this resource. */
  concerns?: RefusalConcern;
  /** Drop the link before the next try. */
  dropLink?: true;
  /** The vendor's code or a word of ours, for the attempt log. */
  code: string;
  /** Set where no source lists that code: the vendor's words. */
  unlisted?: { sample: string; vendorRequestId?: string };
}

/** What the translation of a failure needs to know. */
export interface FailureContext {
  now: Date;
  /** Failed tries before this one, whatever they failed of: the more, the longer the pause. */
  tries: number;
  /** How many of them, the latest, failed of the same: what may fail only so often is counted by itself. */
  triesOfThis: number;
  schedule: RetrySchedule & { tries: number };
  random: () => number;
}

/** Conflicts often solve themselves, when another change is about to free the value; then they need a person. */
const CONFLICT_TRIES = 4;
/** How often an unanswered invitation is looked at, in milliseconds. */
const INVITATION_INTERVAL_MS = 600_000;

/** Says what to do about a failure, by its kind alone. Errors that are not the vendor's are thrown on. */
export function failureOutcome(error: unknown, context: FailureContext): Failure {
  if (error instanceof AdoptionRefused) {
    const { reason } = error;
    return { outcome: { kind: "parked", reason }, inDoubt: false, code: reason.code, sign: "answered" };
  }
  if (error instanceof RemoteVanished) {
    const reason = reasonFor("vanished", { remoteId: error.remoteId });
    const outcome: Outcome = { kind: "retry", reason, at: context.now, charged: true };
    return { outcome, inDoubt: false, dropLink: true, code: "vanished", sign: "answered" };
  }
  if (error instanceof LeaseLostError) {
    // Whoever has the lease now settles; this is for the log.
    const reason = reasonFor("lease-lost");
    const outcome: Outcome = { kind: "retry", reason, at: context.now, charged: false };
    return { outcome, inDoubt: true, code: reason.code, sign: "none" };
  }
  if (error instanceof NotYet) {
    const { reason, lookAgainMs } = error;
    const at = new Date(context.now.getTime() + lookAgainMs);
    const outcome: Outcome = { kind: "retry", reason, at, charged: false };
    return { outcome, inDoubt: false, code: reason.code, sign: "none" };
  }
  if (error instanceof ConnectorError) return connectorFailure(error, context);
  throw error;
}

function connectorFailure(error: ConnectorError, context: FailureContext): Failure {
  const { facts } = error;
  const reason = reasonOf(error);
  const base = {
    inDoubt: facts.mayHaveApplied === true,
    onItsWay: facts.mayHaveApplied === true,
    code: facts.code,
    sign: signOf(error),
    ...(facts.concerns === undefined ? {} : { concerns: facts.concerns }),
    ...unlistedOf(error),
  };
  const parked: Outcome = { kind: "parked", reason };
  switch (error.kind) {
    case "throttled":
      return {
        ...base,
        outcome: { kind: "retry", reason, at: later(context, 1_000, facts.retryAfterMs), charged: false },
        ...(facts.banMs === undefined ? {} : { pause: { reason, ms: facts.banMs } }),
      };
    case "transient":
      return { ...base, outcome: retryUpTo(facts.giveUpAfter ?? Number.POSITIVE_INFINITY, "failed") };
    case "conflict":
      return { ...base, outcome: retryUpTo(facts.giveUpAfter ?? CONFLICT_TRIES, "parked") };
    case "dependency-missing":
      return { ...base, outcome: retryUpTo(facts.giveUpAfter ?? context.schedule.tries, "parked") };
    case "awaiting":
      return {
        ...base,
        inDoubt: true,
        outcome: { kind: "awaiting", reason, at: later(context, INVITATION_INTERVAL_MS) },
      };
    case "not-found":
    case "rejected":
      return { ...base, outcome: parked };
    case "unauthorized":
      return {
        ...base,
        outcome: { kind: "retry", reason, at: context.now, charged: false },
        pause: { reason },
      };
  }

  function retryUpTo(limit: number, then: "parked" | "failed"): Outcome {
    if (context.triesOfThis + 1 >= limit) return { kind: then, reason };
    const pause = retryDelay(context.tries, context.schedule, context.random);
    return { kind: "retry", reason, at: later(context, pause, facts.retryAfterMs), charged: true };
  }
}

function unlistedOf({ facts }: ConnectorError): Pick<Failure, "unlisted"> {
  const { unlisted: sample, vendorRequestId } = facts;
  if (sample === undefined) return {};
  return { unlisted: { sample, ...(vendorRequestId === undefined ? {} : { vendorRequestId }) } };
}

function signOf({ kind, facts }: ConnectorError): Failure["sign"] {
  switch (kind) {
    case "transient":
      // A code that nobody knows is an answer; a call that we gave up ourselves says nothing about the vendor.
      if (facts.unlisted !== undefined) return "answered";
      return facts.code === "aborted" ? "none" : "trouble";
    case "unauthorized":
      return "none";
    case "throttled":
      // Credentials and permissions were accepted, or nothing was called at all.
      return facts.banMs === undefined && facts.code !== "keeping-silent" ? "answered" : "none";
    case "conflict":
    case "dependency-missing":
    case "awaiting":
    case "not-found":
    case "rejected":
      return "answered";
  }
}

/** The later of the two pauses, with up to a quarter of jitter on what the vendor asked for. */
function later(context: FailureContext, pauseMs: number, retryAfterMs = 0): Date {
  const asked = retryAfterMs * (1 + context.random() / 4);
  return new Date(context.now.getTime() + Math.max(pauseMs, asked));
}

function reasonOf(error: ConnectorError): DeliveryReason {
  const { code, message, remedy, field, zh } = error.facts;
  return {
    code,
    message,
    ...(remedy === undefined ? {} : { remedy }),
    ...(field === undefined ? {} : { field }),
    ...(zh === undefined ? {} : { zh }),
  };
}
