/**
 * `npm run dev`: simulator, gateway and sample company in one process, started anew on every change of a source file.
 * Nothing is kept between two starts. Logs go to the screen.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGateway } from "../app.js";
import { readConfig } from "../config/config.js";
import { readEnvironment } from "../config/environment.js";
import { connectDingTalk } from "../demo/connect-dingtalk.js";
import { createGatewayClient } from "../demo/gateway-client.js";
import { createIdentityProvider } from "../demo/identity-provider.js";
import { createSampleCompany } from "../demo/sample-company.js";
import { systemClock } from "../platform/clock.js";
import { startSimulator } from "../simulator/index.js";

const CLIENT = { clientId: "dev", clientSecret: "dev-secret-of-no-value" };

const { host, port, logLevel } = readConfig(readEnvironment());
const folder = await mkdtemp(join(tmpdir(), "scim-gateway-dev-"));
const simulator = await startSimulator();
const gateway = await startGateway(
  readConfig({
    HOST: host,
    PORT: String(port),
    LOG_LEVEL: logLevel,
    DATA_DIR: folder,
    BOOTSTRAP_CLIENT_ID: CLIENT.clientId,
    BOOTSTRAP_CLIENT_SECRET: CLIENT.clientSecret,
  }),
);

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(1);
    stopping = true;
    void stop();
  });
}

async function stop(): Promise<void> {
  await gateway.stop();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
  process.exit(0);
}

console.log(`
gateway    ${gateway.publicUrl}/scim/v2   client ${CLIENT.clientId}, secret ${CLIENT.clientSecret}
simulator  ${simulator.url}/_sim/state
`);
const client = createGatewayClient({ baseUrl: gateway.url, ...CLIENT, clock: systemClock });
await connectDingTalk(client, simulator);
await createIdentityProvider(client).pushCompany(createSampleCompany(), () => undefined);
console.log("The sample company has been pushed.");
