import type { Connector, ConnectorSession, Rehearsal, VendorCall } from "../../connectors/connector.js";
import type { Connection } from "../../persistence/connection-store.js";
import type { Clock } from "../../platform/clock.js";
import { PlanBusyError } from "./plan-errors.js";
import { AnswerMissing, createVendorReads, type VendorReads } from "./vendor-reads.js";

/** What rehearsals are opened with. */
export interface RehearsalDeps {
  clock: Clock;
  connectors: { get(id: string): Connector | undefined };
  openSession(
    connection: Connection,
    options: { onCall: (call: VendorCall) => void; rehearsal: Rehearsal },
  ): ConnectorSession;
  /** Told of the reads, which are calls of the vendor like any other. */
  onCall(call: VendorCall, connector: string): void;
}

/** A connection on which deliveries can be rehearsed. */
export interface OpenRehearsal {
  connection: Connection;
  session: ConnectorSession;
  reads: VendorReads;
}

/** Each run of a rehearsal asks what follows from the answers before; a person takes three or four. */
const MAX_RUNS = 30;

/**
 * Opens rehearsals on these connections and runs `work` on them until no answer of a vendor is missing any more. What the
 * last run came to is the result. A run may end early with {@link AnswerMissing}.
 * @throws VendorSilentError, PlanBusyError
 */
export async function rehearsing<Result>(
  deps: RehearsalDeps,
  connections: readonly Connection[],
  work: (open: OpenRehearsal[]) => Promise<Result>,
): Promise<Result> {
  const open: OpenRehearsal[] = [];
  try {
    for (const connection of connections) open.push(openRehearsal(deps, connection));
    for (let run = 0; run < MAX_RUNS; run += 1) {
      for (const { reads } of open) reads.rehearsal.written.clear();
      const made = await unlessAnswersAreMissing(work(open));
      const fetched = await Promise.all(open.map(({ reads }) => reads.fetch()));
      if (made !== undefined && fetched.every((count) => count === 0)) return made.result;
    }
    throw new PlanBusyError("The vendor's answers kept leading to further questions; plan less at once.");
  } finally {
    await Promise.all(open.map(({ session }) => session.close()));
  }
}

/** @throws AnswerMissing where something that was asked for is not known yet */
export function requireAnswers(open: readonly OpenRehearsal[]): void {
  if (open.some(({ reads }) => reads.isMissing())) throw new AnswerMissing();
}

function openRehearsal(deps: RehearsalDeps, connection: Connection): OpenRehearsal {
  const reads = createVendorReads(deps.clock);
  const session = deps.openSession(connection, {
    onCall: (call) => {
      if (call.planned !== true) deps.onCall(call, connection.connector);
    },
    rehearsal: reads.rehearsal,
  });
  return { connection, session, reads };
}

async function unlessAnswersAreMissing<Result>(
  run: Promise<Result>,
): Promise<{ result: Result } | undefined> {
  try {
    return { result: await run };
  } catch (error) {
    if (error instanceof AnswerMissing) return undefined;
    throw error;
  }
}
