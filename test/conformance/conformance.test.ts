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

/** Leniency is a property of a client; the RFCs are held to the letter for one that asks for it. */
const STRICT_CLIENT = { name: "conformance", profile: "rfc", scopes: ["scim:read", "scim:write"] };
/** The standard schemas have no single-valued immutable attribute, so here is one. */
const IMMUTABLE_FIELD = {
  name: "Badge",
  key: "badgeNumber",
  category: "user",
  type: "string",
  modifiable: false,
};

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
  const { clientId, clientSecret } = await administer(gateway.url, "clients", STRICT_CLIENT);
  await administer(gateway.url, "dictionary", IMMUTABLE_FIELD);
  const authorization = await obtainToken(gateway.url, {
    client: String(clientId),
    secret: String(clientSecret),
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
  "SCIM is spoken over TLS",
];

function expectedOf(title: string): Outcome["result"] {
  if (title in DEVIATIONS) return "failed";
  return SKIPPED.includes(title) ? "skipped" : "passed";
}

async function administer(url: string, path: string, body: object): Promise<Record<string, unknown>> {
  const { header } = await obtainToken(url, { client: testClient.clientId, secret: testClient.clientSecret });
  const response = await fetch(`${url}/admin/v1/${path}`, {
    method: "POST",
    headers: { authorization: header, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status, path).toBe(201);
  return response.json() as Promise<Record<string, unknown>>;
}

describe("the gateway, seen from outside", () => {
  for (const check of CHECKS) {
    it(`${check.title} (${check.covers.join(", ")})`, async () => {
      const { result, message = "" } = await runCheck(target, check);
      expect(result, message).toBe(expectedOf(check.title));
    });
  }
});
