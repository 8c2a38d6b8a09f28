import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { startGateway } from "../app.js";
import { type Config, readConfig } from "../config/config.js";
import { newSecret } from "../platform/ids.js";
import { type Simulator, startSimulator } from "../simulator/index.js";
import { choosePort } from "./choose-port.js";

/** Everything that runs during the demo. */
export interface Stage {
  gateway: { url: string; port: number; clientId: string; clientSecret: string };
  simulator: Simulator;
  /** Where the gateway's log goes. */
  logFile: string;
  /**
   * Stops all and, unless told to keep it, removes the folder with the database and the log.
   */
  stop(options?: { keepFolder?: boolean }): Promise<void>;
}

const CLIENT_ID = "demo-identity-provider";

/**
 * Starts a DingTalk simulator and a gateway on an empty embedded database in a new temporary folder, with a client
 * of its own. The gateway takes the configured port, or a free one when that is busy.
 */
export async function setStage(wanted: Pick<Config, "host" | "port">): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "scim-gateway-demo-"));
  const logFile = join(folder, "gateway.log");
  const port = await choosePort(wanted.host, wanted.port);
  const clientSecret = newSecret();
  // Built from scratch, not from the environment: the demo must not touch a configured database.
  const config = readConfig({
    HOST: wanted.host,
    PORT: String(port),
    DATA_DIR: join(folder, "data"),
    BOOTSTRAP_CLIENT_ID: CLIENT_ID,
    BOOTSTRAP_CLIENT_SECRET: clientSecret,
  });

  const simulator = await startSimulator();
  const logDestination = createWriteStream(logFile, { flags: "a" });
  const closeLog = async (): Promise<void> => {
    logDestination.end();
    await finished(logDestination);
  };
  try {
    const gateway = await startGateway(config, { logDestination });
    return {
      gateway: { url: config.publicUrl, port, clientId: CLIENT_ID, clientSecret },
      simulator,
      logFile,
      async stop({ keepFolder = false } = {}) {
        await gateway.stop();
        await simulator.close();
        await closeLog();
        if (!keepFolder) await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await simulator.close();
    await closeLog();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
