import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chown, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { freePort } from "./server-process.js";

/** Where Debian's package postgresql-15 puts its programs. */
const PROGRAMS = "/usr/lib/postgresql/15/bin";
const START_LIMIT_MS = 60_000;

/** A database server that lives as long as the bench. */
export interface TemporaryPostgres {
  /** Of its maintenance database, as superuser. */
  url: string;
  /** Stops the server and removes its folder. */
  stop(): Promise<void>;
}

/** Whom a child process runs as; nobody else than ourselves when empty. */
interface Account {
  uid?: number;
  gid?: number;
}

/**
 * Starts PostgreSQL 15 on a free loopback port, with its folder in the system's temporary one. Settings are those
 * of a fresh installation: fsync and synchronous_commit are on, since a commit that is not durable would be compared
 * with nothing.
 * @throws Error saying what to install or set when that cannot be done
 */
export async function startTemporaryPostgres(): Promise<TemporaryPostgres> {
  if (!existsSync(join(PROGRAMS, "postgres"))) {
    throw new Error(
      `There is no PostgreSQL 15 in ${PROGRAMS}. Install Debian's postgresql-15, or set BENCH_DATABASE_URL to a server.`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), "scim-bench-"));
  let server: ChildProcess | undefined;
  const stop = async () => {
    if (server) await end(server);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const account = await databaseAccount();
    if (account.uid !== undefined) await chown(folder, account.uid, account.gid ?? account.uid);
    const data = join(folder, "data");
    const setUp = [
      "-D",
      data,
      "-U",
      "postgres",
      "-A",
      "trust",
      "-E",
      "UTF8",
      "--locale=C.UTF-8",
      "--no-sync",
    ];
    await promisify(execFile)(join(PROGRAMS, "initdb"), setUp, { ...account, cwd: folder });

    const port = await freePort();
    const settings = ["-p", String(port), "-k", folder, "-c", "listen_addresses=127.0.0.1"];
    const log = join(folder, "log");
    const collect = [
      "-c",
      "logging_collector=on",
      "-c",
      `log_directory=${log}`,
      "-c",
      "log_filename=server.log",
    ];
    server = spawn(join(PROGRAMS, "postgres"), ["-D", data, ...settings, ...collect], {
      ...account,
      cwd: folder,
      stdio: "ignore",
    });
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    await answers(url, server, join(log, "server.log"));
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** PostgreSQL refuses to run as root: as root, it runs as the user that Debian's package makes. */
async function databaseAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const passwd = await readFile("/etc/passwd", "utf8");
  const [, , uid, gid] = passwd.match(/^postgres:.*$/m)?.[0].split(":") ?? [];
  if (uid === undefined || gid === undefined) {
    throw new Error("PostgreSQL does not run as root, and there is no user postgres to run it as.");
  }
  return { uid: Number(uid), gid: Number(gid) };
}

async function answers(url: string, server: ChildProcess, log: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    // A connection that breaks while it is being made is reported twice, by the promise and by an event.
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (server.exitCode === null && Date.now() < deadline) {
        await pause(100);
        continue;
      }
      const lines = await readFile(log, "utf8").catch(() => "");
      throw new Error(`The temporary PostgreSQL did not start.\n${lines.slice(-2_000)}`, { cause: error });
    }
  }
}

/** SIGINT is PostgreSQL's fast stop: running transactions are cut off. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGINT");
  const inTime = await Promise.race([gone.then(() => true), pause(10_000, false, { ref: false })]);
  if (inTime) return;
  server.kill("SIGKILL");
  await gone;
}
