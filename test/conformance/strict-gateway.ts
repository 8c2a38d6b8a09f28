import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type Authorization, obtainToken } from "../../conformance/obtain-token.js";
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

/** A real gateway process, and the right to use it as a client whose profile is `rfc`. */
export interface StrictGateway {
  /** The base address of SCIM. */
  url: string;
  authorization: Authorization;
}

/** One gateway for all tests of the calling file: there from the first test on, stopped after the last. */
export function shareStrictGateway(): StrictGateway {
  const shared = {} as StrictGateway;
  let database: TestDatabase;
  let dataDir: string;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    database = await openTestDatabase();
    dataDir = await mkdtemp(join(tmpdir(), "gateway-conformance-"));
    gateway = await startGatewayProcess({
      DATA_DIR: dataDir,
      ...(database.url === undefined ? {} : { DATABASE_URL: database.url }),
    });
    const { clientId, clientSecret } = await administer(gateway.url, "clients", STRICT_CLIENT);
    await administer(gateway.url, "dictionary", IMMUTABLE_FIELD);
    shared.url = `${gateway.url}/scim/v2`;
    shared.authorization = await obtainToken(gateway.url, {
      client: String(clientId),
      secret: String(clientSecret),
    });
  }, 60_000);
  afterAll(async () => {
    await gateway?.stop();
    await database?.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  return shared;
}

async function administer(url: string, path: string, body: object): Promise<Record<string, unknown>> {
  const { header } = await obtainToken(url, { client: testClient.clientId, secret: testClient.clientSecret });
  const response = await fetch(`${url}/admin/v1/${path}`, {
    method: "POST",
    headers: { authorization: header, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.status !== 201) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json() as Promise<Record<string, unknown>>;
}
