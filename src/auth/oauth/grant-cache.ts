import type { Clock } from "../../platform/clock.js";
import type { AccessGrant } from "../access-grant.js";

/** Grants of recently used tokens, by token hash. */
export interface GrantCache {
  /** The grant if it was read less than the cache's lifetime ago. Says nothing about the token's own expiry. */
  find(tokenHash: string): AccessGrant | undefined;
  /**
   * Reads through `load` and keeps what it finds. A drop that happens while `load` runs wins: what was read before
   * it is returned but not kept, because the row may have been revoked after it was read.
   */
  load(tokenHash: string, load: () => Promise<AccessGrant | undefined>): Promise<AccessGrant | undefined>;
  dropToken(tokenHash: string): void;
  dropClient(clientRef: string): void;
}

/**
 * Bounds: a lifetime, so that a lost notification of another process's revocation does no lasting harm, and a
 * number of entries, beyond which the least recently used one goes.
 */
export function createGrantCache(options: {
  clock: Clock;
  lifetimeMs: number;
  maxEntries: number;
}): GrantCache {
  const { clock, lifetimeMs, maxEntries } = options;
  const entries = new Map<string, { grant: AccessGrant; readAt: number }>();
  let drops = 0;

  return {
    find(tokenHash) {
      const entry = entries.get(tokenHash);
      if (!entry) return undefined;
      entries.delete(tokenHash);
      if (clock.now().getTime() - entry.readAt >= lifetimeMs) return undefined;
      // A Map keeps insertion order, so the entry used last stands last.
      entries.set(tokenHash, entry);
      return entry.grant;
    },

    async load(tokenHash, load) {
      const dropsBefore = drops;
      const readAt = clock.now().getTime();
      const grant = await load();
      if (!grant || drops !== dropsBefore) return grant;
      entries.set(tokenHash, { grant, readAt });
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries) break;
        entries.delete(oldest);
      }
      return grant;
    },

    dropToken(tokenHash) {
      drops += 1;
      entries.delete(tokenHash);
    },

    dropClient(clientRef) {
      drops += 1;
      for (const [tokenHash, { grant }] of entries) {
        if (grant.clientRef === clientRef) entries.delete(tokenHash);
      }
    },
  };
}
