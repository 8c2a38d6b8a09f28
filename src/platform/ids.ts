import { randomBytes, randomUUID } from "node:crypto";

/** A new random identifier (RFC 9562 UUID version 4) for a row, a resource or a request. */
export function newId(): string {
  return randomUUID();
}

/** Whether a text has the form of an identifier made by {@link newId}: lower case, as it is compared. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/**
 * A new secret or token of `bytes` random bytes in base64url. The alphabet `[A-Za-z0-9_-]` reads the same
 * raw and form-url-encoded, so a client may send it either way in a Basic header (RFC 6749 section 2.3.1).
 */
export function newSecret(bytes = 32): string {
  return randomBytes(bytes).toString("base64url");
}
