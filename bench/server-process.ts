import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { request } from "undici";

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;

/** What to start, and how to know that it serves. */
export interface ServerCommand {
  name: string;
  /** Arguments of `node`. */
  args: readonly string[];
  /** Added to the environment of the bench. */
  env: Record<string, string>;
  port: number;
  /** A path that answers 200 once the server is ready. */
  readyPath: string;
}

/** An HTTP server in a process of its own. */
export interface ServerProcess {
  /** Without trailing slash. */
  url: string;
  stop(): Promise<void>;
}

/** A port of the loopback address that nobody holds at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

/**
 * Starts a server and waits until it is ready. Its standard output (the request log) goes to the null device: it is
 * written, as in production, but nobody here spends time on reading it.
 * @throws Error with the end of its standard error when it does not become ready
 */
export async function startServerProcess(command: ServerCommand): Promise<ServerProcess> {
  const child = spawn(process.execPath, command.args, {
    env: { ...process.env, ...command.env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  // Should the bench itself be cut off, nothing of it stays behind.
  const cutOff = () => child.kill("SIGKILL");
  process.once("exit", cutOff);
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints = (complaints + text).slice(-4_000);
  });
  const stop = async () => {
    await end(child);
    process.off("exit", cutOff);
  };

  const url = `http://127.0.0.1:${command.port}`;
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await isReady(url + command.readyPath))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`${command.name} did not become ready.\n${complaints}`);
    }
    await pause(50);
  }
  return { url, stop };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(url, { headersTimeout: 2_000, bodyTimeout: 2_000 });
    await body.dump();
    return statusCode === 200;
  } catch {
    // Nothing listens there yet: that is the question.
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const inTime = await Promise.race([gone.then(() => true), pause(STOP_LIMIT_MS, false, { ref: false })]);
  if (inTime) return;
  child.kill("SIGKILL");
  await gone;
}
