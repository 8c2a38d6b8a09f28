import express from "express";
import request from "supertest";
import { describe, expect, it } from "vitest";
import type { AccessGrant } from "../../src/auth/access-grant.js";
import { errorHandler } from "../../src/http/error-response.js";
import { authenticate, requireScope } from "../../src/http/middleware/authentication.js";
import { correlate } from "../../src/http/middleware/correlation.js";
import { grantOf } from "../../src/http/middleware/request-state.js";
import { createLogger } from "../../src/observability/logger.js";
import { createMetrics } from "../../src/observability/metrics.js";
import { accessGrant } from "../support/access-grant.js";

describe("requests that are authenticated at the same time", () => {
  it("each get the answer to their own token, in whatever order the look-ups end", async () => {
    const waiting: (() => void)[] = [];
    const check = async (token: string): Promise<AccessGrant | undefined> => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        // All four look-ups are under way before the first one ends, and they end in reverse.
        if (waiting.length === 4) for (const end of waiting.reverse()) end();
      });
      return token.startsWith("good") ? accessGrant({ clientId: token }) : undefined;
    };
    const app = express();
    app.use(
      correlate(createLogger({ level: "silent" })),
      authenticate({ checkToken: check }, { challengeBasic: true }),
    );
    app.get("/", (incoming, response) => {
      response.send(grantOf(incoming).clientId);
    });
    app.use(errorHandler({ metrics: createMetrics({ processMetrics: false }) }));

    const tokens = ["good-1", "bad-1", "good-2", "bad-2"];
    const answers = await Promise.all(
      tokens.map((token) => request(app).get("/").set("Authorization", `Bearer ${token}`).timeout(5_000)),
    );
    expect(answers.map(({ status, text }) => (status === 200 ? text : status))).toEqual([
      "good-1",
      401,
      "good-2",
      401,
    ]);
  });
});

describe("a token that was looked up lately", () => {
  const grants = new Map<string, AccessGrant>();
  let lookUps = 0;
  const app = express();
  app.use(
    correlate(createLogger({ level: "silent" })),
    authenticate(
      {
        checkToken: async () => {
          lookUps += 1;
          return undefined;
        },
        knownGrant: (token) => grants.get(token),
        budget: { spend: (clientRef) => (clientRef === "spent" ? 1_000 : 0) },
      },
      { challengeBasic: false },
    ),
    requireScope("scim:read"),
  );
  app.get("/", (incoming, response) => {
    response.send(grantOf(incoming).clientId);
  });
  app.use(errorHandler({ metrics: createMetrics({ processMetrics: false }) }));
  const ask = (token: string) => request(app).get("/").set("Authorization", `Bearer ${token}`);

  it("lets the caller in without another look-up", async () => {
    grants.set("known", accessGrant({ clientId: "the client", scopes: ["scim:read"] }));
    expect((await ask("known").expect(200)).text).toBe("the client");
    expect(lookUps).toBe(0);
  });

  it.each<[string, Partial<AccessGrant>, number]>([
    ["an address that the client may not call from", { ipAllowList: ["192.0.2.1"] }, 403],
    ["a request budget that is used up", { clientRef: "spent" }, 429],
    ["a scope that is lacking", { scopes: [] }, 403],
  ])("is refused like any other for %s", async (_reason, facts, status) => {
    grants.set("known", accessGrant({ scopes: ["scim:read"], ...facts }));
    await ask("known").expect(status);
  });

  it("is looked up again when it is known no more", async () => {
    grants.delete("known");
    await ask("known").expect(401);
    expect(lookUps).toBe(1);
  });
});
