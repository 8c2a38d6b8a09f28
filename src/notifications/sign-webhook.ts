import { createHmac } from "node:crypto";

/** What a secret begins with; the rest is its bytes in base64 (Standard Webhooks, "Signature scheme"). */
export const WEBHOOK_SECRET_PREFIX = "whsec_";

/** Whether a text is a secret to sign with: 24 to 64 bytes. */
export function isWebhookSecret(text: string): boolean {
  const encoded = text.slice(WEBHOOK_SECRET_PREFIX.length);
  if (!text.startsWith(WEBHOOK_SECRET_PREFIX) || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return false;
  const { length } = Buffer.from(encoded, "base64");
  return length >= 24 && length <= 64;
}

/**
 * The headers of a signed message, as the specification Standard Webhooks 1.0.0 (standardwebhooks.com) defines them:
 * the HMAC-SHA-256 of `id.timestamp.body` in base64 behind `v1,`. The timestamp is in seconds and part of what is
 * signed, so that a receiver can refuse what was recorded earlier.
 */
export function signWebhook(secret: string, id: string, at: Date, body: string): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const key = Buffer.from(secret.slice(WEBHOOK_SECRET_PREFIX.length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  };
}
