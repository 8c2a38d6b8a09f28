import { randomUUID } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DataFolderInUseError } from "./database-errors.js";

interface Owner {
  pid: number;
  /** When that process started, as the operating system tells it; tells a reused pid from the old process. */
  started: string | null;
}

/** How often to look, and how long, whether another process has removed a dead lock, which takes it a millisecond. */
const GUARD_POLL_MS = 5;
const GUARD_WAIT_MS = 2_000;

/** Lock files this process holds: a second opening in one process has the same pid and would look like a restart. */
const heldHere = new Set<string>();

/**
 * Holds `lockFile` for this process until the returned function is called. PGlite itself lets two processes write to
 * one folder, which destroys it (https://github.com/electric-sql/pglite/issues/1106).
 * A lock left by a dead process is taken over; the age of a lock says nothing and is not looked at. Processes on
 * other machines or in other pid namespaces cannot be seen: a folder must not be shared between those.
 * @throws DataFolderInUseError when a living process holds it
 */
export async function lockFolder(lockFile: string): Promise<() => Promise<void>> {
  const path = resolve(lockFile);
  if (heldHere.has(path)) throw inUse(path, process.pid);
  heldHere.add(path);
  try {
    const claim = await ownClaim();
    while (!(await createWith(path, claim))) {
      const holder = await livingOwner(path);
      if (holder !== undefined) throw inUse(path, holder.pid);
      await removeIfDead(path);
    }
    return async () => {
      await rm(path, { force: true });
      heldHere.delete(path);
    };
  } catch (error) {
    heldHere.delete(path);
    throw error;
  }
}

/** Makes the file appear with its content in one step, or returns false if it exists. */
async function createWith(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, content, { mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    if (!withoutHardLinks.some((code) => isCode(error, code))) throw error;
    return await createExclusively(path, content);
  } finally {
    await rm(draft, { force: true });
  }
}

/** What link() answers on file systems that have no hard links (exFAT, some mounted shares). */
const withoutHardLinks = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

async function createExclusively(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

/**
 * Removes a lock that a dead process left. Another starter may replace it by its own between the look and the removal, so
 * whoever removes a lock holds a lock for that, and looks once more. It is taken in the same way, since its holder may
 * have died as well.
 * @throws DataFolderInUseError when a living process holds that one and does not go on
 */
async function removeIfDead(path: string): Promise<void> {
  const seen = await readOrUndefined(path);
  if (seen === undefined || (await living(parseOwner(seen))) !== undefined) return;
  const guard = `${path}.guard`;
  const claim = await ownClaim();
  for (let waitedMs = 0; !(await createWith(guard, claim)); waitedMs += GUARD_POLL_MS) {
    const remover = await livingOwner(guard);
    if (remover === undefined) await removeIfDead(guard);
    else if (waitedMs >= GUARD_WAIT_MS) throw inUse(path, remover.pid);
    else await sleep(GUARD_POLL_MS);
  }
  try {
    if ((await readOrUndefined(path)) === seen) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

/** The living process that holds a lock, if one does. */
async function livingOwner(path: string): Promise<Owner | undefined> {
  const seen = await readOrUndefined(path);
  return seen === undefined ? undefined : living(parseOwner(seen));
}

async function living(owner: Owner | undefined): Promise<Owner | undefined> {
  return owner !== undefined && (await isAlive(owner)) ? owner : undefined;
}

async function ownClaim(): Promise<string> {
  return JSON.stringify({ pid: process.pid, started: await startOf(process.pid) } satisfies Owner);
}

function parseOwner(text: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("pid" in value)) return undefined;
    const { pid } = value;
    const started = "started" in value && typeof value.started === "string" ? value.started : null;
    return typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0 ? { pid, started } : undefined;
  } catch {
    return undefined; // A torn or foreign file names no living process.
  }
}

async function isAlive(owner: Owner): Promise<boolean> {
  if (owner.pid === process.pid) return false; // Not in heldHere, so left by an earlier process with our pid.
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it lives, but belongs to another user.
    if (!isCode(error, "EPERM")) return false;
  }
  const started = await startOf(owner.pid);
  return owner.started === null || started === null || owner.started === started;
}

/** The start time of a process (proc(5), stat field 22), or null where the system has no /proc. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readOrUndefined(`/proc/${pid}/stat`);
  // The second field, the program's name, may hold spaces and parentheses: count from the last parenthesis.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

async function readOrUndefined(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT") || isCode(error, "ESRCH")) return undefined;
    throw error;
  }
}

function inUse(path: string, pid: number): DataFolderInUseError {
  return new DataFolderInUseError(
    `the data folder is in use by process ${pid} (lock file ${path}). Stop that process, or give this one another ` +
      "folder with DATA_DIR, or let both share a PostgreSQL server with DATABASE_URL.",
  );
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
