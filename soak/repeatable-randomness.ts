import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

/** Numbers in [0, 1), always the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const genuine = {
  randomUUID: crypto.randomUUID,
  randomBytes: crypto.randomBytes,
  randomInt: crypto.randomInt,
};

/**
 * Runs `work` with ids and secrets of node:crypto drawn from `seed`, for the whole process: without that, two runs of
 * one script would differ in the ids by which deliveries are ordered. Never for anything but tests.
 */
export async function withRepeatableRandomness<T>(seed: number, work: () => Promise<T>): Promise<T> {
  const random = seededRandom(seed);
  const bytes = (size: number) => Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
  replaceInCrypto({
    randomUUID: () => uuidOf(bytes(16)),
    randomBytes: bytes,
    randomInt: (from: number, to?: number) => {
      const [min, max] = to === undefined ? [0, from] : [from, to];
      return min + Math.floor(random() * (max - min));
    },
  });
  try {
    return await work();
  } finally {
    replaceInCrypto(genuine);
  }
}

/** Modules that import the functions by name see the replaced ones after the last line. */
function replaceInCrypto(functions: Record<keyof typeof genuine, unknown>): void {
  Object.assign(crypto, functions);
  syncBuiltinESMExports();
}

function uuidOf(bytes: Buffer): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
