import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataFolderInUseError, listMigrations, openDatabase } from "../../src/persistence/database.js";

let folder: string;
let writer: ChildProcessByStdio<null, Readable, null> | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scim-crash-"));
  // As a process leaves it that was killed while it made the database for the first time.
  await mkdir(join(folder, "pglite.new", "base"), { recursive: true });
  await writeFile(join(folder, "pglite.new", "PG_VERSION"), "1");
});
afterAll(async () => {
  writer?.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

describe("the embedded database on disk", () => {
  it("starts over a half-made folder, refuses a second process, and after kill -9 holds every acknowledged row and no half transaction", async () => {
    const script = fileURLToPath(new URL("write-until-killed.ts", import.meta.url));
    writer = spawn(process.execPath, ["--import", "tsx", script, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(writer, "exit");
    let acknowledged = 0;
    let refused: unknown;
    for await (const line of createInterface({ input: writer.stdout })) {
      acknowledged = Number(line);
      if (acknowledged === 1)
        refused = await openDatabase({ dataDir: folder }).catch((error: unknown) => error);
      if (acknowledged === 200) writer.kill("SIGKILL");
    }
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect(refused).toBeInstanceOf(DataFolderInUseError);
    expect(acknowledged).toBeGreaterThanOrEqual(200);

    const database = await openDatabase({ dataDir: folder });
    const torn = await database.query("select number from pair group by number having count(*) <> 2");
    const [row] = await database.query("select count(distinct number)::integer as count from pair");
    expect(torn).toEqual([]);
    expect([acknowledged, acknowledged + 1]).toContain(row?.["count"]);
    expect((await listMigrations(database)).every(({ applied }) => applied)).toBe(true);
    await database.close();
    expect(await readdir(folder)).toEqual(["pglite"]);
  }, 120_000);
});
