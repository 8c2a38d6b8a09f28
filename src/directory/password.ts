import { randomBytes, type ScryptOptions, scrypt as scryptWithCallback, timingSafeEqual } from "node:crypto";

/** scrypt with N = 2^15, r = 8, p = 1: 32 MiB and some 60 ms a password on a 2020s core. */
const COST: ScryptOptions = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const KEY_BYTES = 32;

/** Hashes a password for storage: `scrypt$N$r$p$salt$key`, both in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await scrypt(password, salt, COST);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** Whether a stored hash, if there is one, is that of the password. */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const [scheme, n, r, p, salt = "", key = ""] = stored?.split("$") ?? [];
  if (scheme !== "scrypt") return false;
  const expected = Buffer.from(key, "base64url");
  const options = { N: Number(n), r: Number(r), p: Number(p), maxmem: COST.maxmem ?? 0 };
  const actual = await scrypt(password, Buffer.from(salt, "base64url"), options);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function scrypt(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Composed form: the same password typed on another keyboard must hash the same (RFC 8265 section 4.2).
    scryptWithCallback(password.normalize("NFC"), salt, KEY_BYTES, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
