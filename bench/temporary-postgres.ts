import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
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

/** Whom a child process runs as; nobody else than ourselves when empty. */
interface Account {
  uid?: number;
  gid?: number;
}

/**
 * Starts PostgreSQL 15 on a free loopback port, with its folder in the system's temporary one, and returns the URL of
 * its maintenance database. Settings are those of a fresh installation: fsync and synchronous_commit are on, since a
 * commit that is not durable would be compared with nothing.
 * @param onCreated told how to undo the start as soon as there is something to undo: a start may be broken off too
 * @throws Error saying what to install or set when that cannot be done
 */
export async function startTemporaryPostgres(
  onCreated: (stop: () => Promise<void>) => void,
): Promise<string> {
  if (!existsSync(join(PROGRAMS, "postgres"))) {
    throw new Error(
      `There is no PostgreSQL 15 in ${PROGRAMS}. Install Debian's postgresql-15, or set BENCH_DATABASE_URL to a server.`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), "scim-bench-"));
  let server: ChildProcess | undefined;
  // For an end that leaves no time to wait, such as an error that nobody expected.
  const cutOff = () => {
    server?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", cutOff);
  const stop = async () => {
    if (server) await end(server);
    await rm(folder, { recursive: true, force: true });
    process.off("exit", cutOff);
  };
  onCreated(stop);
  const account = await databaseAccount();
  if (account.uid !== undefined) await chown(folder, account.uid, account.gid ?? account.uid);
  const data = join(folder, "data");
  const setUp = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"];
  await promisify(execFile)(join(PROGRAMS, "initdb"), setUp, { ...account, cwd: folder });

  const port = await freePort();
  const log = join(folder, "log");
  const listening = ["listen_addresses=127.0.0.1"];
  const logging = ["logging_collector=on", `log_directory=${log}`, "log_filename=server.log"];
  const settings = [...listening, ...logging].flatMap((one) => ["-c", one]);
  const place = ["-D", data, "-p", String(port), "-k", folder];
  server = spawn(join(PROGRAMS, "postgres"), [...place, ...settings], {
    ...account,
    cwd: folder,
    stdio: "ignore",
  });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await answers(url, server, join(log, "server.log"));
  return url;
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
