import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { DataFolderInUseError } from "./database-errors.js";

interface Owner {
  pid: number;
  /** When that process started, as the operating system tells it; tells a reused pid from the old process. */
  started: string | null;
}

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
    const claim = JSON.stringify({ pid: process.pid, started: await startOf(process.pid) } satisfies Owner);
    while (!(await createWith(path, claim))) await removeIfStale(path);
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

async function removeIfStale(path: string): Promise<void> {
  const seen = await readOrUndefined(path);
  if (seen === undefined) return;
  const owner = parseOwner(seen);
  if (owner && (await isAlive(owner))) throw inUse(path, owner.pid);
  // Another starter may replace the dead lock by its own between the look and the removal. Renaming shows which
  // one was taken away, and a living one is put back.
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isCode(error, "ENOENT")) return;
    throw error;
  }
  if ((await readFile(aside, "utf8")) !== seen) await link(aside, path);
  await rm(aside, { force: true });
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
