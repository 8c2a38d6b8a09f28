import { ConnectorError } from "../../connectors/errors.js";
import type { Database } from "../../persistence/database.js";
import { type EventHint, endEventHint, postponeEventHint } from "../../persistence/event-store.js";
import type { Clock } from "../../platform/clock.js";
import type { OpenConnections } from "../connections/connection-at-work.js";
import { InvalidConnectionError } from "../connections/connection-errors.js";
import type { AdoptValues } from "../reconciliation/adopt-values.js";
import { createVendorReader } from "../reconciliation/vendor-reader.js";
import { runForRecord } from "./event-run.js";
import { lookAtRecord, type Sight } from "./look-at-record.js";

/**
 * What became of a look: what it showed (`Sight`), or
 *
 * - `repaired`: what differed or was gone was noted in a run, and is dealt with by the connection's policy
 * - `later`: its delivery is on its way, or the vendor did not answer; it is looked at again
 * - `given-up`: the same for the last time; the next run of the whole company finds what there is
 * - `scope-shrunk`: it cannot be found, and the app sees less than it did, so nothing follows from that
 */
export type LookOutcome =
  | Exclude<Sight["kind"], "moving" | "missing" | "news">
  | "repaired"
  | "later"
  | "given-up"
  | "scope-shrunk";

/** A look at a record. */
export interface LookNote {
  connector: string;
  connectionId: string;
  correlationId: string;
  eventType: string;
  resourceType: string;
  outcome: LookOutcome;
}

/** What looks are made with. */
export interface LookAtHintsDeps {
  database: Database;
  clock: Clock;
  connections: OpenConnections;
  adoptValues: AdoptValues;
  /** Makes ids of runs that keep their order. */
  nextRunId(at: Date): string;
  onLook(note: LookNote): void;
}

/** Looks at one record before it is left to the next run, and the pauses between two: half an hour in all. */
const MAX_LOOKS = 12;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 300_000;

/**
 * Looks at records of one connection that events named, one after the other, and ends their hints. Those that `signal`
 * keeps from being looked at are due again at once.
 */
export async function lookAtHints(
  deps: LookAtHintsDeps,
  hints: readonly EventHint[],
  signal: AbortSignal,
): Promise<void> {
  const { database, clock } = deps;
  const [first] = hints;
  if (first === undefined) return;
  const opened = await open(deps, first, signal);
  // Departments first: a person may have been moved into one that is new to us.
  const inOrder = [...hints].sort((a, b) => (a.resourceType < b.resourceType ? -1 : 1));
  for (const hint of inOrder) {
    if (signal.aborted) await postponeEventHint(database, hint, clock.now());
    else await settle(hint, await outcomeOf(opened, hint));
  }

  async function outcomeOf(at: typeof opened, hint: EventHint): Promise<LookOutcome> {
    if (at === undefined) return "later";
    try {
      const sight = await lookAtRecord(at, hint);
      if (sight.kind === "moving") return "later";
      if (sight.kind !== "missing" && sight.kind !== "news") return sight.kind;
      const end = await runForRecord(at, hint, sight);
      return end === "done" ? "repaired" : end === "nothing" ? "later" : end;
    } catch (error) {
      if (error instanceof ConnectorError || signal.aborted) return "later";
      throw error;
    }
  }

  async function settle(hint: EventHint, outcome: LookOutcome): Promise<void> {
    const isLast = hint.looks >= MAX_LOOKS;
    if (outcome === "later" && !isLast) {
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (hint.looks - 1));
      await postponeEventHint(database, hint, new Date(clock.now().getTime() + pause));
    } else await endEventHint(database, hint);
    const { connectionId, correlationId, eventType, resourceType } = hint;
    deps.onLook({
      ...{ connectionId, correlationId, eventType, resourceType },
      connector: opened?.connection.descriptor.id ?? "none",
      outcome: outcome === "later" && isLast ? "given-up" : outcome,
    });
  }
}

/** The connection with what it lets us see at the moment; undefined where the vendor does not answer it. */
async function open(deps: LookAtHintsDeps, hint: EventHint, signal: AbortSignal) {
  const { tenantId, connectionId, correlationId } = hint;
  try {
    const connection = await deps.connections.use(tenantId, connectionId);
    const context = { correlationId, signal };
    const reader = createVendorReader(connection.session, { clock: deps.clock, context });
    return { ...deps, connection, reader, scope: await reader.scope() };
  } catch (error) {
    const isPassing = error instanceof ConnectorError || error instanceof InvalidConnectionError;
    if (isPassing || signal.aborted) return undefined;
    throw error;
  }
}
