import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { type Gateway, startGateway } from "../app.js";
import { type Config, readConfig } from "../config/config.js";
import { ListenError } from "../http/server.js";
import { newSecret } from "../platform/ids.js";
import { type Simulator, startSimulator } from "../simulator/index.js";

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
  const clientSecret = newSecret();
  // Built from scratch, not from the environment: the demo must not touch a configured database.
  const configFor = (port: number): Config =>
    readConfig({
      HOST: wanted.host,
      PORT: String(port),
      DATA_DIR: join(folder, "data"),
      BOOTSTRAP_CLIENT_ID: CLIENT_ID,
      BOOTSTRAP_CLIENT_SECRET: clientSecret,
    });

  const simulator = await startSimulator();
  const logDestination = createWriteStream(logFile, { flags: "a" });
  const startOn = (port: number): Promise<Gateway> => startGateway(configFor(port), { logDestination });
  const clearAway = async (keepFolder: boolean): Promise<void> => {
    await simulator.close();
    logDestination.end();
    await finished(logDestination);
    if (!keepFolder) await rm(folder, { recursive: true, force: true });
  };
  try {
    const gateway = await startOn(wanted.port).catch((error: unknown) => {
      if (error instanceof ListenError && wanted.port !== 0) return startOn(0);
      throw error;
    });
    const url = gateway.publicUrl;
    return {
      gateway: { url, port: Number(new URL(url).port || 80), clientId: CLIENT_ID, clientSecret },
      simulator,
      logFile,
      async stop({ keepFolder = false } = {}) {
        await gateway.stop();
        await clearAway(keepFolder);
      },
    };
  } catch (error) {
    await clearAway(false);
    throw error;
  }
}
