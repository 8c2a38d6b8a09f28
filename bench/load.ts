import { Pool } from "undici";
import type { Contestant } from "./contestants.js";
import type { ScenarioRequest } from "./scenarios/scenario.js";

/** How much load to give. */
export interface LoadPlan {
  /** The next request of one of the connections, or undefined when there are no more. */
  next(connection: number): ScenarioRequest | undefined;
  connections: number;
  durationMs: number;
}

/** What came of it. */
export interface LoadResult {
  operations: number;
  /** Resources that the requests stood for. */
  resources: number;
  /** Deliveries that they order where a connection is enabled. */
  orders: number;
  seconds: number;
  /** Of every request, in milliseconds, from sending it to having read its answer. */
  latenciesMs: number[];
}

/** Waiting for one answer longer than this ends the bench. */
const ANSWER_LIMIT_MS = 20_000;

/**
 * A closed loop: each connection, kept alive, sends its next request when the answer before is read and checked.
 * Ends when the time is up or the requests have run out.
 * @throws Error with the first answer that is not what it must be
 */
export async function runLoad(contestant: Contestant, plan: LoadPlan): Promise<LoadResult> {
  const pool = new Pool(contestant.url, {
    connections: plan.connections,
    pipelining: 1,
    headersTimeout: ANSWER_LIMIT_MS,
    bodyTimeout: ANSWER_LIMIT_MS,
  });
  const headers = { ...contestant.headers, "content-type": "application/scim+json" };
  const latenciesMs: number[] = [];
  let failed = false;
  let resources = 0;
  let orders = 0;
  const startedAt = performance.now();
  const deadline = startedAt + plan.durationMs;

  async function run(connection: number): Promise<void> {
    for (let sentAt = performance.now(); sentAt < deadline && !failed; sentAt = performance.now()) {
      const sent = plan.next(connection);
      if (sent === undefined) return;
      const { method, path, body } = sent;
      const answer = await pool.request({ method, path, headers, ...(body !== undefined && { body }) });
      const text = await answer.body.text();
      latenciesMs.push(performance.now() - sentAt);
      resources += sent.resources ?? 1;
      orders += sent.orders ?? 0;
      if (answer.statusCode === sent.status && sent.isRight(text)) continue;
      failed = true;
      throw new Error(
        `${method} ${path} was answered wrongly: ${answer.statusCode} ${text.slice(0, 500)} (expected ${sent.status})`,
      );
    }
  }

  try {
    await Promise.all(Array.from({ length: plan.connections }, (_, connection) => run(connection)));
    const seconds = (performance.now() - startedAt) / 1_000;
    return { operations: latenciesMs.length, resources, orders, seconds, latenciesMs };
  } finally {
    await pool.destroy();
  }
}
