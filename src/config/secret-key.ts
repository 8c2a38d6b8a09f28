import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { newId, newSecret } from "../platform/ids.js";
import type { Config } from "./config.js";
import { ConfigError } from "./config-error.js";
import { MIN_SECRET_KEY_LENGTH } from "./options.js";

/** Name of the generated key's file inside DATA_DIR. */
export const SECRET_KEY_FILE = "secret.key";

/**
 * The keys for the secret box, the encrypting one first. With PostgreSQL they are those of SECRET_KEY. With the
 * embedded database a missing key is generated once into DATA_DIR (readable by the owner only); a file that is
 * there stays last in the list when SECRET_KEY is set later, so that what it encrypted can still be read.
 * @throws ConfigError when the file is there but holds no usable key
 */
export async function resolveSecretKeys(
  config: Pick<Config, "secretKeys" | "databaseUrl" | "dataDir">,
): Promise<readonly string[]> {
  if (config.databaseUrl !== undefined) return config.secretKeys;
  const path = join(config.dataDir, SECRET_KEY_FILE);
  const stored = await readKeyFile(path);
  if (stored !== undefined) return [...config.secretKeys, stored];
  if (config.secretKeys.length > 0) return config.secretKeys;
  await mkdir(config.dataDir, { recursive: true });
  await createKeyFile(path, newSecret());
  // Read back: another process may have been first, and then its key is the one that counts.
  const created = await readKeyFile(path);
  return created === undefined ? [] : [created];
}

async function readKeyFile(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (isFileError(error, "ENOENT")) return undefined;
    throw error;
  }
  const key = text.trim();
  if (key.length < MIN_SECRET_KEY_LENGTH) {
    throw new ConfigError([
      {
        variable: "SECRET_KEY",
        found: `${path} holds ${key.length} characters`,
        expected: `must be a key of at least ${MIN_SECRET_KEY_LENGTH} characters: restore that file from a backup, or set SECRET_KEY`,
      },
    ]);
  }
  return key;
}

/** Makes the file appear whole or not at all, and never over one that is there: a lost key cannot be made again. */
async function createKeyFile(path: string, key: string): Promise<void> {
  const draft = `${path}.${newId()}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(`${key}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if (!isFileError(error, "EEXIST")) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function isFileError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
