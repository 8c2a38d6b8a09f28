import { createHash, timingSafeEqual } from "node:crypto";

/** What a signature is made over, besides the token. */
export interface SignedParts {
  timestamp: string;
  nonce: string;
  encrypted: string;
}

/** Hex SHA-1 of the token and the parts, sorted and joined, as DingTalk prescribes it. */
export function signPush(token: string, { timestamp, nonce, encrypted }: SignedParts): string {
  // By code units, not by a language's rules: all four are ASCII.
  const joined = [token, timestamp, nonce, encrypted].sort().join("");
  return createHash("sha1").update(joined).digest("hex");
}

/** Whether a signature is that of the parts. Takes the same time wherever it differs. */
export function isSigned(token: string, parts: SignedParts, signature: string): boolean {
  if (!/^[0-9a-f]{40}$/i.test(signature)) return false;
  return timingSafeEqual(Buffer.from(signature, "hex"), Buffer.from(signPush(token, parts), "hex"));
}
