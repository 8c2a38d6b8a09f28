/**
 * How much of its cap a path may use. The vendor's limit is not ours alone: another program may use the same app, and
 * some limits hold for all customers together. So a throttle answer takes three tenths of the share, and it comes back slowly: the
 * additive increase and multiplicative decrease by which TCP shares a line (RFC 5681, section 3.1).
 */
export interface RateShare {
  /** Of the cap, above 0 and at most 1, at the moment of the last decrease. */
  share: number;
  /** When that was, Unix ms; 0: never. */
  slowedAt: number;
}

/** The share of a path that was never throttled. */
export const FULL_SHARE: RateShare = { share: 1, slowedAt: 0 };

/** What a throttle answer leaves. */
export const DECREASE = 0.7;
/** Never less: some calls are needed to find out that things are better. */
export const LEAST_SHARE = 0.05;
/** What comes back each second: all of it 15 seconds after a single refusal. */
export const RECOVERY_PER_SECOND = 0.02;
/** Calls in flight together are refused together; that is one refusal. Milliseconds. */
export const ONE_REFUSAL_MS = 1_000;

/** The share at a moment: never above 1, so that the configured cap is never exceeded. */
export function shareAt({ share, slowedAt }: RateShare, now: number): number {
  return Math.min(1, share + (Math.max(0, now - slowedAt) / 1_000) * RECOVERY_PER_SECOND);
}

/** After a throttle answer. */
export function slowed(before: RateShare, now: number): RateShare {
  if (now < before.slowedAt + ONE_REFUSAL_MS) return before;
  return { share: Math.max(LEAST_SHARE, shareAt(before, now) * DECREASE), slowedAt: now };
}
