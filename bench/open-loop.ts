import { setTimeout as pause } from "node:timers/promises";
import { Pool } from "undici";
import type { Contestant } from "./contestants.js";
import type { ScenarioRequest } from "./scenarios/scenario.js";

/** Requests that arrive when they arrive, whether or not the server has answered the ones before. */
export interface ArrivalPlan {
  next(connection: number): ScenarioRequest | undefined;
  /** Arrivals a second, evenly spaced. */
  perSecond: number;
  durationMs: number;
}

/** More than are ever under way at once, so that no request waits for a connection of ours. */
const CONNECTIONS = 16;

/**
 * Sends the requests at their times and returns the latency of each in milliseconds, counted from the time at which it
 * was due: a server that falls behind cannot hide it.
 * @throws Error with the first answer that is not what it must be
 */
export async function runArrivals(contestant: Contestant, plan: ArrivalPlan): Promise<number[]> {
  const pool = new Pool(contestant.url, { connections: CONNECTIONS, pipelining: 1 });
  const headers = { ...contestant.headers, "content-type": "application/scim+json" };
  const latenciesMs: number[] = [];
  const sent: Promise<void>[] = [];
  const count = Math.floor((plan.perSecond * plan.durationMs) / 1_000);
  const startedAt = performance.now();

  async function send(request: ScenarioRequest, dueAt: number): Promise<void> {
    const { method, path, body } = request;
    const answer = await pool.request({ method, path, headers, ...(body !== undefined && { body }) });
    const text = await answer.body.text();
    latenciesMs.push(performance.now() - dueAt);
    if (answer.statusCode === request.status && request.isRight(text)) return;
    throw new Error(`${method} ${path} was answered wrongly: ${answer.statusCode} ${text.slice(0, 500)}`);
  }

  try {
    for (let number = 0; number < count; number += 1) {
      const dueAt = startedAt + (number * 1_000) / plan.perSecond;
      await pause(Math.max(0, dueAt - performance.now()));
      const request = plan.next(number % CONNECTIONS);
      if (request !== undefined) sent.push(send(request, dueAt));
    }
    await Promise.all(sent);
    return latenciesMs;
  } finally {
    await pool.destroy();
  }
}
