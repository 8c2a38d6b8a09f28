/**
 * `npm run simulator`: a DingTalk to develop against, in its own process, until it is interrupted.
 * Options: --port (9700), --host, --corp-id, --app-key, --app-secret, --rate (calls a second), --latency (ms).
 */
import { parseArgs } from "node:util";
import { startSimulator } from "./index.js";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "9700" },
    host: { type: "string" },
    "corp-id": { type: "string" },
    "app-key": { type: "string" },
    "app-secret": { type: "string" },
    rate: { type: "string" },
    latency: { type: "string" },
  },
});

function readNumber(option: "port" | "rate" | "latency"): number | undefined {
  const text = values[option];
  if (text === undefined) return undefined;
  if (!/^\d{1,6}$/.test(text)) throw new Error(`--${option} must be a whole number, not "${text}".`);
  return Number(text);
}

try {
  const simulator = await startSimulator({
    port: readNumber("port"),
    host: values.host,
    corpId: values["corp-id"],
    appKey: values["app-key"],
    appSecret: values["app-secret"],
    ratePerSecond: readNumber("rate"),
    latencyMs: readNumber("latency"),
  });
  const { corpId, appKey, appSecret } = simulator.credentials;
  console.log(
    `DingTalk simulator at ${simulator.url} (both API hosts; controls below ${simulator.url}/_sim/)`,
  );
  console.log(`corpId ${corpId}\nappKey ${appKey}\nappSecret ${appSecret}`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void simulator.close());
  }
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
}
