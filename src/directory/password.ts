import { randomBytes, type ScryptOptions, scrypt as scryptWithCallback, timingSafeEqual } from "node:crypto";

/** scrypt with N = 2^15, r = 8, p = 1: 32 MiB and some 60 ms a password on a 2020s core. */
const COST: ScryptOptions = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const KEY_BYTES = 32;

/** Hashes computed at a time: they run on the same few threads as look-ups of host names and files. */
const AT_ONCE = 2;

let running = 0;
const waiting: (() => void)[] = [];

/** Waits for one of the {@link AT_ONCE} places; first come, first served. */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    // The place is handed on; only when nobody waits for it is it free.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** Hashes a password for storage: `scrypt$N$r$p$salt$key`, both in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await inTurn(() => scrypt(password, salt, COST));
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** Whether a stored hash, if there is one, is that of the password. */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const [scheme, n, r, p, salt = "", key = ""] = stored?.split("$") ?? [];
  if (scheme !== "scrypt") return false;
  const expected = Buffer.from(key, "base64url");
  const options = { N: Number(n), r: Number(r), p: Number(p), maxmem: COST.maxmem ?? 0 };
  const actual = await inTurn(() => scrypt(password, Buffer.from(salt, "base64url"), options));
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
