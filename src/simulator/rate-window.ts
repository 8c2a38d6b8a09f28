/** How a window counts: over the time just past, or from one full window to the next. */
export type WindowStyle = "sliding" | "fixed";

/** What a window allows. */
export interface RateLimit {
  readonly calls: number;
  readonly windowMs: number;
  readonly style: WindowStyle;
  /** How long a key stays refused once it went over, counted from the first excess. */
  readonly penaltyMs: number;
}

/** Why a call is refused: the window it was counted in and when the refusal ends (milliseconds of the epoch). */
export interface Excess {
  readonly from: number;
  readonly until: number;
  readonly endsAt: number;
}

/** Counts calls by key. */
export interface RateWindow {
  /** Counts a call at `now` and answers undefined, or answers why it is refused; a refused call counts nothing. */
  admit(key: string, now: number, limit: RateLimit): Excess | undefined;
  /** Forgets all counts and penalties. */
  clear(): void;
}

interface Tally {
  times: number[];
  head: number;
  excess: Excess | undefined;
}

/** Makes a window without counts. */
export function createRateWindow(): RateWindow {
  const tallies = new Map<string, Tally>();
  return {
    admit(key, now, limit) {
      const tally = tallies.get(key) ?? { times: [], head: 0, excess: undefined };
      tallies.set(key, tally);
      if (tally.excess !== undefined && now < tally.excess.endsAt) return tally.excess;
      const from = limit.style === "sliding" ? now - limit.windowMs : now - (now % limit.windowMs) - 1;
      dropUntil(tally, from);
      if (tally.times.length - tally.head < limit.calls) {
        tally.times.push(now);
        return undefined;
      }
      const oldest = tally.times[tally.head] ?? now;
      const roomAt = limit.style === "sliding" ? oldest + limit.windowMs : from + 1 + limit.windowMs;
      tally.excess = { from: oldest, until: now, endsAt: Math.max(roomAt, now + limit.penaltyMs) };
      return tally.excess;
    },
    clear: () => tallies.clear(),
  };
}

/** Forgets the calls made at `from` or before, in amortised constant time per call. */
function dropUntil(tally: Tally, from: number): void {
  let time = tally.times[tally.head];
  while (time !== undefined && time <= from) {
    tally.head += 1;
    time = tally.times[tally.head];
  }
  if (tally.head > 1_000 && tally.head * 2 > tally.times.length) {
    tally.times = tally.times.slice(tally.head);
    tally.head = 0;
  }
}
