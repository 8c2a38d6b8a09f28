import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/** Keys of an event subscription, as DingTalk's console shows them. */
export interface EventKeys {
  readonly token: string;
  readonly aesKey: string;
}

/** A signed and encrypted text. */
export interface Sealed {
  readonly signature: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly encrypt: string;
}

/** Encrypts and signs a text for an app or a corp, as DingTalk's library does. */
export function seal(keys: EventKeys, text: string, owner: string, now: Date): Sealed {
  const size = Buffer.byteLength(text);
  const plain = [...randomBytes(16), size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255];
  plain.push(...Buffer.from(text), ...Buffer.from(owner));
  const padding = 32 - (plain.length % 32);
  for (let count = 0; count < padding; count++) plain.push(padding);
  const cipher = createCipheriv("aes-256-cbc", key(keys), iv(keys)).setAutoPadding(false);
  const encrypt = cipher.update(Buffer.from(plain), undefined, "base64") + cipher.final("base64");
  const timestamp = String(now.getTime());
  const nonce = randomBytes(6).toString("hex");
  return { signature: sign(keys, timestamp, nonce, encrypt), timestamp, nonce, encrypt };
}

/** The text in an answer; undefined where it is not signed with the token or not encrypted for `owner`. */
export function unseal(keys: EventKeys, sealed: Sealed, owner: string): string | undefined {
  const { signature, timestamp, nonce, encrypt } = sealed;
  if (signature !== sign(keys, timestamp, nonce, encrypt)) return undefined;
  const decipher = createDecipheriv("aes-256-cbc", key(keys), iv(keys)).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(encrypt, "base64"), decipher.final()]);
  const end = 20 + plain.readUInt32BE(16);
  const rest = plain.subarray(end, plain.length - (plain.at(-1) ?? 0)).toString();
  return rest === owner ? plain.subarray(20, end).toString() : undefined;
}

function sign({ token }: EventKeys, timestamp: string, nonce: string, encrypt: string): string {
  return createHash("sha1").update([timestamp, nonce, token, encrypt].sort().join("")).digest("hex");
}

function key({ aesKey }: EventKeys): Buffer {
  return Buffer.from(`${aesKey}=`, "base64");
}

function iv(keys: EventKeys): Buffer {
  return key(keys).subarray(0, 16);
}
