import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { request } from "undici";
import type { BareUsage } from "./bare/server.js";
import { freePort, type ServerProcess, startServerProcess } from "./server-process.js";

/** A server under load. */
export interface Contestant extends ServerProcess {
  /** Sent with every request. */
  headers: Record<string, string>;
  /** CPU that the server's process has used so far, in seconds. */
  cpuSeconds(): Promise<number>;
  /** Memory that it holds at the moment, in bytes. */
  residentBytes(): Promise<number>;
}

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Compiles the gateway as `npm start` does. Run by tsx it would not be what is deployed: tsx keeps the names of
 * functions, which costs a call for every closure that is made.
 */
export async function buildGateway(): Promise<void> {
  try {
    await promisify(execFile)("npm", ["run", "--silent", "build"], { cwd: ROOT, timeout: 300_000 });
  } catch (error) {
    const output = error instanceof Error && "stdout" in error ? String(error.stdout) : String(error);
    throw new Error(`The gateway does not compile.\n${output}`, { cause: error });
  }
}

/** Starts the built gateway as a server without worker, on a migrated database, and gets a token from it. */
export async function startGateway(databaseUrl: string): Promise<Contestant> {
  const client = { id: "bench", secret: randomBytes(24).toString("hex") };
  const port = await freePort();
  const gateway = await startServerProcess({
    name: "The gateway",
    args: ["--enable-source-maps", `${ROOT}/dist/src/main.js`],
    env: {
      NODE_ENV: "production",
      DATABASE_URL: databaseUrl,
      SECRET_KEY: randomBytes(32).toString("hex"),
      BOOTSTRAP_CLIENT_ID: client.id,
      BOOTSTRAP_CLIENT_SECRET: client.secret,
      ROLE: "server",
      HOST: "127.0.0.1",
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
    },
    port,
    readyPath: "/readyz",
  });
  try {
    const token = await fetchToken(gateway.url, client);
    await liftBudget(gateway.url, token);
    const metric = async (name: string) => {
      const page = await readText(`${gateway.url}/metrics`);
      return Number(new RegExp(`^${name} (\\S+)`, "m").exec(page)?.[1]);
    };
    return {
      ...gateway,
      headers: { authorization: `Bearer ${token}` },
      cpuSeconds: () => metric("process_cpu_seconds_total"),
      residentBytes: () => metric("process_resident_memory_bytes"),
    };
  } catch (error) {
    await gateway.stop();
    throw error;
  }
}

/** Starts the bare server on a port that was chosen before, as its documents hold their own addresses. */
export async function startBareServer(databaseUrl: string, port: number): Promise<Contestant> {
  const server = await startServerProcess({
    name: "The bare server",
    args: ["--import", "tsx", fileURLToPath(new URL("bare/server.ts", import.meta.url))],
    env: { NODE_ENV: "production", DATABASE_URL: databaseUrl, PORT: String(port) },
    port,
    readyPath: "/usage",
  });
  const usage = async (): Promise<BareUsage> => JSON.parse(await readText(`${server.url}/usage`));
  return {
    ...server,
    headers: {},
    cpuSeconds: async () => (await usage()).cpuSeconds,
    residentBytes: async () => (await usage()).residentBytes,
  };
}

/** The budget stays on for every request, but beyond what any machine serves: it is not what is measured. */
async function liftBudget(url: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const list = await request(`${url}/admin/v1/clients`, { headers });
  const { items } = (await list.body.json()) as { items: { id: string }[] };
  const { statusCode, body } = await request(`${url}/admin/v1/clients/${items[0]?.id}`, {
    method: "PATCH",
    headers,
    body: JSON.stringify({ rateLimit: { requestsPerSecond: 100_000, burst: 1_000_000 } }),
  });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`No request budget for the bench: ${statusCode} ${text}`);
}

async function fetchToken(url: string, client: { id: string; secret: string }): Promise<string> {
  const form = { grant_type: "client_credentials", client_id: client.id, client_secret: client.secret };
  const { statusCode, body } = await request(`${url}/oauth/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
  });
  const text = await body.text();
  const answer: { access_token?: string } = statusCode === 200 ? JSON.parse(text) : {};
  if (answer.access_token === undefined) throw new Error(`No token: ${statusCode} ${text}`);
  return answer.access_token;
}

async function readText(url: string): Promise<string> {
  const { statusCode, body } = await request(url);
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${url} answers ${statusCode}: ${text.slice(0, 200)}`);
  return text;
}
