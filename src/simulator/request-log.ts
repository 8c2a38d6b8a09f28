import type { Clock } from "../platform/clock.js";
import { matchesPath } from "./path-pattern.js";

/** One call that reached the simulator. */
export interface LoggedRequest {
  /** 1 for the first call since the start or the last clear. */
  readonly sequence: number;
  /** ISO 8601 time of arrival. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  /** Parameters of the query (GET) or the body (POST) without tokens and secrets; empty when it was unreadable. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The caller's `x-correlation-id`, `x-request-id` or `traceparent`, whichever came first in that order. */
  readonly correlationId: string | undefined;
  readonly state: "pending" | "answered" | "reset" | "hung";
  /** HTTP status of the answer, if one was given. */
  readonly status: number | undefined;
  /** 0, the code a client should act on (88 unwrapped), the newer API's text code, or `html`. */
  readonly code: number | string | undefined;
  /** Whether the call took effect: true for a lost answer after the change, false for a refusal. */
  readonly applied: boolean;
  /** The kinds of the planned faults that hit the call. */
  readonly faults: readonly string[];
  /** From the complete arrival to the answer, milliseconds of the simulator's clock. */
  readonly durationMs: number | undefined;
}

/** Which calls are meant; every condition given must hold. */
export interface RequestFilter {
  /** Exact path, or a prefix ending in `*`. */
  path?: string | undefined;
  code?: number | string | undefined;
  correlationId?: string | undefined;
  /** Only calls with a greater sequence number. */
  after?: number | undefined;
  where?: ((request: LoggedRequest) => boolean) | undefined;
}

/** What was called, latest 50,000 calls. A filter may be given as a bare path. */
export interface RequestLog {
  all(filter?: string | RequestFilter): readonly LoggedRequest[];
  count(filter?: string | RequestFilter): number;
  /** The most calls that arrived within any 1,000 ms. */
  maxPerSecond(filter?: string | RequestFilter): number;
  /** The most calls that were under way at the same moment. */
  maxConcurrent(filter?: string | RequestFilter): number;
  /** How often each code was answered; a call still pending counts as `pending`, a lost one by its state. */
  codes(filter?: string | RequestFilter): Readonly<Record<string, number>>;
  /** Every path called, with its numbers. */
  summary(): readonly PathSummary[];
  clear(): void;
}

/** The numbers of one path. */
export interface PathSummary {
  readonly path: string;
  readonly count: number;
  readonly maxPerSecond: number;
  readonly maxConcurrent: number;
  readonly codes: Readonly<Record<string, number>>;
}

/** What is known when a call arrives. */
export type Arrived = Pick<LoggedRequest, "method" | "path" | "parameters" | "correlationId">;

/** What is known when a call is done with. */
export type Finished = Pick<LoggedRequest, "state" | "status" | "code" | "applied" | "faults">;

/** The writing side, for the server. */
export interface RequestRecorder {
  readonly log: RequestLog;
  /** Enters a call as pending and answers the function that completes the entry. */
  begin(arrived: Arrived): (finished: Finished) => void;
}

interface Entry extends LoggedRequest {
  readonly arrivedMs: number;
  /** Positions in the order of all arrivals and ends: exact where two fall in one millisecond. */
  readonly startTick: number;
  endTick: number;
}

const KEPT_REQUESTS = 50_000;

/** Makes an empty log. */
export function createRequestRecorder(deps: { clock: Clock }): RequestRecorder {
  let entries: Entry[] = [];
  let sequence = 0;
  let ticks = 0;

  const select = (filter: string | RequestFilter | undefined): Entry[] => {
    const kept = entries.slice(-KEPT_REQUESTS);
    const wanted: RequestFilter = typeof filter === "string" ? { path: filter } : (filter ?? {});
    return kept.filter((entry) => isWanted(wanted, entry));
  };

  const log: RequestLog = {
    all: (filter) => select(filter),
    count: (filter) => select(filter).length,
    maxPerSecond: (filter) => mostWithin(select(filter), 1_000),
    maxConcurrent: (filter) => mostAtOnce(select(filter)),
    codes: (filter) => tallyCodes(select(filter)),
    summary: () => summarise(select(undefined)),
    clear: () => {
      entries = [];
      sequence = 0;
    },
  };

  return {
    log,
    begin(arrived) {
      sequence += 1;
      ticks += 1;
      const arrivedAt = deps.clock.now();
      const entry: Entry = {
        sequence,
        at: arrivedAt.toISOString(),
        ...arrived,
        state: "pending",
        status: undefined,
        code: undefined,
        applied: false,
        faults: [],
        durationMs: undefined,
        arrivedMs: arrivedAt.getTime(),
        startTick: ticks,
        endTick: Number.POSITIVE_INFINITY,
      };
      entries.push(entry);
      // Cut in halves, not one by one: shifting a long array for each call would cost more than the call.
      if (entries.length >= 2 * KEPT_REQUESTS) entries = entries.slice(-KEPT_REQUESTS);
      return (finished) => {
        ticks += 1;
        const durationMs = deps.clock.now().getTime() - entry.arrivedMs;
        Object.assign(entry, finished, { durationMs, endTick: ticks });
      };
    },
  };
}

function isWanted(filter: RequestFilter, entry: LoggedRequest): boolean {
  if (!matchesPath(filter.path, entry.path)) return false;
  if (filter.code !== undefined && String(filter.code) !== String(entry.code)) return false;
  if (filter.correlationId !== undefined && filter.correlationId !== entry.correlationId) return false;
  if (filter.after !== undefined && entry.sequence <= filter.after) return false;
  return filter.where?.(entry) ?? true;
}

function mostWithin(entries: readonly Entry[], windowMs: number): number {
  const times = entries.map((entry) => entry.arrivedMs).sort((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [last, time] of times.entries()) {
    while ((times[first] ?? time) <= time - windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

function mostAtOnce(entries: readonly Entry[]): number {
  const steps = entries.flatMap((entry) => [
    { tick: entry.startTick, step: 1 },
    { tick: entry.endTick, step: -1 },
  ]);
  steps.sort((a, b) => (a.tick < b.tick ? -1 : a.tick > b.tick ? 1 : 0));
  let most = 0;
  let running = 0;
  for (const { step } of steps) {
    running += step;
    most = Math.max(most, running);
  }
  return most;
}

function tallyCodes(entries: readonly Entry[]): Record<string, number> {
  const tally = new Map<string, number>();
  for (const entry of entries) {
    const code = entry.state === "answered" ? String(entry.code) : entry.state;
    tally.set(code, (tally.get(code) ?? 0) + 1);
  }
  return Object.fromEntries(tally);
}

function summarise(entries: readonly Entry[]): PathSummary[] {
  const byPath = new Map<string, Entry[]>();
  for (const entry of entries) {
    const list = byPath.get(entry.path) ?? [];
    list.push(entry);
    byPath.set(entry.path, list);
  }
  return [...byPath].map(([path, list]) => ({
    path,
    count: list.length,
    maxPerSecond: mostWithin(list, 1_000),
    maxConcurrent: mostAtOnce(list),
    codes: tallyCodes(list),
  }));
}
