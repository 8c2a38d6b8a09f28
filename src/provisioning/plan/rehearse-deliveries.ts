import type { Connector, ConnectorSession } from "../../connectors/connector.js";
import { orderDeliveries } from "../../outbox/append.js";
import { claimDeliveriesOf } from "../../outbox/claim.js";
import type { ClaimedDelivery } from "../../outbox/delivery.js";
import type { Database } from "../../persistence/database.js";
import { createOpenConnections } from "../connections/open-connections.js";
import type { Decision } from "../decide/decision.js";
import type { Subject } from "../decide/subject.js";
import { createDeliver, type DeliverySettled } from "../deliver.js";
import type { Settlement } from "../settle-delivery.js";
import { createRehearsalClock } from "./rehearsal-clock.js";
import { AnswerMissing } from "./vendor-reads.js";

/** What a rehearsal works with. */
export interface RehearsalInput {
  /** Nothing of what is written here may be kept. */
  trial: Database;
  connectors: { get(id: string): Connector | undefined };
  /** A session that rehearses. */
  session: ConnectorSession;
  tenantId: string;
  connectionId: string;
  /** The resources to deliver. */
  resourceIds: readonly string[];
  /** Whether their deliveries are ordered already, within the trial. */
  isOrdered?: boolean;
  now: Date;
  correlationId: string;
  /** Most deliveries carried out, counting each time that one is. */
  maxSteps: number;
}

/** One time that a resource was delivered in a rehearsal. */
export interface RehearsedStep {
  delivery: ClaimedDelivery;
  subject: Subject;
  decision: Decision;
  settlement: Settlement;
}

/** What came of a rehearsal. */
export interface Rehearsed {
  /** In the order in which they happened. */
  steps: RehearsedStep[];
  /** Whether the steps did not suffice. */
  truncated: boolean;
}

/** As many as a worker takes at once. */
const CLAIMED_AT_ONCE = 12;
/** Longer than any rehearsal: nobody takes a delivery back. */
const LEASE_MS = 3_600_000;

/**
 * Delivers resources with the engine's own code, one after the other, as a worker would if they were due now: on a
 * database of which nothing is kept, to a session that sends nothing, on a clock that jumps to whatever is due next. What
 * one of them has to wait for (its department, those still in it) is delivered too.
 */
export async function rehearseDeliveries(input: RehearsalInput): Promise<Rehearsed> {
  const { trial, tenantId, connectionId } = input;
  const clock = createRehearsalClock(input.now);
  const steps: RehearsedStep[] = [];
  const known = new Set<string>();
  const decided = new Map<string, { subject: Subject; decision: Decision }>();
  const wanted = new Set(input.resourceIds);
  let isOrdered = input.isOrdered === true;

  const deliver = createDeliver({
    database: trial,
    clock,
    random: () => 0.5,
    connections: createOpenConnections({
      database: trial,
      connectors: input.connectors,
      openSession: () => input.session,
      onCall: () => undefined,
    }),
    onDecided: (delivery, subject, decision) => void decided.set(delivery.id, { subject, decision }),
    onSettled: ({ delivery, settlement }: DeliverySettled) => {
      const found = decided.get(delivery.id);
      if (found !== undefined) steps.push({ delivery, ...found, settlement });
      for (const id of prerequisites(settlement)) if (!known.has(id)) wanted.add(id);
    },
  });

  async function order(): Promise<void> {
    const resourceIds = [...wanted];
    wanted.clear();
    for (const id of resourceIds) known.add(id);
    const { correlationId } = input;
    const ordering = { tenantId, connectionId, correlationId, now: clock.now(), resourceIds };
    if (!isOrdered) await trial.transaction((tx) => orderDeliveries(tx, ordering));
    isOrdered = false;
    // One that a worker has at this moment is put back by its settle, since it was ordered anew.
    await trial.query(
      `update delivery set state = 'pending', lease_id = null, lease_until = null
        where tenant_id = $1 and connection_id = $2 and resource_id = any($3::uuid[]) and state = 'claimed'`,
      [tenantId, connectionId, resourceIds],
    );
  }

  const claim = () =>
    claimDeliveriesOf(trial, {
      tenantId,
      connectionId,
      resourceIds: [...known],
      now: clock.now(),
      leaseMs: LEASE_MS,
      limit: CLAIMED_AT_ONCE,
    });

  for (let count = 0; ; ) {
    if (wanted.size > 0) await order();
    const claimed = await claim();
    if (claimed.length === 0) {
      const at = await nextDue(trial, input, [...known]);
      if (at === undefined) return { steps, truncated: false };
      clock.moveTo(at);
    }
    for (const delivery of claimed) {
      count += 1;
      if (count > input.maxSteps) return { steps, truncated: true };
      clock.tick();
      await untilAnswerIsMissing(deliver(delivery, new AbortController().signal));
    }
  }
}

/** What misses an answer stays claimed, and those that wait for it wait on, until the rehearsal is begun anew. */
async function untilAnswerIsMissing(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof AnswerMissing)) throw error;
  }
}

/** Whom a delivery waits for without being able to go on. */
function prerequisites({ outcome }: Settlement): string[] {
  return outcome.kind === "blocked" ? outcome.awaited.map((one) => one.resourceId) : [];
}

async function nextDue(
  trial: Database,
  { tenantId, connectionId }: RehearsalInput,
  resourceIds: string[],
): Promise<Date | undefined> {
  const rows = await trial.query<{ at: Date | null }>(
    `select min(next_attempt_at) as at from delivery
      where tenant_id = $1 and connection_id = $2 and resource_id = any($3::uuid[]) and state = 'pending'`,
    [tenantId, connectionId, resourceIds],
  );
  return rows[0]?.at ?? undefined;
}
