import { type Response, Router } from "express";
import type { Logger } from "../observability/logger.js";
import type { Metrics } from "../observability/metrics.js";
import type { Clock } from "../platform/clock.js";

/** Whether this process should get requests. */
export interface Readiness {
  /** Asks every part at once. Never rejects: a part that fails or does not answer in time is "not ready". */
  check(): Promise<ReadinessReport>;
  /** From now on the process is not ready, whatever its parts say. */
  stop(): void;
}

/** The body of `/readyz`. */
export interface ReadinessReport {
  status: "ready" | "not ready" | "stopping";
  parts: Record<string, "ready" | "not ready">;
}

/** How long a part may take to answer, in milliseconds: below the usual second of a load balancer's probe. */
const CHECK_TIMEOUT_MS = 800;

/** Watches the named parts, e.g. `{ database: () => database.ping() }`; each resolves when it works. */
export function createReadiness(deps: {
  checks: Readonly<Record<string, () => Promise<void>>>;
  clock: Clock;
  logger: Logger;
}): Readiness {
  let stopping = false;

  async function checkPart(name: string, check: () => Promise<void>): Promise<boolean> {
    const given = new AbortController();
    const tooLong = deps.clock.sleep(CHECK_TIMEOUT_MS, given.signal).then(
      () => "no answer in time",
      () => undefined,
    );
    const failure = await Promise.race([
      check().then(
        () => undefined,
        (error: unknown) => error ?? "failed",
      ),
      tooLong,
    ]);
    given.abort();
    if (failure !== undefined) deps.logger.warn({ part: name, err: failure }, "a part is not ready");
    return failure === undefined;
  }

  return {
    async check() {
      const parts: ReadinessReport["parts"] = {};
      if (stopping) return { status: "stopping", parts };
      await Promise.all(
        Object.entries(deps.checks).map(async ([name, check]) => {
          parts[name] = (await checkPart(name, check)) ? "ready" : "not ready";
        }),
      );
      const ready = Object.values(parts).every((state) => state === "ready");
      return { status: stopping ? "stopping" : ready ? "ready" : "not ready", parts };
    },
    stop() {
      stopping = true;
    },
  };
}

/**
 * `/healthz` (the process answers: 200 until it ends), `/readyz` (503 with the part that is missing, or while
 * stopping) and `/metrics` for Prometheus.
 */
export function createHealthRouter(deps: { readiness: Readiness; metrics: Metrics }): Router {
  const router = Router();
  router.get("/healthz", (_request, response) => {
    answer(response, 200, { status: "alive" });
  });
  router.get("/readyz", async (_request, response) => {
    const report = await deps.readiness.check();
    answer(response, report.status === "ready" ? 200 : 503, report);
  });
  router.get("/metrics", async (_request, response) => {
    const { contentType, text } = await deps.metrics.expose();
    response.setHeader("Cache-Control", "no-store");
    response.type(contentType).send(text);
  });
  return router;
}

function answer(response: Response, status: number, body: unknown): void {
  response.status(status).setHeader("Cache-Control", "no-store").json(body);
}
