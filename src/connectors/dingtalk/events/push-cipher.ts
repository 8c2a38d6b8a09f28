import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { EventRefusedError } from "../../events.js";

/** DingTalk pads to blocks of 32 bytes, not to the 16 of AES (open.dingtalk.com, "event subscription", encryption). */
const BLOCK_BYTES = 32;
const RANDOM_BYTES = 16;
const LENGTH_BYTES = 4;
const AES_BLOCK_BYTES = 16;

/** What was in a push: the message, and for whom it was encrypted. */
export interface OpenedPush {
  message: string;
  /** The app's key, or the corp's id where the subscription was made by a call of the API. */
  owner: string;
}

/** The key that an "aes_key" of 43 characters stands for: base64 without its padding, 32 bytes. */
function keyOf(aesKey: string): Buffer {
  return Buffer.from(`${aesKey}=`, "base64");
}

/** Encrypts a message: AES-256-CBC over 16 random bytes, the length, the message and the owner. Answers base64. */
export function encryptPush(
  { message, owner }: OpenedPush,
  aesKey: string,
  random: Buffer = randomBytes(RANDOM_BYTES),
): string {
  const key = keyOf(aesKey);
  const text = Buffer.from(message);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.byteLength);
  const plain = Buffer.concat([random, length, text, Buffer.from(owner)]);
  const missing = BLOCK_BYTES - (plain.byteLength % BLOCK_BYTES);
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, AES_BLOCK_BYTES));
  cipher.setAutoPadding(false);
  const padded = Buffer.concat([plain, Buffer.alloc(missing, missing)]);
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString("base64");
}

/**
 * Decrypts what DingTalk sent. To be called only for text whose signature is right: otherwise the refusals would tell
 * a stranger about the padding.
 * @throws EventRefusedError undecipherable
 */
export function decryptPush(encrypted: string, aesKey: string): OpenedPush {
  const bytes = Buffer.from(encrypted, "base64");
  if (bytes.byteLength === 0 || bytes.byteLength % AES_BLOCK_BYTES !== 0) {
    throw undecipherable("The encrypted text is no whole number of blocks.");
  }
  const key = keyOf(aesKey);
  const decipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, AES_BLOCK_BYTES));
  decipher.setAutoPadding(false);
  return split(withoutPadding(Buffer.concat([decipher.update(bytes), decipher.final()])));
}

function withoutPadding(padded: Buffer): Buffer {
  const count = padded.at(-1) ?? 0;
  const isPadding = count >= 1 && count <= BLOCK_BYTES && count <= padded.byteLength;
  if (!isPadding || !padded.subarray(-count).every((byte) => byte === count)) {
    throw undecipherable(
      "The decrypted text has no padding: the connection's aesKey is most likely another.",
    );
  }
  return padded.subarray(0, -count);
}

function split(plain: Buffer): OpenedPush {
  const start = RANDOM_BYTES + LENGTH_BYTES;
  if (plain.byteLength < start) throw undecipherable("The decrypted text is too short.");
  const end = start + plain.readUInt32BE(RANDOM_BYTES);
  if (end > plain.byteLength) throw undecipherable("The decrypted text is shorter than it says.");
  return { message: plain.toString("utf8", start, end), owner: plain.toString("utf8", end) };
}

function undecipherable(message: string): EventRefusedError {
  return new EventRefusedError("undecipherable", message);
}
