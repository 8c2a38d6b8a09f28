import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resolveSecretKeys, SECRET_KEY_FILE } from "../../src/config/secret-key.js";

describe("resolveSecretKeys", () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "secret-key-"));
  });
  afterEach(async () => {
    await rm(dataDir, { recursive: true });
  });

  it("generates a key into the data folder once, readable by its owner only", async () => {
    const folder = join(dataDir, "not", "made", "yet");
    const first = await resolveSecretKeys({ secretKeys: [], dataDir: folder });
    const second = await resolveSecretKeys({ secretKeys: [], dataDir: folder });
    expect(first).toHaveLength(1);
    expect(first[0]?.length).toBeGreaterThanOrEqual(32);
    expect(second).toEqual(first);
    expect((await stat(join(folder, SECRET_KEY_FILE))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual([SECRET_KEY_FILE]);
  });

  it("gives all of several first starts the same key", async () => {
    const starts = Array.from({ length: 8 }, () => resolveSecretKeys({ secretKeys: [], dataDir }));
    const keys = new Set((await Promise.all(starts)).flat());
    expect(keys.size).toBe(1);
  });

  it("puts SECRET_KEY before a key that was generated earlier, so that old secrets stay readable", async () => {
    const [generated] = await resolveSecretKeys({ secretKeys: [], dataDir });
    const own = "o".repeat(32);
    expect(await resolveSecretKeys({ secretKeys: [own], dataDir })).toEqual([own, generated]);
  });

  it("writes no file where SECRET_KEY is set", async () => {
    const own = "o".repeat(32);
    expect(await resolveSecretKeys({ secretKeys: [own], dataDir })).toEqual([own]);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it("looks at no file with PostgreSQL", async () => {
    await resolveSecretKeys({ secretKeys: [], dataDir });
    const own = "o".repeat(32);
    const databaseUrl = "postgres://db/gateway";
    expect(await resolveSecretKeys({ secretKeys: [own], dataDir, databaseUrl })).toEqual([own]);
  });

  it("refuses a damaged key file, naming it, and leaves it as it is", async () => {
    const path = join(dataDir, SECRET_KEY_FILE);
    await writeFile(path, "cut off");
    await expect(resolveSecretKeys({ secretKeys: [], dataDir })).rejects.toThrow(path);
    expect(await readFile(path, "utf8")).toBe("cut off");
  });
});
