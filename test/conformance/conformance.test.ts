import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHECKS } from "../../conformance/checks/all-checks.js";
import { DEVIATIONS } from "../../conformance/deviations.js";
import { obtainToken } from "../../conformance/obtain-token.js";
import { type Outcome, runCheck } from "../../conformance/runner.js";
import { discover, type Target } from "../../conformance/surroundings.js";
import { openTestDatabase, type TestDatabase } from "../support/database.js";
import { type GatewayProcess, startGatewayProcess, testClient } from "../support/gateway-process.js";

let test: TestDatabase;
let dataDir: string;
let gateway: GatewayProcess;
const target = {} as Target;

beforeAll(async () => {
  test = await openTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "gateway-conformance-"));
  gateway = await startGatewayProcess({
    DATA_DIR: dataDir,
    ...(test.url === undefined ? {} : { DATABASE_URL: test.url }),
  });
  const authorization = await obtainToken(gateway.url, {
    client: testClient.clientId,
    secret: testClient.clientSecret,
  });
  Object.assign(target, await discover(`${gateway.url}/scim/v2`, authorization));
}, 60_000);
afterAll(async () => {
  await gateway?.stop();
  await test?.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** Checks of what this gateway does not have, or what cannot be tried on this machine. */
const SKIPPED = [
  "resources carry the extensions that their type requires",
  "values that are unique everywhere are refused twice",
  "meta.location equals Content-Location",
  "an immutable value has to stay",
  "operations respect immutable values",
  "SCIM is spoken over TLS",
];

function expectedOf(title: string): Outcome["result"] {
  if (title in DEVIATIONS) return "failed";
  return SKIPPED.includes(title) ? "skipped" : "passed";
}

describe("the gateway, seen from outside", () => {
  for (const check of CHECKS) {
    it(`${check.title} (${check.covers.join(", ")})`, async () => {
      const { result, message = "" } = await runCheck(target, check);
      expect(result, message).toBe(expectedOf(check.title));
    });
  }
});
