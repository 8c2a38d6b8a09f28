import { type ExplainedText, explain } from "../../platform/bilingual.js";
import type { OutgoingHttpError } from "../../platform/outgoing-http.js";
import { ConnectorError } from "../errors.js";
import type { VendorRefusal } from "./answers.js";
import type { CallSubject, CodeMeaning } from "./codes/code-entry.js";
import { meaningOf } from "./codes/code-table.js";
import { OWN_REASONS, ownReason } from "./own-reasons.js";
import { type RefusalValues, valuesOf } from "./refusal-values.js";

/** Rides as the cause of a `ConnectorError`, so that the connection test can read the vendor's hints. */
export class VendorRefusedError extends Error {
  override readonly name = "VendorRefusedError";

  constructor(readonly refusal: VendorRefusal) {
    super(`DingTalk refused with code ${refusal.code}`);
  }
}

/** What a failed call was about: decides the meaning of some codes and whether anything may have been applied. */
export interface FailedCall {
  subject: CallSubject;
  /** True for calls that change something. */
  write: boolean;
}

/** Sorts a refusal by its code; the vendor's wording only adds hints, as it changes without notice. */
export function meaningOfRefusal(refusal: VendorRefusal, subject: CallSubject): CodeMeaning {
  const code = refusal.enveloped && refusal.code === "40000" ? "88/40000" : refusal.code;
  return meaningOf(code, subject) ?? unlisted(refusal);
}

/** A code that nobody knows is more often about the data than about the moment: three waits, then a person. */
const UNLISTED_TRIES = 4;

function unlisted(refusal: VendorRefusal): CodeMeaning {
  if (refusal.code === "garbled") return { kind: "transient", ...OWN_REASONS.garbled };
  const status = Number(/^http-(\d{3})$/.exec(refusal.code)?.[1]);
  if (status === 429) {
    return {
      kind: "throttled",
      ...OWN_REASONS["too-many-calls"],
      retryAfterMs: refusal.retryAfterMs ?? 1_000,
    };
  }
  if (status >= 500) return { kind: "transient", ...OWN_REASONS["server-trouble"] };
  if (status >= 300) return { kind: "unauthorized", ...OWN_REASONS["not-dingtalk"] };
  return { kind: "transient", giveUpAfter: UNLISTED_TRIES, unlisted: true, ...OWN_REASONS.unlisted };
}

/** The error that leaves the connector for a refusal. Its cause holds the refusal, for the connection test. */
export function refusalError(refusal: VendorRefusal, call: FailedCall): ConnectorError {
  const meaning = meaningOfRefusal(refusal, call.subject);
  const retryAfterMs = refusal.retryAfterMs ?? meaning.retryAfterMs;
  return new ConnectorError(
    meaning.kind,
    {
      code: refusal.code,
      ...explainRefusal(meaning, refusal),
      ...(meaning.field !== undefined && { field: meaning.field }),
      ...(refusal.vendorRequestId !== undefined && { vendorRequestId: refusal.vendorRequestId }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(meaning.giveUpAfter !== undefined && { giveUpAfter: meaning.giveUpAfter }),
      ...(meaning.wholeConnection && isBan(retryAfterMs) && { banMs: retryAfterMs }),
      ...(meaning.concerns !== undefined && { concerns: meaning.concerns }),
      ...(meaning.unlisted && { unlisted: refusal.text.slice(0, 200) }),
      ...(call.write && leavesDoubt(meaning, refusal) && { mayHaveApplied: true }),
    },
    { cause: new VendorRefusedError(refusal) },
  );
}

/** Shorter silences of an app are kept by the client itself, and need nobody to know. */
function isBan(retryAfterMs: number | undefined): retryAfterMs is number {
  return retryAfterMs !== undefined && retryAfterMs >= 60_000;
}

/**
 * "Busy" and unreadable answers may come after the change was made; looking before repeating costs one read,
 * a second person costs an administrator's afternoon. A page in place of the answer tells nothing either.
 */
function leavesDoubt(meaning: CodeMeaning, refusal: VendorRefusal): boolean {
  return meaning.kind === "transient" || (refusal.code === "address-banned" && refusal.text !== "");
}

function explainRefusal(meaning: CodeMeaning, refusal: VendorRefusal): ExplainedText {
  const { address, appKey, permissions } = valuesOf(refusal);
  return explain(meaning, {
    address,
    appKey,
    permissions: permissions.length > 0 ? permissions.join(", ") : undefined,
    status: /^http-(\d{3})$/.exec(refusal.code)?.[1],
    code: refusal.code,
    text: refusal.text.slice(0, 200),
  });
}

/** What a refusal says of missing permissions and of the refused address, where its code is about them. */
export function hintsOf(refusal: VendorRefusal): RefusalValues {
  const meaning = meaningOfRefusal(refusal, "connection");
  const { permissions, ...caller } = valuesOf(refusal);
  return {
    ...(meaning === meaningOf("60020", "connection") && caller),
    permissions: meaning === meaningOf("60011", "connection") ? permissions : [],
  };
}

/** The refusal behind an error made by `refusalError`. */
export function refusalOf(error: ConnectorError): VendorRefusal | undefined {
  return error.cause instanceof VendorRefusedError ? error.cause.refusal : undefined;
}

/** The error for a call that got no complete answer. */
export function networkError(error: OutgoingHttpError, call: FailedCall): ConnectorError {
  return new ConnectorError(
    "transient",
    {
      code: error.failure,
      ...ownReason(error.failure, { detail: error.message }),
      ...(call.write && { mayHaveApplied: error.mayHaveApplied }),
    },
    { cause: error },
  );
}

/** The error for an answer that says success but lacks what the API promises. */
export function unexpectedAnswerError(
  detail: string,
  call: FailedCall,
  vendorRequestId: string | undefined,
): ConnectorError {
  return new ConnectorError("transient", {
    code: "unexpected-answer",
    ...ownReason("unexpected-answer", { detail }),
    ...(vendorRequestId !== undefined && { vendorRequestId }),
    ...(call.write && { mayHaveApplied: true }),
  });
}

/** Whether a call failed because its object is not there (any more). */
export function isNotFound(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === "not-found";
}
