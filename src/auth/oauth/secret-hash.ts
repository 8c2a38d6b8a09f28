import { createHash, timingSafeEqual } from "node:crypto";

/**
 * The form in which tokens and client secrets are stored. One round of SHA-256 is enough because they are random
 * texts of 256 bits, which nobody can guess one by one; a password of a person would need scrypt.
 */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret, "utf8").digest("hex");
}

/** Whether `secret` is the one behind any of the hashes. Compares all of them, each in constant time. */
export function matchesAnyHash(secret: string, hashes: readonly string[]): boolean {
  const actual = Buffer.from(hashSecret(secret), "utf8");
  let matches = false;
  for (const hash of hashes) {
    const expected = Buffer.from(hash, "utf8");
    if (expected.length === actual.length && timingSafeEqual(expected, actual)) matches = true;
  }
  return matches;
}
