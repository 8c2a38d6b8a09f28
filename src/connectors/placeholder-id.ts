import { createHash } from "node:crypto";

/** Above every id that vendors give and below 2^53, so that a number holds it exactly. */
const FIRST = 9_000_000_000_000_000;
const COUNT = 7_000_000_000_000;

/**
 * The id that a department gets in a rehearsal instead of the vendor's: digits, as the vendor would give, and always
 * the same ones for the same source id. Two of a million departments share one with a probability of 7 %.
 */
export function placeholderDepartmentId(sourceId: string): string {
  const hash = createHash("sha256").update(sourceId).digest();
  return String(FIRST + (hash.readUIntBE(0, 6) % COUNT));
}
