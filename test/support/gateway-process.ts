import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The OAuth client that every gateway process of these tests is started with. */
export const testClient = { clientId: "test-idp", clientSecret: "test-idp-secret-0123456789" };

/** A gateway in a process of its own. */
export interface GatewayProcess {
  url: string;
  /** SIGKILL: no chance to tidy up. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/**
 * Starts `src/main.ts` with the environment given and waits until it listens. The port is free to choose for the
 * system. Rejects with what the process wrote when it ends before.
 */
export async function startGatewayProcess(environment: Record<string, string>): Promise<GatewayProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", "src/main.ts"], {
    cwd: ROOT,
    env: {
      PATH: process.env["PATH"] ?? "",
      PORT: "0",
      BOOTSTRAP_CLIENT_ID: testClient.clientId,
      BOOTSTRAP_CLIENT_SECRET: testClient.clientSecret,
      SECRET_KEY: "a test's secret key of sufficient length",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const exited = once(child, "close") as Promise<[number | null]>;
  const url = await Promise.race([listening(child), exited.then(() => undefined)]);
  if (url === undefined) throw new Error(`The gateway ended at start: ${complaints}`);
  return {
    url,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    async stop() {
      child.kill("SIGTERM");
      return (await exited)[0];
    },
  };
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      const match = /"url":"(http[^"]+)".*the gateway is up/.exec(line);
      if (match?.[1] !== undefined) resolve(match[1]);
    });
  });
}
