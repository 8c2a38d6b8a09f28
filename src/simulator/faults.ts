import { z } from "zod";
import type { Clock } from "../platform/clock.js";
import { newId } from "../platform/ids.js";
import type { Parameters } from "./parameters.js";
import { matchesPath } from "./path-pattern.js";

/** Which calls a fault is for. Without any of these: every call, for ever. */
const aim = {
  /** Exact path, or a prefix ending in `*`. */
  path: z.string().optional(),
  /** Parameters the call must carry with these values, such as `{ userid: "u1" }`. */
  matching: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /** Let this many matching calls pass first. */
  skip: z.int().min(0).optional(),
  /** Hit this many calls, then no more. */
  times: z.int().min(1).optional(),
  /** Hit calls for this long after the fault was planned, milliseconds. */
  forMs: z.int().min(1).optional(),
};

/** `before`: the call is not performed (default). `after`: it takes effect, and its answer is replaced or lost. */
const when = z.enum(["before", "after"]).optional();

const faultSchema = z.discriminatedUnion("kind", [
  /** Answers this error. Numbers are wrapped as DingTalk would unless `envelope` says; v1.0 paths take text codes. */
  z.strictObject({
    kind: z.literal("error"),
    code: z.union([z.int(), z.string().min(1)]),
    message: z.string().optional(),
    envelope: z.enum(["plain", "88"]).optional(),
    status: z.int().min(200).max(599).optional(),
    when,
    ...aim,
  }),
  /** "System busy": `errcode` -1, or 429 `system.busy` on v1.0. */
  z.strictObject({ kind: z.literal("busy"), when, ...aim }),
  /** Over the limit, as if the path had been called too often; 90002 is the platform-wide one. */
  z.strictObject({
    kind: z.literal("throttle"),
    code: z.union([z.literal(90018), z.literal(90002)]).optional(),
    ...aim,
  }),
  /** Breaks the connection without an answer. */
  z.strictObject({ kind: z.literal("reset"), when, ...aim }),
  /** Never answers; the connection stays open. */
  z.strictObject({ kind: z.literal("hang"), when, ...aim }),
  /** Waits on the simulator's clock, milliseconds; combines with another fault on the same call. */
  z.strictObject({ kind: z.literal("delay"), ms: z.int().min(0), when, ...aim }),
  /** Answers a page instead of JSON. */
  z.strictObject({ kind: z.literal("html"), status: z.int().min(200).max(599).optional(), when, ...aim }),
  /** Answers what a banned address gets: `{"status":1111,...}`. */
  z.strictObject({ kind: z.literal("ban"), ...aim }),
  /** Answers exactly this. */
  z.strictObject({
    kind: z.literal("answer"),
    status: z.int().min(200).max(599),
    body: z.string(),
    contentType: z.string().optional(),
    when,
    ...aim,
  }),
]);

/** A disturbance to happen on demand. */
export type Fault = z.infer<typeof faultSchema>;

/** A fault that takes the place of the answer. */
export type Strike = Exclude<Fault, { kind: "delay" }>;

/** A fault in the plan and what became of it. */
export interface PlannedFault {
  readonly id: string;
  readonly fault: Fault;
  /** Calls it matched, those that were let pass included. */
  readonly seen: number;
  readonly hits: number;
  /** False once its number of calls or its time is used up. */
  readonly live: boolean;
}

/** The disturbances to come. */
export interface FaultPlan {
  /**
   * Plans a fault and answers its id.
   * @throws z.ZodError when the fault is not well formed.
   */
  add(fault: Fault): string;
  /** Takes a fault out of the plan; false when there is no such id. */
  remove(id: string): boolean;
  clear(): void;
  list(): readonly PlannedFault[];
}

/** The faults that hit one call: all delays, and the first planned of the others. */
export interface Hit {
  readonly delaysMs: { readonly before: number; readonly after: number };
  readonly strike: Strike | undefined;
  readonly kinds: readonly string[];
}

/** The plan with the side the server uses. */
export interface FaultInjector {
  readonly plan: FaultPlan;
  /** The faults for this call; counts them as used. */
  take(path: string, parameters: Parameters): Hit;
}

interface Entry {
  id: string;
  fault: Fault;
  seen: number;
  hits: number;
  plannedMs: number;
}

/** Makes an empty plan. */
export function createFaultInjector(deps: { clock: Clock }): FaultInjector {
  const entries = new Map<string, Entry>();
  const now = () => deps.clock.now().getTime();
  const isLive = ({ fault, hits, plannedMs }: Entry) =>
    (fault.times === undefined || hits < fault.times) &&
    (fault.forMs === undefined || now() < plannedMs + fault.forMs);

  return {
    plan: {
      add(fault) {
        const id = newId();
        entries.set(id, { id, fault: faultSchema.parse(fault), seen: 0, hits: 0, plannedMs: now() });
        return id;
      },
      remove: (id) => entries.delete(id),
      clear: () => entries.clear(),
      list: () => [...entries.values()].map((entry) => ({ ...pick(entry), live: isLive(entry) })),
    },
    take(path, parameters) {
      const delaysMs = { before: 0, after: 0 };
      const kinds: string[] = [];
      let strike: Strike | undefined;
      for (const entry of entries.values()) {
        const { fault } = entry;
        if (!isLive(entry) || !isAimedAt(fault, path, parameters)) continue;
        // Only one fault can take the place of an answer; a second one waits for the next call.
        if (fault.kind !== "delay" && strike !== undefined) continue;
        entry.seen += 1;
        if (entry.seen <= (fault.skip ?? 0)) continue;
        entry.hits += 1;
        kinds.push(fault.kind);
        if (fault.kind === "delay") delaysMs[fault.when ?? "before"] += fault.ms;
        else strike = fault;
      }
      return { delaysMs, strike, kinds };
    },
  };
}

/**
 * Reads a fault that arrived as JSON.
 * @throws z.ZodError when it is not well formed.
 */
export function parseFault(value: unknown): Fault {
  return faultSchema.parse(value);
}

function isAimedAt(fault: Fault, path: string, parameters: Parameters): boolean {
  if (!matchesPath(fault.path, path)) return false;
  const conditions = Object.entries(fault.matching ?? {});
  return conditions.every(([name, value]) => String(parameters.get(name)) === String(value));
}

function pick({ id, fault, seen, hits }: Entry) {
  return { id, fault, seen, hits };
}
