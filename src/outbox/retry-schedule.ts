/** When a failed delivery is tried again. */
export interface RetrySchedule {
  /** Upper bound of the first pause, in milliseconds; each further one doubles. */
  firstMs: number;
  /** No pause is longer, in milliseconds. */
  longestMs: number;
}

/** One second, doubling, at most five minutes (the defaults settled on in the pitfalls of comparable projects). */
export const defaultRetrySchedule: RetrySchedule = { firstMs: 1_000, longestMs: 300_000 };

/**
 * The pause before try number `tries + 1`, in milliseconds: between half and all of the doubled bound, so that
 * many failures of one moment do not come back in one moment. `random` gives numbers in [0, 1).
 */
export function retryDelay(tries: number, schedule: RetrySchedule, random: () => number): number {
  const bound = Math.min(schedule.longestMs, schedule.firstMs * 2 ** Math.min(Math.max(0, tries), 30));
  return Math.round(bound / 2 + (bound / 2) * random());
}
