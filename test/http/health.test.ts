import request from "supertest";
import { describe, expect, it } from "vitest";
import { createProbeApp } from "../../src/http/app.js";
import { createReadiness } from "../../src/http/health.js";
import { createLogger } from "../../src/observability/logger.js";
import { createMetrics } from "../../src/observability/metrics.js";
import { createFakeClock } from "../support/fake-clock.js";

function open(checks: Record<string, () => Promise<void>>) {
  const clock = createFakeClock();
  const logger = createLogger({ level: "silent" });
  const readiness = createReadiness({ checks, clock, logger });
  const metrics = createMetrics({ processMetrics: false });
  return { clock, readiness, app: createProbeApp({ clock, logger, metrics, readiness }) };
}

const works = async () => undefined;
const fails = async () => {
  throw new Error("connect ECONNREFUSED 10.0.0.7:5432");
};

describe("/readyz", () => {
  it("is 200 while every part works", async () => {
    const response = await request(open({ database: works }).app)
      .get("/readyz")
      .expect(200);
    expect(response.body).toEqual({ status: "ready", parts: { database: "ready" } });
    expect(response.headers["cache-control"]).toBe("no-store");
  });

  it("is 503 and names the part that does not, without telling why to strangers", async () => {
    const response = await request(open({ database: fails, worker: works }).app)
      .get("/readyz")
      .expect(503);
    expect(response.body).toEqual({ status: "not ready", parts: { database: "not ready", worker: "ready" } });
    expect(response.text).not.toContain("10.0.0.7");
  });

  it("does not wait for a part that never answers", async () => {
    const { readiness, clock } = open({ database: () => new Promise(() => undefined) });
    const report = readiness.check();
    await clock.advance(800);
    expect(await report).toEqual({ status: "not ready", parts: { database: "not ready" } });
    expect(clock.sleeping()).toBe(0);
  });

  it("leaves no timer behind when a part answers", async () => {
    const { readiness, clock } = open({ database: works });
    await readiness.check();
    expect(clock.sleeping()).toBe(0);
  });

  it("is 503 from the moment the process stops, while /healthz stays 200", async () => {
    const { app, readiness } = open({ database: works });
    readiness.stop();
    expect((await request(app).get("/readyz").expect(503)).body).toEqual({ status: "stopping", parts: {} });
    await request(app).get("/healthz").expect(200, { status: "alive" });
  });
});

it("a worker's listener has probes and nothing else", async () => {
  const { app } = open({ database: works });
  await request(app)
    .get("/metrics")
    .expect(200)
    .expect("Content-Type", /^text\/plain/);
  await request(app).post("/oauth/token").expect(404);
  await request(app)
    .get("/scim/v2/Users")
    .expect(404)
    .expect("Content-Type", /scim\+json/);
});
