import type { FaultPlan } from "../simulator/index.js";
import type { Trouble } from "./day-of-changes.js";

/** Refused calls of the burst. */
const THROTTLED_CALLS = 4;

/** Tells the simulated DingTalk to make trouble for the calls to come. */
export function planTrouble(faults: FaultPlan, trouble: Trouble): void {
  switch (trouble) {
    case "throttling":
      faults.add({ kind: "throttle", path: "/topapi/v2/user/update", times: THROTTLED_CALLS });
      return;
    case "lost-answer":
      // The person is created, and only then the connection breaks: a careless client would create a second one.
      faults.add({ kind: "reset", when: "after", path: "/topapi/v2/user/create", times: 1 });
      return;
    default: {
      const unknown: never = trouble;
      throw new Error(`Unknown trouble ${String(unknown)}.`);
    }
  }
}
