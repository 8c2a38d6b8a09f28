import { createHash } from "node:crypto";
import { mobileDigits } from "../mapping/mobile-digits.js";

/**
 * The fingerprint of "this person's number changes from one to the other at this connection": it tells whether an
 * approval is for this very change, without the numbers standing beside it in the clear.
 */
export function mobileProposal(connectionId: string, before: string | undefined, after: string): string {
  const change = [connectionId, mobileDigits(before ?? ""), mobileDigits(after)].join("\n");
  return createHash("sha256").update(change).digest("base64url");
}
