/**
 * Starts the built gateway on an embedded database of its own and checks it with `npm run conformance`, as a client whose
 * profile is `rfc`. Arguments go to the program. Ends with its status; used by .ci/run.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { obtainToken } from "../conformance/obtain-token.js";

const administrator = { client: "conformance-admin", secret: "conformance-admin-secret-0123456789" };

const dataDir = await mkdtemp(join(tmpdir(), "gateway-conformance-"));
const gateway = spawn(process.execPath, ["dist/src/main.js"], {
  env: {
    ...process.env,
    PORT: "0",
    DATA_DIR: dataDir,
    BOOTSTRAP_CLIENT_ID: administrator.client,
    BOOTSTRAP_CLIENT_SECRET: administrator.secret,
  },
  stdio: ["ignore", "pipe", "inherit"],
});
const stopped = once(gateway, "close");
try {
  const url = await Promise.race([addressOf(gateway), stopped.then(() => undefined)]);
  if (url === undefined) throw new Error("The gateway did not start; build it first (npm run build).");
  const { clientId, clientSecret } = await makeStrictClient(url);
  const options = ["--url", `${url}/scim/v2`, "--client", clientId, "--secret", clientSecret];
  const program = spawn(
    "npm",
    ["run", "--silent", "conformance", "--", ...options, ...process.argv.slice(2)],
    {
      stdio: "inherit",
    },
  );
  const [status] = (await once(program, "close")) as [number | null];
  process.exitCode = status ?? 1;
} finally {
  gateway.kill("SIGTERM");
  await stopped;
  await rm(dataDir, { recursive: true, force: true });
}

function addressOf({ stdout }: typeof gateway): Promise<string> {
  return new Promise((resolve) => {
    createInterface({ input: stdout }).on("line", (line) => {
      const address = /"url":"(http[^"]+)".*the gateway is up/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
}

async function makeStrictClient(url: string): Promise<{ clientId: string; clientSecret: string }> {
  const { header } = await obtainToken(url, administrator);
  const response = await fetch(`${url}/admin/v1/clients`, {
    method: "POST",
    headers: { authorization: header, "content-type": "application/json" },
    body: JSON.stringify({ name: "conformance", profile: "rfc", scopes: ["scim:read", "scim:write"] }),
  });
  if (!response.ok) throw new Error(`no client could be made: ${response.status} ${await response.text()}`);
  return response.json() as Promise<{ clientId: string; clientSecret: string }>;
}
