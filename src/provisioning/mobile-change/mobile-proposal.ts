import { createHash } from "node:crypto";

/**
 * The fingerprint of "this person's number changes from one to the other at this connection": it tells whether an
 * approval is for this very change, without the numbers standing beside it in the clear.
 */
export function mobileProposal(connectionId: string, before: string | undefined, after: string): string {
  const digits = (number: string) => number.replace(/\D/g, "").replace(/^86(?=1\d{10}$)/, "");
  const change = [connectionId, digits(before ?? ""), digits(after)].join("\n");
  return createHash("sha256").update(change).digest("base64url");
}
