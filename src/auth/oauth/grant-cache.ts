import type { Clock } from "../../platform/clock.js";
import type { AccessGrant } from "../access-grant.js";

/** A grant with the row ids by which it can be dropped. */
export interface CachedGrant {
  grant: AccessGrant;
  /** The row id of the client the token was issued to. */
  clientRef: string;
}

/** Grants of recently used tokens, by token hash. */
export interface GrantCache {
  /** The grant if it was read less than the cache's lifetime ago. Says nothing about the token's own expiry. */
  find(tokenHash: string): CachedGrant | undefined;
  /**
   * Reads through `load` and keeps what it finds. A drop that happens while `load` runs wins: what was read before
   * it is returned but not kept, because the row may have been revoked after it was read.
   */
  load(tokenHash: string, load: () => Promise<CachedGrant | undefined>): Promise<CachedGrant | undefined>;
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
  const entries = new Map<string, { cached: CachedGrant; readAt: number }>();
  let drops = 0;

  return {
    find(tokenHash) {
      const entry = entries.get(tokenHash);
      if (!entry) return undefined;
      entries.delete(tokenHash);
      if (clock.now().getTime() - entry.readAt >= lifetimeMs) return undefined;
      // A Map keeps insertion order, so the entry used last stands last.
      entries.set(tokenHash, entry);
      return entry.cached;
    },

    async load(tokenHash, load) {
      const dropsBefore = drops;
      const readAt = clock.now().getTime();
      const cached = await load();
      if (!cached || drops !== dropsBefore) return cached;
      entries.set(tokenHash, { cached, readAt });
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries) break;
        entries.delete(oldest);
      }
      return cached;
    },

    dropToken(tokenHash) {
      drops += 1;
      entries.delete(tokenHash);
    },

    dropClient(clientRef) {
      drops += 1;
      for (const [tokenHash, { cached }] of entries) {
        if (cached.clientRef === clientRef) entries.delete(tokenHash);
      }
    },
  };
}
