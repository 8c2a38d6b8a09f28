import { networkOf } from "../../auth/failure-budget.js";
import type { Clock } from "../../platform/clock.js";
import { createTokenBuckets } from "../../platform/token-buckets.js";

/** Wrong pushes of one address: a hundred at once, as after exchanged keys, and then five a second. */
const REFUSED = { perSecond: 5, capacity: 100 };
/** Right pushes to one connection: more than DingTalk sends while a whole company is loaded at 60 calls a second. */
const TAKEN = { perSecond: 200, capacity: 2_000 };
const MAX_KEYS = 10_000;

/** Bounds the work that pushes cost, in the memory of this process. */
export interface EventBudget {
  /** How long to wait before the push may be tried, in milliseconds; 0: now. */
  wait(address: string | undefined, connectionId: string): number;
  /** Counts a push that was tried: taken, wrong at a connection that exists, or at none. */
  count(address: string | undefined, connectionId: string, outcome: "taken" | "wrong" | "unknown"): void;
}

/**
 * Makes the budget. Wrong pushes are counted by address and connection, so that whoever does not know the address of a
 * connection cannot use up what its vendor needs, though both come by way of the same proxy.
 */
export function createEventBudget({ clock }: { clock: Clock }): EventBudget {
  const refused = createTokenBuckets({ clock, maxKeys: MAX_KEYS });
  const taken = createTokenBuckets({ clock, maxKeys: MAX_KEYS });
  const known = new Set<string>();

  const keyOf = (address: string | undefined, connectionId: string) => {
    const network = address === undefined ? "" : networkOf(address);
    return known.has(connectionId) ? `${network} ${connectionId}` : network;
  };

  return {
    wait: (address, connectionId) =>
      Math.max(refused.wait(keyOf(address, connectionId), REFUSED), taken.wait(connectionId, TAKEN)),
    count(address, connectionId, outcome) {
      if (outcome !== "unknown" && known.size < MAX_KEYS) known.add(connectionId);
      if (outcome === "taken") taken.take(connectionId, TAKEN);
      else refused.take(keyOf(address, connectionId), REFUSED);
    },
  };
}
