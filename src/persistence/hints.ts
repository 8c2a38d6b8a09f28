/** How long hints of one channel are gathered before other processes are told, in milliseconds. */
const GATHER_MS = 20;

/** Tells listeners here and elsewhere, see `Database.hint`. */
export interface Hints {
  hint(channel: string): void;
  /** Sends nothing more. */
  close(): void;
}

/** Hints that are delivered in this process at once, and sent to others at most every {@link GATHER_MS}. */
export function createHints(deps: {
  /** Calls the listeners of this process. */
  deliver(channel: string): void;
  /** Tells other processes; a failure is theirs to poll over. */
  send(channel: string): Promise<unknown>;
}): Hints {
  const waiting = new Map<string, NodeJS.Timeout>();
  return {
    hint(channel) {
      deps.deliver(channel);
      if (waiting.has(channel)) return;
      const timer = setTimeout(() => {
        waiting.delete(channel);
        deps.send(channel).catch(() => undefined);
      }, GATHER_MS);
      waiting.set(channel, timer);
    },
    close() {
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
