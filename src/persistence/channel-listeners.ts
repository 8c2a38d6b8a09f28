/** Who listens to which notification channel in this process. */
export interface ChannelListeners {
  /** Adds a listener; the returned function removes it. */
  add(channel: string, listener: (payload: string) => void): () => void;
  /** Calls every listener of the channel. One that throws is warned about and does not stop the others. */
  deliver(channel: string, payload: string): void;
  /** The channels that have a listener. */
  channels(): string[];
  /** Removes every listener. */
  clear(): void;
}

/** An empty set of listeners. */
export function channelListeners(): ChannelListeners {
  const listeners = new Map<string, Set<{ call: (payload: string) => void }>>();
  return {
    add(channel, call) {
      // An entry of its own for each call, so that one function listening twice is removed once at a time.
      const entry = { call };
      const entries = listeners.get(channel) ?? new Set();
      listeners.set(channel, entries.add(entry));
      return () => {
        if (entries.delete(entry) && entries.size === 0 && listeners.get(channel) === entries)
          listeners.delete(channel);
      };
    },
    deliver(channel, payload) {
      for (const { call } of [...(listeners.get(channel) ?? [])]) {
        try {
          call(payload);
        } catch (error) {
          process.emitWarning(
            `a listener of ${channel} failed: ${error instanceof Error ? error.message : String(error)}`,
          );
        }
      }
    },
    channels: () => [...listeners.keys()],
    clear: () => listeners.clear(),
  };
}
