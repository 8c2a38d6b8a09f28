import { z } from "zod";
import { defaultRetrySchedule } from "../../outbox/retry-schedule.js";

const pauseRule = "must be a whole number of milliseconds from 100 to 3600000";
const pause = z.int(pauseRule).min(100, pauseRule).max(3_600_000, pauseRule);
const triesRule = "must be a whole number from 1 to 50";

/**
 * When a failed delivery is tried again (docs/adr/0026-trouble-is-no-reason-to-give-up.md). The first pause is at most
 * `firstMs`; each further one doubles, up to `longestMs`. `tries` bounds what waits for something that the vendor does not
 * have although we hold its id; where the vendor's code sets a limit of its own, that one holds.
 */
export const retryRulesSchema = z
  .strictObject(
    {
      firstMs: pause.default(defaultRetrySchedule.firstMs),
      longestMs: pause.default(defaultRetrySchedule.longestMs),
      tries: z.int(triesRule).min(1, triesRule).max(50, triesRule).default(8),
    },
    "must be an object",
  )
  .prefault({});
