import type { OutgoingHttpError } from "../../platform/outgoing-http.js";
import { ConnectorError, type ConnectorErrorFacts } from "../errors.js";
import type { VendorRefusal } from "./answers.js";
import { type CallSubject, type CodeMeaning, meaningOf } from "./error-table.js";

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
  if (refusal.code === "garbled") {
    return {
      kind: "transient",
      message: "DingTalk's answer could not be read.",
      remedy: "If this stays, check the base URLs and the proxy of the connection.",
    };
  }
  const status = Number(/^http-(\d{3})$/.exec(refusal.code)?.[1]);
  if (status === 429) {
    return { kind: "throttled", message: "Too many calls.", retryAfterMs: refusal.retryAfterMs ?? 1_000 };
  }
  if (status >= 500) return { kind: "transient", message: `DingTalk answered with HTTP status ${status}.` };
  if (status >= 300) {
    return {
      kind: "unauthorized",
      message: `Something in front of DingTalk answered with HTTP status ${status}.`,
      remedy: "Check the base URLs and the proxy of the connection.",
    };
  }
  return {
    kind: "transient",
    giveUpAfter: UNLISTED_TRIES,
    message: `DingTalk refused the call with the unlisted code ${refusal.code}: ${refusal.text.slice(0, 200)}`,
    remedy:
      "If it stays, look the code up in DingTalk's error code page or ask its support with the request id.",
  };
}

/** The error that leaves the connector for a refusal. Its cause holds the refusal, for the connection test. */
export function refusalError(refusal: VendorRefusal, call: FailedCall): ConnectorError {
  const meaning = meaningOfRefusal(refusal, call.subject);
  const retryAfterMs = refusal.retryAfterMs ?? meaning.retryAfterMs;
  const remedy = remedyWithHints(meaning, refusal);
  return new ConnectorError(
    meaning.kind,
    {
      code: refusal.code,
      message: meaning.message,
      ...(remedy !== undefined && { remedy }),
      ...(meaning.field !== undefined && { field: meaning.field }),
      ...(refusal.vendorRequestId !== undefined && { vendorRequestId: refusal.vendorRequestId }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(meaning.giveUpAfter !== undefined && { giveUpAfter: meaning.giveUpAfter }),
      ...(call.write && leavesDoubt(meaning, refusal) && { mayHaveApplied: true }),
    },
    { cause: new VendorRefusedError(refusal) },
  );
}

/**
 * "Busy" and unreadable answers may come after the change was made; looking before repeating costs one read,
 * a second person costs an administrator's afternoon. A page in place of the answer tells nothing either.
 */
function leavesDoubt(meaning: CodeMeaning, refusal: VendorRefusal): boolean {
  return meaning.kind === "transient" || (refusal.code === "address-banned" && refusal.text !== "");
}

function remedyWithHints(meaning: CodeMeaning, refusal: VendorRefusal): string | undefined {
  const names = permissionNames(refusal);
  if (names.length > 0) return `${meaning.remedy} Missing: ${names.join(", ")}.`;
  const address = refusedAddress(refusal);
  if (address !== undefined) return `${meaning.remedy} DingTalk saw ${address}.`;
  return meaning.remedy;
}

/** The permission points that a missing-permission answer names, e.g. "qyapi_get_member"; maybe none. */
export function permissionNames(refusal: VendorRefusal): string[] {
  if (meaningOfRefusal(refusal, "connection") !== meaningOf("60011", "connection")) return [];
  const names = refusal.text.match(/\b(?:qyapi_\w{1,60}|Contact(?:\.\w{1,40}){2,3})/g) ?? [];
  return [...new Set(names)];
}

/** The caller's address that a refused-address answer names. */
export function refusedAddress(refusal: VendorRefusal): string | undefined {
  if (meaningOfRefusal(refusal, "connection") !== meaningOf("60020", "connection")) return undefined;
  return (
    /ip\s{0,3}[=:]\s{0,3}([0-9a-fA-F.:]{3,45})/i.exec(refusal.text)?.[1] ??
    /\b\d{1,3}(?:\.\d{1,3}){3}\b/.exec(refusal.text)?.[0]
  );
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
      message: `DingTalk could not be reached: ${error.message}`,
      ...networkRemedy(error),
      ...(call.write && { mayHaveApplied: error.mayHaveApplied }),
    },
    { cause: error },
  );
}

function networkRemedy({ failure }: OutgoingHttpError): Pick<ConnectorErrorFacts, "remedy"> {
  switch (failure) {
    case "unresolved-host":
    case "refused-connection":
      return {
        remedy: "Check the base URLs, the proxy and that the gateway may open connections to DingTalk.",
      };
    case "tls":
      return { remedy: "Check the certificate of the base URL or of the proxy." };
    case "too-large":
    case "timeout":
    case "reset":
    case "aborted":
      return {};
    default: {
      const never: never = failure;
      return never;
    }
  }
}

/** The error for an answer that says success but lacks what the API promises. */
export function unexpectedAnswerError(
  detail: string,
  call: FailedCall,
  vendorRequestId: string | undefined,
): ConnectorError {
  return new ConnectorError("transient", {
    code: "unexpected-answer",
    message: `DingTalk's answer lacks what is documented: ${detail}`,
    remedy: "If this stays, check that the app may read this field, and the base URLs of the connection.",
    ...(vendorRequestId !== undefined && { vendorRequestId }),
    ...(call.write && { mayHaveApplied: true }),
  });
}

/** Whether a call failed because its object is not there (any more). */
export function isNotFound(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === "not-found";
}
