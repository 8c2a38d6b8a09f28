import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DataFolderInUseError } from "../../src/persistence/database.js";
import { lockFolder } from "../../src/persistence/folder-lock.js";

let folder: string;
let lockFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scim-lock-"));
  lockFile = join(folder, "pglite.lock");
});
beforeEach(() => rm(lockFile, { force: true }));
afterAll(() => rm(folder, { recursive: true, force: true }));

const leave = (owner: unknown) =>
  writeFile(lockFile, typeof owner === "string" ? owner : JSON.stringify(owner));

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid ?? 0;
}

describe("lockFolder", () => {
  it("writes our pid, and leaves nothing behind when given back", async () => {
    const unlock = await lockFolder(lockFile);
    expect(JSON.parse(await readFile(lockFile, "utf8"))).toMatchObject({ pid: process.pid });
    expect(await readdir(folder)).toEqual(["pglite.lock"]);
    await unlock();
    expect(await readdir(folder)).toEqual([]);
  });

  it("refuses the second opening in the same process, until the first has ended", async () => {
    const unlock = await lockFolder(lockFile);
    await expect(lockFolder(lockFile)).rejects.toBeInstanceOf(DataFolderInUseError);
    await unlock();
    await (await lockFolder(lockFile))();
  });

  it("refuses while another process lives, however old its lock is, and says what to do", async () => {
    await leave({ pid: process.ppid, started: null });
    await utimes(lockFile, 0, 0);
    const locking = lockFolder(lockFile);
    await expect(locking).rejects.toBeInstanceOf(DataFolderInUseError);
    await expect(locking).rejects.toThrow(new RegExp(`process ${process.ppid} .*DATA_DIR.*DATABASE_URL`));
    expect(JSON.parse(await readFile(lockFile, "utf8"))).toMatchObject({ pid: process.ppid });
  });

  it("takes over from a dead process", async () => {
    await leave({ pid: await deadPid(), started: null });
    const unlock = await lockFolder(lockFile);
    expect(JSON.parse(await readFile(lockFile, "utf8"))).toMatchObject({ pid: process.pid });
    await unlock();
  });

  it("takes over a lock with our own pid, as a restarted container finds it", async () => {
    await leave({ pid: process.pid, started: "1" });
    await (await lockFolder(lockFile))();
  });

  if (existsSync("/proc/self/stat"))
    it("takes over from a dead process whose pid now belongs to another one", async () => {
      await leave({ pid: process.ppid, started: "1" });
      await (await lockFolder(lockFile))();
    });

  it.each(["", "not json", "[]", "null", '{"pid":"1"}', '{"pid":-1}', '{"pid":0}'])(
    "takes over a lock that names no process: %s",
    async (content) => {
      await leave(content);
      await (await lockFolder(lockFile))();
    },
  );

  it("takes over from a process that died while it removed a dead process's lock", async () => {
    await leave({ pid: await deadPid(), started: null });
    await writeFile(`${lockFile}.guard`, JSON.stringify({ pid: await deadPid(), started: null }));
    await (await lockFolder(lockFile))();
    expect(existsSync(`${lockFile}.guard`)).toBe(false);
  });

  it("names the process that began to remove a dead process's lock and does not go on", async () => {
    await leave({ pid: await deadPid(), started: null });
    await writeFile(`${lockFile}.guard`, JSON.stringify({ pid: process.ppid, started: null }));
    await expect(lockFolder(lockFile)).rejects.toThrow(`in use by process ${process.ppid}`);
    await rm(`${lockFile}.guard`);
  });

  it("lets one of several processes win over a dead process's lock, whoever is how fast", async () => {
    const dead = JSON.stringify({ pid: await deadPid(), started: null });
    // Two won in one of five rounds of eight processes while a living lock could be renamed for a moment.
    const lockFiles = Array.from({ length: 60 }, (_, round) => `${lockFile}-${round}`);
    for (const file of lockFiles) await writeFile(file, dead);
    const script = fileURLToPath(new URL("hold-lock.ts", import.meta.url));
    const startAt = String(Date.now() + 2_500);
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ["--import", "tsx", script, startAt, "15", ...lockFiles], {
        stdio: ["pipe", "pipe", "inherit"],
      }),
    );
    const said = await Promise.all(
      children.map(async ({ stdout }) =>
        String((await once(stdout, "data"))[0])
          .trim()
          .split(","),
      ),
    );
    for (const child of children) child.kill("SIGKILL");
    for (const round of lockFiles.keys()) {
      const names = said.map((ofChild) => ofChild[round]).sort();
      expect(names).toEqual([...Array(3).fill("DataFolderInUseError"), "won"]);
    }
  });
});
