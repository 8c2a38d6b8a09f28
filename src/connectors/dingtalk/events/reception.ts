import { randomBytes, randomInt } from "node:crypto";
import {
  type EventReception,
  EventRefusedError,
  type ReceptionSettings,
  type VendorPush,
} from "../../events.js";
import { decryptPush, encryptPush } from "./push-cipher.js";
import { isSigned, type SignedParts, signPush } from "./push-signature.js";
import { readEvent } from "./read-event.js";

/** How much the time in a push may differ from ours. DingTalk repeats a push that failed after 10 and after 30 seconds. */
const FRESH_MS = 300_000;
/** What DingTalk wants to read in the answer. */
const RECEIVED = "success";
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const TOKEN_LENGTH = 32;
const AES_KEY_LENGTH = 43;
/** Longer than an event about a thousand people. */
const MAX_ENCRYPTED_LENGTH = 512 * 1024;

/** Settings of a subscription, as DingTalk's console calls them. */
interface SubscriptionKeys {
  token: string;
  aesKey: string;
  corpId: string;
  appKey: string;
}

/**
 * The receiving side of DingTalk's event subscription by HTTP push (open.dingtalk.com, "event subscription"). The checks
 * stand in the order in which they give the least away: form, signature, age, and only then decryption and addressee.
 */
export const dingTalkEvents: EventReception = {
  generateKeys: () => ({ "events.token": someOf(TOKEN_LENGTH), "events.aesKey": newAesKey() }),

  receive(settings, push) {
    const keys = keysOf(settings);
    const { parts, signature } = partsOf(push);
    if (!isSigned(keys.token, parts, signature)) {
      throw new EventRefusedError("signature", "The signature is not one with the connection's token.");
    }
    if (Math.abs(push.receivedAt.getTime() - Number(parts.timestamp)) > FRESH_MS) {
      throw new EventRefusedError(
        "stale",
        `The push is dated ${parts.timestamp}, more than ${FRESH_MS / 1_000} s from now.`,
      );
    }
    const { message, owner } = decryptPush(parts.encrypted, keys.aesKey);
    // The console encrypts for the app, the API for the corp.
    if (owner !== keys.appKey && owner !== keys.corpId) throw foreign();
    const { event, corpId } = readEvent(message);
    if (corpId !== undefined && corpId !== keys.corpId) throw foreign();
    return { event, answer: answerFor(keys, owner, push.receivedAt) };
  },
};

/** The setting's values, checked when they were stored. @throws EventRefusedError not-configured */
function keysOf({ plain, secret }: ReceptionSettings): SubscriptionKeys {
  const [token, aesKey] = [secret["events.token"], secret["events.aesKey"]];
  const { corpId, appKey } = plain;
  if (token === undefined || aesKey === undefined || corpId === undefined || appKey === undefined) {
    throw new EventRefusedError("not-configured", "The connection has no token and key for events.");
  }
  return { token, aesKey, corpId, appKey };
}

/** @throws EventRefusedError malformed */
function partsOf({ query, body }: VendorPush): { parts: SignedParts; signature: string } {
  const encrypted = typeof body === "object" && body !== null && "encrypt" in body ? body.encrypt : undefined;
  const { timestamp, nonce } = query;
  // DingTalk's pages name the same parameter in two ways.
  const signature = query["msg_signature"] ?? query["signature"];
  const isForm =
    typeof encrypted === "string" &&
    encrypted.length <= MAX_ENCRYPTED_LENGTH &&
    /^[A-Za-z0-9+/]+={0,2}$/.test(encrypted) &&
    signature !== undefined &&
    timestamp !== undefined &&
    /^\d{10,16}$/.test(timestamp) &&
    nonce !== undefined &&
    nonce.length <= 128;
  if (!isForm) throw new EventRefusedError("malformed", "The request has not the form of a push.");
  return { parts: { timestamp, nonce, encrypted }, signature };
}

/** Note the spelling `timeStamp`, which differs from the request's. */
function answerFor({ token, aesKey }: SubscriptionKeys, owner: string, now: Date): Record<string, string> {
  const encrypted = encryptPush({ message: RECEIVED, owner }, aesKey);
  const parts = { timestamp: String(now.getTime()), nonce: someOf(16), encrypted };
  return {
    msg_signature: signPush(token, parts),
    timeStamp: parts.timestamp,
    nonce: parts.nonce,
    encrypt: encrypted,
  };
}

function someOf(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
}

/** 32 random bytes as 43 characters, without those that DingTalk's console does not take. */
function newAesKey(): string {
  for (;;) {
    const key = randomBytes(32).toString("base64").slice(0, AES_KEY_LENGTH);
    if (/^[A-Za-z0-9]+$/.test(key)) return key;
  }
}

function foreign(): EventRefusedError {
  return new EventRefusedError("foreign", "The push is meant for another corp or another app.");
}
