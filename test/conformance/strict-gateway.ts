import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll } from "vitest";
import { type Authorization, obtainToken } from "../../conformance/obtain-token.js";
import { openApplication, type WholeApplication } from "../e2e/whole-application.js";

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

/** The gateway at an address that its answers name, and the right to use it as a client whose profile is `rfc`. */
export interface StrictGateway {
  /** The base address of SCIM. */
  url: string;
  authorization: Authorization;
}

/** One gateway for all tests of the calling file: there from the first test on, stopped after the last. */
export function shareStrictGateway(): StrictGateway {
  const shared = {} as StrictGateway;
  let application: WholeApplication;
  beforeAll(async () => {
    const port = await freePort();
    application = await openApplication({ port });
    const root = `http://127.0.0.1:${port}`;
    const { clientId, clientSecret } = await administer(root, application.bearer, "clients", STRICT_CLIENT);
    await administer(root, application.bearer, "dictionary", IMMUTABLE_FIELD);
    shared.url = `${root}/scim/v2`;
    shared.authorization = await obtainToken(root, {
      client: String(clientId),
      secret: String(clientSecret),
    });
  }, 60_000);
  afterAll(() => application?.close());
  return shared;
}

/** A port of loopback that nobody listens on. */
function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function administer(
  root: string,
  bearer: string,
  path: string,
  body: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${root}/admin/v1/${path}`, {
    method: "POST",
    headers: { authorization: bearer, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.status !== 201) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json() as Promise<Record<string, unknown>>;
}
