import { readFile } from "node:fs/promises";
import type pg from "pg";

/** CPU that each of the database's processes has used, in nanoseconds, by process id. */
export type BackendCpu = ReadonlyMap<number, bigint>;

/**
 * Reads how much CPU the database's processes have used for the database that `client` is connected to. Undefined where
 * that cannot be seen: the server is on another machine, or the kernel is not Linux.
 */
export async function readBackendCpu(client: pg.Client): Promise<BackendCpu | undefined> {
  const { rows } = await client.query<{ pid: number }>(
    "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
  const used = new Map<number, bigint>();
  for (const { pid } of rows) {
    const nanoseconds = await cpuOfProcess(pid);
    if (nanoseconds === undefined) return undefined;
    used.set(pid, nanoseconds);
  }
  return used;
}

/** CPU between two readings, in seconds. A process that began in between counts from its beginning. */
export function backendCpuBetween(
  before: BackendCpu | undefined,
  after: BackendCpu | undefined,
): number | undefined {
  if (before === undefined || after === undefined) return undefined;
  let nanoseconds = 0n;
  for (const [pid, used] of after) nanoseconds += used - (before.get(pid) ?? 0n);
  return Number(nanoseconds) / 1e9;
}

async function cpuOfProcess(pid: number): Promise<bigint | undefined> {
  try {
    const name = await readFile(`/proc/${pid}/comm`, "utf8");
    if (!name.startsWith("postgres")) return undefined;
    const [nanoseconds] = (await readFile(`/proc/${pid}/schedstat`, "utf8")).split(" ");
    return nanoseconds === undefined ? undefined : BigInt(nanoseconds);
  } catch {
    // No such process here: the server is elsewhere.
    return undefined;
  }
}
