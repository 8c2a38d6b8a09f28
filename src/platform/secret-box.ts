import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/** Encrypts small secrets for storage. */
export interface SecretBox {
  /**
   * Encrypts `plain` for the place named by `context`, e.g. "connection:<id>:appSecret". The result is text of
   * `[A-Za-z0-9._-]` and opens only under the same context, so a row copied elsewhere is of no use.
   */
  seal(plain: string, context: string): string;
  /** @throws SecretBoxError when no configured key fits, or the text was changed or belongs to another context */
  open(sealed: string, context: string): string;
}

/** A sealed secret that cannot be opened. */
export class SecretBoxError extends Error {
  override readonly name = "SecretBoxError";
}

interface BoxKey {
  id: string;
  bytes: Buffer;
}

const VERSION = "v1";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A box over AES-256-GCM (NIST SP 800-38D, 96-bit random IVs). The first key seals; every key opens, so a key is
 * replaced by putting the new one in front and keeping the old one until everything has been sealed anew.
 * Sealed text is `v1.<key id>.<IV, tag and ciphertext in base64url>`.
 * @throws RangeError when `keys` is empty
 */
export function createSecretBox(keys: readonly string[]): SecretBox {
  const [first, ...older] = keys.map(deriveKey);
  if (!first) throw new RangeError("a secret box needs at least one key");
  const byId = new Map([first, ...older].map((key) => [key.id, key]));

  return {
    seal(plain, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", first.bytes, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(context, "utf8"));
      const ciphertext = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
      const content = Buffer.concat([iv, cipher.getAuthTag(), ciphertext]);
      return `${VERSION}.${first.id}.${content.toString("base64url")}`;
    },

    open(sealed, context) {
      const [version, keyId = "", encoded = ""] = sealed.split(".");
      const content = Buffer.from(encoded, "base64url");
      if (version !== VERSION || content.length < IV_BYTES + TAG_BYTES) {
        throw new SecretBoxError(`the secret for "${context}" is not in a form this version knows`);
      }
      const key = byId.get(keyId);
      if (!key) {
        throw new SecretBoxError(
          `the secret for "${context}" was sealed with a key that SECRET_KEY no longer lists; add the old key behind the new one`,
        );
      }
      const iv = content.subarray(0, IV_BYTES);
      const decipher = createDecipheriv("aes-256-gcm", key.bytes, iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(context, "utf8"));
      decipher.setAuthTag(content.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      try {
        const plain = Buffer.concat([
          decipher.update(content.subarray(IV_BYTES + TAG_BYTES)),
          decipher.final(),
        ]);
        return plain.toString("utf8");
      } catch (cause) {
        throw new SecretBoxError(`the secret for "${context}" was changed or belongs to another place`, {
          cause,
        });
      }
    },
  };
}

/** The encryption key and its public id, each from its own hash so that the id tells nothing about the key. */
function deriveKey(key: string): BoxKey {
  const hash = (purpose: string) => createHash("sha256").update(`scim-gateway:${purpose}:${key}`).digest();
  return { id: hash("key-id").toString("hex").slice(0, 12), bytes: hash("encryption") };
}
