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
 * penalty came meanwhile, to any worker; then its starting time is void and it takes another one.
 */
export function createSharedPacer(deps: SharedPacerDeps): Pacer {
  const { database, clock, tenantId, connectionId } = deps;
  const intervalMs = 1_000 / deps.ratePerSecond;
  return {
    async reserve(path, signal) {
      const slot = { tenantId, connectionId, path };
      for (;;) {
        const now = clock.now();
        const granted = await reserveSlot(database, {
          ...slot,
          now,
          intervalMs,
          recoveryPerSecond: RECOVERY_PER_SECOND,
        });
        const pause = granted.getTime() - clock.now().getTime();
        if (pause <= 0) return;
        await clock.sleep(pause, signal);
        const closed = await closedUntil(database, slot);
        if (closed === undefined || closed <= granted) return;
      }
    },
    async penalise(path, ms) {
      const now = clock.now();
      const until = new Date(now.getTime() + ms);
      await penaliseSlot(database, { tenantId, connectionId, path, now, until, rules: SHARE_RULES });
    },
  };
}
