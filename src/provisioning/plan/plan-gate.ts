import { createTurnTaker } from "../../persistence/turn-taker.js";
import { PlanBusyError } from "./plan-errors.js";

/** Plans that may wait for their turn in one process. */
const MAX_WAITING = 8;

/**
 * Lets one plan be worked out at a time: each holds a database connection, and rows that others want.
 * @throws PlanBusyError where many wait already
 */
export function createPlanGate(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const inTurn = createTurnTaker();
  let waiting = 0;
  return async (work) => {
    if (waiting > MAX_WAITING) throw new PlanBusyError("Many plans are being made; try again in a moment.");
    waiting += 1;
    try {
      return await inTurn(work);
    } finally {
      waiting -= 1;
    }
  };
}
