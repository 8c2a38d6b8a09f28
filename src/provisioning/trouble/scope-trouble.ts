import type { Outcome } from "../../outbox/settle.js";
import { messageOf, reasonFor } from "../reasons.js";
import type { Failure } from "./failure-outcome.js";
import type { Pause } from "./quarantine.js";
import type { TroubleWatch } from "./trouble-watch.js";

/** What a refusal as outside of the app's scope comes to, besides the refusal itself. */
export interface ScopeTrouble {
  /** Set when it added up: the connection rests, and this delivery waits with it, to be its probe. */
  outcome?: Outcome;
  pause?: Pause;
  /** Set when it did not: it only keeps a quarantine of the same reason going. */
  goesOn?: Pause;
}

/**
 * A refusal as outside of what the app may see is about one record; so many in a row are about the connection.
 * @param work the delivery that called the vendor and failed
 */
export function scopeTrouble(
  trouble: TroubleWatch | undefined,
  work: { connectionId: string; startedAt: Date },
  { concerns, outcome }: Failure,
): ScopeTrouble {
  const addsUp = trouble?.observeScope(work.connectionId, concerns === "scope") ?? false;
  if (concerns !== "scope" || !("reason" in outcome)) return {};
  const reason = reasonFor("scope-lost", { detail: messageOf(outcome.reason) });
  if (!addsUp) return { goesOn: { reason } };
  return { outcome: { kind: "retry", reason, at: work.startedAt, charged: false }, pause: { reason } };
}
