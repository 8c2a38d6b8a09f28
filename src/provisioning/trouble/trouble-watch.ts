/** What a delivery that called the vendor met: an answer of any kind, or trouble of the way or of the vendor itself. */
export interface ObservedDelivery {
  startedAt: Date;
  endedAt: Date;
  trouble: boolean;
}

/** Says when single failures add up to a connection that does not work. */
export interface TroubleWatch {
  /** Takes one in. Answers whether the connection should rest now; then it begins to count anew. */
  observe(connectionId: string, delivery: ObservedDelivery): boolean;
  /**
   * Takes in whether a delivery was refused as outside of what the app may see. Answers whether so many in a row were
   * that the app's scope must have changed; then it begins to count anew.
   */
  observeScope(connectionId: string, refused: boolean): boolean;
}

/** So many failures in a row, or this share of so many deliveries at least (the defaults adopted from comparable projects). */
const IN_A_ROW = 10;
const SHARE = 0.4;
const SHARE_OF_AT_LEAST = 40;
/** The share is that of the latest deliveries, and of none before ten minutes ago. */
const LATEST = 100;
const WITHIN_MS = 600_000;

interface Seen {
  inARow: number;
  /** End of the last failure that was counted in a row. */
  countedUntil: number;
  latest: { at: number; trouble: boolean }[];
}

/**
 * A watch within this process: each worker sees its own deliveries, and any one of them may let the connection rest.
 * A break that hits all deliveries in flight is one failure in a row, not twelve: one counts only if it began after the
 * last that counted was over.
 */
export function createTroubleWatch(): TroubleWatch {
  const connections = new Map<string, Seen>();
  const outOfScope = new Map<string, number>();
  return {
    observeScope(connectionId, refused) {
      const inARow = refused ? (outOfScope.get(connectionId) ?? 0) + 1 : 0;
      const rest = inARow >= IN_A_ROW;
      if (rest || inARow === 0) outOfScope.delete(connectionId);
      else outOfScope.set(connectionId, inARow);
      return rest;
    },
    observe(connectionId, { startedAt, endedAt, trouble }) {
      const seen = connections.get(connectionId) ?? { inARow: 0, countedUntil: 0, latest: [] };
      connections.set(connectionId, seen);
      const now = endedAt.getTime();
      seen.latest.push({ at: now, trouble });
      while (seen.latest.length > LATEST || (seen.latest[0]?.at ?? now) < now - WITHIN_MS)
        seen.latest.shift();
      if (!trouble) seen.inARow = 0;
      else if (startedAt.getTime() >= seen.countedUntil) {
        seen.inARow += 1;
        seen.countedUntil = now;
      }
      const rest = trouble && (seen.inARow >= IN_A_ROW || isShareTooHigh(seen));
      if (rest) connections.delete(connectionId);
      return rest;
    },
  };
}

function isShareTooHigh({ latest }: Seen): boolean {
  if (latest.length < SHARE_OF_AT_LEAST) return false;
  return latest.filter(({ trouble }) => trouble).length >= SHARE * latest.length;
}
