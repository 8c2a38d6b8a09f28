/**
 * `npm run demo`: a sample company travels from an identity provider through the gateway into a simulated DingTalk.
 * Stays up until it is interrupted; with `--exit` it ends by itself, with status 0 only if all sides agree.
 */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { readConfig } from "../config/config.js";
import { readEnvironment } from "../config/environment.js";
import { systemClock } from "../platform/clock.js";
import { createGatewayClient } from "./gateway-client.js";
import { createProgress, type Progress } from "./progress.js";
import { renderReport } from "./report.js";
import { runDemo } from "./run-demo.js";
import { accountIdPath } from "./scim-directory.js";
import { type Stage, setStage } from "./stage.js";

const SAMPLE_ACCOUNT = "chenguang.gu@example.com";

const { values: options } = parseArgs({ options: { exit: { type: "boolean", default: false } } });
const progress = createProgress(process.stdout, systemClock);
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // Only once: a second Ctrl-C ends the process at once if the orderly way takes too long.
  process.once(signal, () => interrupted.abort(new Error(`Interrupted by ${signal}.`)));
}

process.exitCode = await play();

/** The exit status: 0 when all sides agree, 130 when interrupted, else 1. */
async function play(): Promise<number> {
  let stage: Stage | undefined;
  let agreed = false;
  try {
    const wanted = readConfig(readEnvironment());
    progress.say("Starting a gateway on the embedded database, and a simulated DingTalk.");
    stage = await setStage(wanted);
    if (wanted.port !== 0 && stage.gateway.port !== wanted.port) {
      progress.say(`Port ${wanted.port} is busy; the gateway listens on ${stage.gateway.port} instead.`);
    }
    agreed = await showDemo(stage, progress);
    if (!options.exit) await stayUp(stage, progress);
  } catch (error) {
    progress.say(error instanceof Error ? error.message : String(error));
  }
  if (stage !== undefined) await end(stage, agreed);
  return agreed ? 0 : interrupted.signal.aborted ? 130 : 1;
}

/** Stops everything; after a run that went wrong by itself, the log stays for whoever wants to know why. */
async function end(stage: Stage, agreed: boolean): Promise<void> {
  const keepFolder = !agreed && !interrupted.signal.aborted;
  if (keepFolder) progress.say(`The gateway's log is kept in ${stage.logFile}.`);
  await stage.stop({ keepFolder });
}

async function showDemo(stage: Stage, progress: Progress): Promise<boolean> {
  const { gateway, simulator } = stage;
  const makeClient = () =>
    createGatewayClient({
      baseUrl: gateway.url,
      clientId: gateway.clientId,
      clientSecret: gateway.clientSecret,
      clock: systemClock,
      signal: interrupted.signal,
    });
  const report = await runDemo({
    provider: makeClient(),
    administrator: makeClient(),
    simulator,
    progress,
    clock: systemClock,
    signal: interrupted.signal,
  });
  progress.say(renderReport(report));
  return report.differences.length === 0;
}

/** Prints where everything is, and waits for the interruption. */
async function stayUp({ gateway, simulator, logFile }: Stage, progress: Progress): Promise<void> {
  const client = createGatewayClient({ ...gateway, baseUrl: gateway.url, clock: systemClock });
  const token = await client.token();
  const lines = [
    "",
    "Everything stays up until Ctrl-C:",
    `  SCIM        ${gateway.url}/scim/v2`,
    `  API viewer  ${gateway.url}/docs`,
    `  Metrics     ${gateway.url}/metrics`,
    `  Health      ${gateway.url}/healthz`,
    `  DingTalk    ${simulator.url} (simulated; its contact book: ${simulator.url}/_sim/state)`,
    `  Log         ${logFile}`,
    `  OAuth2      client_id ${gateway.clientId}, client_secret ${gateway.clientSecret}`,
    "",
    "One of the people with the id from DingTalk (the token lasts an hour):",
    `  curl -s -H 'Authorization: Bearer ${token}' '${gateway.url}${accountIdPath(SAMPLE_ACCOUNT)}'`,
  ];
  progress.say(lines.join("\n"));
  if (!interrupted.signal.aborted) await once(interrupted.signal, "abort");
  progress.say("Stopping.");
}
