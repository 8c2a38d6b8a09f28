import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHECKS } from "../../conformance/checks/all-checks.js";
import { runCheck } from "../../conformance/runner.js";
import { createScimClient } from "../../conformance/scim-client.js";
import type { Target } from "../../conformance/surroundings.js";

/** Servers that do nothing at all. */
const SERVERS: Record<string, RequestListener> = {
  "answers everything with 200 and an empty object": (_request, response) => {
    response.writeHead(200, { "content-type": "application/scim+json" }).end("{}");
  },
  "answers everything with 204": (_request, response) => {
    response.writeHead(204).end();
  },
  "finds nothing": (_request, response) => {
    response.writeHead(404).end();
  },
  "fails at everything": (_request, response) => {
    response.writeHead(500, { "content-type": "text/html" }).end("<h1>Oops</h1>");
  },
  "says what it was told, as created": (request, response) => {
    response.writeHead(request.method === "POST" ? 201 : 200, { "content-type": "application/scim+json" });
    request.pipe(response);
  },
};

describe.each(Object.entries(SERVERS))("a server that %s", (_what, listener) => {
  let server: Server;
  let target: Target;
  beforeAll(async () => {
    server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    target = targetThatPromisesEverything(`http://127.0.0.1:${port}/scim/v2`);
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it("passes no check", async () => {
    const passed: string[] = [];
    for (const check of CHECKS) {
      const { result } = await runCheck(target, check);
      if (result === "passed") passed.push(check.title);
    }
    expect(passed).toEqual([]);
  });
});

function targetThatPromisesEverything(url: string): Target {
  const supported = { supported: true };
  return {
    client: createScimClient(url, "Bearer x"),
    authorization: { header: "Bearer x", expiresIn: 0 },
    discovered: {
      config: {
        patch: supported,
        bulk: { supported: true, maxOperations: 10, maxPayloadSize: 1000 },
        filter: supported,
        sort: supported,
        etag: supported,
        pagination: { cursor: true, index: true },
      },
      resourceTypes: [],
      schemas: [],
      endpoints: { users: "/Users", groups: "/Groups" },
    },
  };
}
