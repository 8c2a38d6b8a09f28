import { createHmac, timingSafeEqual } from "node:crypto";

/** Signs short texts that travel through a client and come back. */
export interface TextSigner {
  /** The text with a signature: only `[A-Za-z0-9._-]`, so that it needs no encoding in an address. */
  sign(text: string): string;
  /** The text, or undefined when no configured key has signed it. */
  open(signed: string): string | undefined;
}

/** 128 bits of the HMAC are kept (RFC 2104 section 5 allows half of it). */
const SIGNATURE_BYTES = 16;

/**
 * A signer by HMAC-SHA-256. The first key signs, every key opens, so a key is replaced by putting the new one in front.
 * The keys of the signature are derived from the given ones for `purpose`, so that nothing signed for another use opens.
 * @throws RangeError when `keys` is empty
 */
export function createTextSigner(keys: readonly string[], purpose: string): TextSigner {
  const derived = keys.map((key) => createHmac("sha256", key).update(`scim-gateway:${purpose}`).digest());
  const [first] = derived;
  if (first === undefined) throw new RangeError("a signer needs at least one key");
  const signature = (key: Buffer, text: string) =>
    createHmac("sha256", key).update(text).digest().subarray(0, SIGNATURE_BYTES);

  return {
    sign: (text) =>
      `${Buffer.from(text).toString("base64url")}.${signature(first, text).toString("base64url")}`,
    open(signed) {
      const [encoded = "", given = "", ...rest] = signed.split(".");
      const held = Buffer.from(given, "base64url");
      if (rest.length > 0 || held.length !== SIGNATURE_BYTES) return undefined;
      const text = Buffer.from(encoded, "base64url").toString("utf8");
      return derived.some((key) => timingSafeEqual(signature(key, text), held)) ? text : undefined;
    },
  };
}
