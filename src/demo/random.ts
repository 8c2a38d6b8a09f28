/** A source of repeatable choices: the same seed gives the same sequence on every machine. */
export interface RandomSource {
  /** A whole number from 0 up to and excluding `bound`. */
  below(bound: number): number;
  /** One of `choices`, which must not be empty. */
  pick<T>(choices: readonly T[]): T;
}

/**
 * A linear congruential generator over 32 bits (the constants of Numerical Recipes). Good enough to make a company
 * look natural; never for anything secret. Only the high bits are used, since the low ones repeat quickly.
 */
export function createRandomSource(seed: number): RandomSource {
  let state = seed >>> 0;
  const below = (bound: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  return {
    below,
    pick: (choices) => {
      const choice = choices[below(choices.length)];
      if (choice === undefined) throw new RangeError("Cannot pick from an empty list.");
      return choice;
    },
  };
}
