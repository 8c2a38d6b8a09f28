/** Runs work on the same thing one after the other, and on different things side by side. */
export type InTurn = <Result>(thing: string, work: () => Promise<Result>) => Promise<Result>;

/**
 * A push looks whether something is known and creates it if not. Two pushes of one organization at once (a retry
 * while the first is still running) would both find nothing and make it twice. Within a process they take turns.
 */
export function takingTurns(): InTurn {
  const last = new Map<string, Promise<unknown>>();
  return async (thing, work) => {
    const before = last.get(thing) ?? Promise.resolve();
    const mine = before.then(work, work);
    last.set(thing, mine);
    try {
      return await mine;
    } finally {
      if (last.get(thing) === mine) last.delete(thing);
    }
  };
}
