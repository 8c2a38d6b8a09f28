import { parseExactJson } from "../../platform/exact-json.js";
import type { OutgoingResponse } from "../../platform/outgoing-http.js";
import { maskPhoneNumbers } from "./redaction.js";

/** A refusal as the vendor put it, before anybody decides what it means. */
export interface VendorRefusal {
  /**
   * Effective code: `errcode`, the `sub_code` inside the 88 envelope, the text code of the newer API, or a word of
   * ours: "address-banned", "garbled", "http-<status>".
   */
  code: string;
  /** The vendor's own words, phone numbers masked. */
  text: string;
  /** Whether the code came inside the 88 envelope, so was raised by the gateway in front of the API. */
  enveloped: boolean;
  vendorRequestId?: string;
  retryAfterMs?: number;
}

/** What came back: a body to be guarded, or a refusal. `body` is what was parsed, for the record. */
export type VendorAnswer = { body: unknown; vendorRequestId?: string } & (
  | { refusal?: undefined }
  | { refusal: VendorRefusal }
);

/**
 * Reads an answer of the older host, whose HTTP status says nothing: success is `errcode` 0 (number or text), and
 * errcode 88 wraps the code that counts.
 */
export function readOldAnswer(response: OutgoingResponse): VendorAnswer {
  const body = parseObject(response);
  if (!body) return unreadable(response);
  if (Number(body["status"]) === 1111) return { body, refusal: refusal("address-banned", "", body) };
  const errcode = asText(body["errcode"]);
  if (errcode === undefined) return unreadable(response, body);
  const code = Number(errcode);
  if (code === 0) return { body, ...requestIdOf(body) };
  if (code !== 88) return { body, refusal: refusal(errcode.trim(), asText(body["errmsg"]), body) };
  const errmsg = asText(body["errmsg"]) ?? "";
  const subCode = asText(body["sub_code"]) ?? /subcode=([\w.-]{1,64})/.exec(errmsg)?.[1] ?? "88";
  const enveloped = refusal(subCode.trim(), asText(body["sub_msg"]) ?? errmsg, body);
  return { body, refusal: { ...enveloped, enveloped: true } };
}

/** Reads an answer of the newer host: 2xx is the bare result, anything else carries a text code. */
export function readNewAnswer(response: OutgoingResponse): VendorAnswer {
  const body = parseObject(response);
  if (!body) return unreadable(response);
  if (Number(body["status"]) === 1111) return { body, refusal: refusal("address-banned", "", body) };
  if (response.status >= 200 && response.status < 300) return { body, ...requestIdOf(body) };
  const code = asText(body["code"]) ?? `http-${response.status}`;
  const retryAfterMs = retryAfterOf(response);
  const refused = refusal(code, asText(body["message"]), body);
  return { body, refusal: { ...refused, ...(retryAfterMs !== undefined && { retryAfterMs }) } };
}

function parseObject(response: OutgoingResponse): Record<string, unknown> | undefined {
  try {
    const value = parseExactJson(response.text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value))
      : undefined;
  } catch {
    // Not JSON at all: the caller turns it into a refusal that says so.
    return undefined;
  }
}

/**
 * An answer in none of the documented forms. A web page is the ban of an address (its status is not documented),
 * except for the statuses with which a gateway reports that it lost the server behind it.
 */
function unreadable(response: OutgoingResponse, body?: unknown): VendorAnswer {
  const lostBehindGateway = [500, 502, 504].includes(response.status);
  const isPage =
    (response.headers.get("content-type") ?? "").includes("html") ||
    /^\s*<(?:!doctype|html)/i.test(response.text);
  const code = lostBehindGateway
    ? `http-${response.status}`
    : isPage
      ? "address-banned"
      : response.status >= 300
        ? `http-${response.status}`
        : "garbled";
  const text = maskPhoneNumbers(response.text.slice(0, 200));
  return { body: body ?? text, refusal: { code, text, enveloped: false } };
}

function refusal(code: string, text: string | undefined, body: Record<string, unknown>): VendorRefusal {
  return { code, text: maskPhoneNumbers(text ?? ""), enveloped: false, ...requestIdOf(body) };
}

function requestIdOf(body: Record<string, unknown>): { vendorRequestId?: string } {
  const id = asText(body["request_id"]) ?? asText(body["requestid"]) ?? asText(body["requestId"]);
  return id === undefined ? {} : { vendorRequestId: id.slice(0, 128) };
}

/** RFC 9110 section 10.2.3, seconds only; at most 5 minutes, as the engine probes again anyway. */
function retryAfterOf(response: OutgoingResponse): number | undefined {
  const header = response.headers.get("retry-after");
  return header && /^\d{1,6}$/.test(header) ? Math.min(Number(header) * 1000, 300_000) : undefined;
}

function asText(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}
