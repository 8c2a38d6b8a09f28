import {
  DECREASE,
  LEAST_SHARE,
  ONE_REFUSAL_MS,
  RECOVERY_PER_SECOND,
} from "../../connectors/adaptive-rate.js";
import type { Pacer } from "../../connectors/connector.js";
import type { Queryable } from "../../persistence/database.js";
import { closedUntil, penaliseSlot, reserveSlot } from "../../persistence/rate-slot-store.js";
import type { Clock } from "../../platform/clock.js";

const SHARE_RULES = {
  decrease: DECREASE,
  least: LEAST_SHARE,
  recoveryPerSecond: RECOVERY_PER_SECOND,
  oneRefusalMs: ONE_REFUSAL_MS,
};

/** A start may be this late, milliseconds, or by the time between two starts; later it meets the starts of others. */
const TOLERATED_MS = 250;
/** After so many starts that came too late, one is made: statements are slow, and everybody's are. */
const LATE_STARTS = 3;

/** One connection's pacer over the database. */
export interface SharedPacerDeps {
  database: Queryable;
  clock: Clock;
  tenantId: string;
  connectionId: string;
  /** Calls that may start on one API path in a second, over all processes. */
  ratePerSecond: number;
}

/**
 * A pacer whose starting times are handed out by the database, so that several workers share one cap: one short
 * statement for each vendor call, evenly spaced starts. A call that had to wait asks, before it starts, whether a
 * penalty came meanwhile, to any worker; then its starting time is void and it takes another one. So does a call whose
 * starting time has passed by, as its process stood still or the database answered late.
 */
export function createSharedPacer(deps: SharedPacerDeps): Pacer {
  const { database, clock, tenantId, connectionId } = deps;
  const intervalMs = 1_000 / deps.ratePerSecond;
  return {
    async reserve(path, signal) {
      const slot = { tenantId, connectionId, path };
      for (let late = 0; ; ) {
        const now = clock.now();
        const granted = await reserveSlot(database, {
          ...slot,
          now,
          intervalMs,
          recoveryPerSecond: RECOVERY_PER_SECOND,
        });
        const pause = granted.getTime() - clock.now().getTime();
        if (pause > 0) {
          await clock.sleep(pause, signal);
          const closed = await closedUntil(database, { ...slot, now: clock.now() });
          if (closed !== undefined && closed > granted) continue;
        }
        late += 1;
        const lateMs = clock.now().getTime() - granted.getTime();
        if (lateMs <= Math.max(TOLERATED_MS, intervalMs) || late === LATE_STARTS) return;
      }
    },
    async penalise(path, ms) {
      const now = clock.now();
      const until = new Date(now.getTime() + ms);
      await penaliseSlot(database, { tenantId, connectionId, path, now, until, rules: SHARE_RULES });
    },
  };
}
