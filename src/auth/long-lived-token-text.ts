import { newSecret } from "../platform/ids.js";

/**
 * A new long-lived token. Secret scanners know it by its beginning; a token of the token endpoint is four characters
 * shorter, so the two are never taken for each other.
 */
export function newLongLivedToken(): string {
  return `sgw_${newSecret()}`;
}

/** Whether a bearer token has the form of a long-lived one. */
export function isLongLivedToken(text: string): boolean {
  return /^sgw_[\w-]{43}$/.test(text);
}
