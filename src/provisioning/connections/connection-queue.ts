import { DEFAULT_RATE_PER_SECOND } from "../../connectors/pacer.js";
import type { Connection } from "../../persistence/connection-store.js";
import type { Queryable } from "../../persistence/database.js";
import { CREATES_STOPPED } from "../trouble/create-stop.js";

/** What waits at a connection, and how long it will take. */
export interface ConnectionQueue {
  /** Deliveries that are due, in progress, or wait for another one. */
  pending: number;
  /**
   * Seconds until nothing waits, at the pace of the last minute; where little was delivered in it, at the configured
   * rate. Those who wait for the vendor to take people again are left out. Null where nothing moves: the connection is
   * off or in quarantine, or only they wait.
   */
  estimatedDrainSeconds: number | null;
  /** While the vendor has no room for more people: when the next is tried, and how many wait. Null as a rule. */
  createsStopped: { until: Date; waiting: number } | null;
}

/** What is measured over, in milliseconds. */
const MEASURED_MS = 60_000;
/** Fewer deliveries than that tell nothing about the pace. */
const ENOUGH = 10;

interface QueueRow {
  pending: string;
  settled: string;
  first_at: Date | null;
  stopped_until: Date | null;
  unadded: string;
}

/** Counts the queue of a connection: one pass over its deliveries. */
export async function measureQueue(
  db: Queryable,
  connection: Connection,
  now: Date,
): Promise<ConnectionQueue> {
  const [row] = await db.query<QueueRow>(
    `select count(*) filter (where state in ('pending', 'claimed', 'blocked')) as pending,
            count(*) filter (where settled_at > $3 and state = 'synced') as settled,
            min(settled_at) filter (where settled_at > $3 and state = 'synced') as first_at,
            count(*) filter (where state = 'pending' and reason->>'code' = $4) as unadded,
            (select stopped_until from create_stop where tenant_id = $1 and connection_id = $2) as stopped_until
       from delivery where tenant_id = $1 and connection_id = $2`,
    [connection.tenantId, connection.id, new Date(now.getTime() - MEASURED_MS), CREATES_STOPPED],
  );
  const pending = Number(row?.pending ?? 0);
  const until = row?.stopped_until ?? null;
  const waiting = until === null ? 0 : Number(row?.unadded ?? 0);
  return {
    pending,
    estimatedDrainSeconds: pending === 0 ? 0 : drainSeconds(connection, pending - waiting, row, now),
    createsStopped: until === null ? null : { until, waiting },
  };
}

/** How long some deliveries take; null where nothing moves. */
function drainSeconds(
  connection: Connection,
  moving: number,
  row: QueueRow | undefined,
  now: Date,
): number | null {
  if (!connection.enabled || connection.pauseCount > 0 || moving === 0) return null;
  const settled = Number(row?.settled ?? 0);
  const overMs = now.getTime() - (row?.first_at?.getTime() ?? now.getTime());
  const configured = Number(connection.config["ratePerSecond"]);
  const cap = configured > 0 ? configured : DEFAULT_RATE_PER_SECOND;
  const perSecond = settled >= ENOUGH && overMs > 0 ? (settled * 1_000) / overMs : cap;
  return Math.ceil(moving / perSecond);
}
