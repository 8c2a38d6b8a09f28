import { maskPhoneNumber } from "./mobile.js";

const SECRET_KEYS = new Set([
  "access_token",
  "accesstoken",
  "x-acs-dingtalk-access-token",
  "appsecret",
  "client_secret",
  "clientsecret",
  "init_password",
  "password",
]);
const PHONE_KEYS = new Set(["mobile", "exclusive_mobile", "telephone"]);
const MAX_ITEMS = 20;
const MAX_CHARACTERS = 500;
const MAX_DEPTH = 8;

/**
 * A copy of a request or answer that may be stored and shown: no token, no secret, phone numbers masked, long
 * lists and texts cut (20 items, 500 characters).
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") {
    const cut = value.length > MAX_CHARACTERS ? `${value.slice(0, MAX_CHARACTERS)}...` : value;
    return maskPhoneNumbers(cut);
  }
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return "[deeper parts left out]";
  if (Array.isArray(value)) {
    const kept = value.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1));
    return value.length > MAX_ITEMS ? [...kept, `[${value.length - MAX_ITEMS} more]`] : kept;
  }
  // fromEntries defines own properties, so a "__proto__" key in an answer stays a plain key.
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, redactField(key.toLowerCase(), item, depth)]),
  );
}

function redactField(key: string, item: unknown, depth: number): unknown {
  if (SECRET_KEYS.has(key)) return "[redacted]";
  if (PHONE_KEYS.has(key) && (typeof item === "string" || typeof item === "number")) {
    return maskPhoneNumber(String(item));
  }
  return redact(item, depth + 1);
}

/** Masks what looks like a mobile number within a vendor's free text; longer ids of digits stay readable. */
export function maskPhoneNumbers(text: string): string {
  return text
    .replace(/(?<![\dA-Za-z])(?:\+?86-?)?1[3-9]\d{9}(?!\d)/g, maskPhoneNumber)
    .replace(/\+\d{1,3}-\d{4,14}/g, maskPhoneNumber);
}
