/** Runs work of one key after the other, work of different keys side by side. */
export type TakeTurns = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

/**
 * Turns within this process. Writers of one user that compare and set would only make each other begin again: of fifty
 * at once, each round lets one through. Between processes nothing is promised; there the database decides.
 */
export function createTurns(): TakeTurns {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = last.get(key);
    const turn = before === undefined ? work() : before.then(work, work);
    last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (last.get(key) === turn) last.delete(key);
    }
  };
}
