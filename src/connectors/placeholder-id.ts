import { createHash } from "node:crypto";

/** Above every id that vendors give and below 2^53, so that a number holds it exactly. */
const FIRST = 9_000_000_000_000_000;
const COUNT = 7_000_000_000_000;

/**
 * The id that a department or role gets in a rehearsal instead of the vendor's: digits, as the vendor would give, and always
 * the same ones for the same source id. Two of a million share one with a probability of 7 %.
 */
export function placeholderId(sourceId: string): string {
  const hash = createHash("sha256").update(sourceId).digest();
  return String(FIRST + (hash.readUIntBE(0, 6) % COUNT));
}

/** Whether an id is one of {@link placeholderId}, so that the vendor cannot know it. */
export function isPlaceholderId(id: string): boolean {
  return Number(id) >= FIRST && Number(id) < FIRST + COUNT;
}
