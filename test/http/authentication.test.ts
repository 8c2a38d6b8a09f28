import express from "express";
import request from "supertest";
import { describe, expect, it } from "vitest";
import type { AccessGrant } from "../../src/auth/access-grant.js";
import { errorHandler } from "../../src/http/error-response.js";
import { authenticate } from "../../src/http/middleware/authentication.js";
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
