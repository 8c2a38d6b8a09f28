/** Somebody who takes turns, and can die. */
export interface Mortal {
  readonly name: string;
  readonly dead: boolean;
}

/** What a turn is spent on: a statement, which ends by itself, or a vendor call, which may take simulated time. */
export type TurnKind = "database" | "vendor";

interface Waiting {
  who: Mortal;
  kind: TurnKind;
  label: string;
  go(): Promise<void>;
}

/**
 * Everything that workers wait for, held back until it is their turn. So the order in which two workers proceed is
 * chosen by whoever gives the turns, and a worker can be killed before each statement and each vendor call, which is
 * also after each of them.
 */
export interface Turns {
  /** Waits for a turn and does `work` in it. Whoever is dead by then never hears of it again. */
  take<T>(who: Mortal, kind: TurnKind, label: string, work: () => Promise<T>): Promise<T>;
  /** How many wait who may have a turn. */
  waiting(): number;
  /** Gives a turn to one of those that wait; answers whose and for what. */
  give(index: number): Promise<string | undefined>;
  /** Lets nobody of this name have a turn until it goes on, as a process that is stopped in the middle of something. */
  stall(who: Mortal): void;
  goOn(who: Mortal): void;
  /** Takes the dead out of the queue. */
  dropDead(): void;
}

/** Makes a queue in which nobody waits. */
export function createTurns(): Turns {
  let queue: Waiting[] = [];
  const stalled = new Set<Mortal>();
  const ready = () => queue.filter(({ who }) => !stalled.has(who));
  return {
    take: (who, kind, label, work) =>
      new Promise((resolve, reject) => {
        const go = async () => {
          try {
            const result = await work();
            if (!who.dead) resolve(result);
          } catch (error) {
            if (!who.dead) reject(error);
          }
        };
        queue.push({ who, kind, label, go });
      }),
    waiting: () => ready().length,
    async give(index) {
      const waiting = ready();
      const next = waiting[index % Math.max(1, waiting.length)];
      if (next === undefined) return undefined;
      queue.splice(queue.indexOf(next), 1);
      const done = next.go();
      if (next.kind === "database") await done;
      await letProceed();
      return `${next.who.name}: ${next.label}`;
    },
    stall(who) {
      stalled.add(who);
    },
    goOn(who) {
      stalled.delete(who);
    },
    dropDead() {
      queue = queue.filter(({ who }) => !who.dead);
    },
  };
}

/** Lets everybody go on until they wait for their next turn or for time to pass. */
export function letProceed(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
