import type { Database, Queryable } from "../persistence/database.js";
import { type DictionaryField, dictionaryRevision, listAllFields } from "../persistence/dictionary-store.js";
import type { Clock } from "../platform/clock.js";
import { type DictionarySchemas, dictionarySchemas } from "./dictionary-schemas.js";

/** A tenant's dictionary at one moment. The same object is returned as long as nothing changed. */
export interface TenantDictionary {
  /** Which state of the dictionary this is, at most: it may hold more than the revision, never less. */
  revision: string;
  /** All of them, enabled or not. */
  fields: readonly DictionaryField[];
  /** What clients see: the enabled ones. */
  schemas: DictionarySchemas;
}

/** Reading access to the dictionaries of all tenants. */
export interface Dictionary {
  /** The tenant's dictionary, at most {@link FRESH_MS} old. */
  of(tenantId: string): Promise<TenantDictionary>;
  /** Makes the next reading look at the database; to be called after every change that this process hears of. */
  forget(tenantId: string): void;
}

/** How long a dictionary is used before the database is asked again whether it changed, in milliseconds. */
export const FRESH_MS = 1_000;

/** The notification channel on which a process tells the others whose dictionary it changed; the payload is the tenant. */
export const DICTIONARY_CHANNEL = "dictionary_changed";

interface Entry {
  dictionary: TenantDictionary;
  readAt: number;
}

/** Opens the dictionaries. Every SCIM request needs one, so they are kept in memory for a moment. */
export function createDictionary(deps: { queryable: Queryable; clock: Clock }): Dictionary {
  const entries = new Map<string, Entry>();
  /** Readings under way: requests that arrive together share one, and with it everything compiled from it. */
  const readings = new Map<string, Promise<TenantDictionary>>();

  async function refresh(tenantId: string, known: Entry | undefined): Promise<TenantDictionary> {
    // The revision first: a change in between is then noticed by the next reading instead of never.
    const revision = await dictionaryRevision(deps.queryable, tenantId);
    if (known?.dictionary.revision === revision) return known.dictionary;
    const fields = await listAllFields(deps.queryable, tenantId);
    return { revision, fields, schemas: dictionarySchemas(fields) };
  }

  return {
    async of(tenantId) {
      const known = entries.get(tenantId);
      const now = deps.clock.now().getTime();
      if (known && now - known.readAt < FRESH_MS) return known.dictionary;
      const underWay = readings.get(tenantId);
      if (underWay) return underWay;
      const reading = refresh(tenantId, known);
      readings.set(tenantId, reading);
      try {
        const dictionary = await reading;
        // What was forgotten meanwhile is answered to those who waited, but not kept.
        if (readings.get(tenantId) === reading) entries.set(tenantId, { dictionary, readAt: now });
        return dictionary;
      } finally {
        if (readings.get(tenantId) === reading) readings.delete(tenantId);
      }
    },
    forget(tenantId) {
      const entry = entries.get(tenantId);
      // Kept, because a reading that finds the same revision returns the same object, with all that was compiled for it.
      if (entry) entries.set(tenantId, { ...entry, readAt: Number.NEGATIVE_INFINITY });
      readings.delete(tenantId);
    },
  };
}

/**
 * Lets a dictionary hear of the changes that other processes make, at once. A notification that is lost costs
 * {@link FRESH_MS}. Resolves when it listens; the returned function ends it.
 */
export async function followChanges(
  database: Database,
  dictionary: Dictionary,
): Promise<() => Promise<void>> {
  return database.listen(DICTIONARY_CHANNEL, (tenantId) => dictionary.forget(tenantId));
}
