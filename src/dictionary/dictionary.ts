import type { Queryable } from "../persistence/database.js";
import {
  type DictionaryField,
  dictionaryVersion,
  listEnabledFields,
} from "../persistence/dictionary-store.js";
import type { Clock } from "../platform/clock.js";
import { type DictionarySchemas, dictionarySchemas } from "./dictionary-schemas.js";

/** A tenant's dictionary at one moment. The same object is returned as long as nothing changed. */
export interface TenantDictionary {
  /** The enabled ones. */
  fields: readonly DictionaryField[];
  schemas: DictionarySchemas;
}

/** Reading access to the dictionaries of all tenants. */
export interface Dictionary {
  /** The tenant's dictionary, at most {@link FRESH_MS} old. */
  of(tenantId: string): Promise<TenantDictionary>;
  /** Makes the next reading look at the database; to be called after a change made by this process. */
  forget(tenantId: string): void;
}

/** How long a dictionary is used before the database is asked again whether it changed, in milliseconds. */
export const FRESH_MS = 1_000;

interface Entry {
  dictionary: TenantDictionary;
  version: string;
  readAt: number;
}

/** Opens the dictionaries. Every SCIM request needs one, so they are kept in memory for a moment. */
export function createDictionary(deps: { queryable: Queryable; clock: Clock }): Dictionary {
  const entries = new Map<string, Entry>();
  /** Readings under way: requests that arrive together share one, and with it everything compiled from it. */
  const readings = new Map<string, Promise<TenantDictionary>>();

  async function read(tenantId: string): Promise<TenantDictionary> {
    const fields = await listEnabledFields(deps.queryable, tenantId);
    return { fields, schemas: dictionarySchemas(fields) };
  }

  async function refresh(tenantId: string, known: Entry | undefined, now: number): Promise<TenantDictionary> {
    const version = await dictionaryVersion(deps.queryable, tenantId);
    const dictionary = known?.version === version ? known.dictionary : await read(tenantId);
    entries.set(tenantId, { dictionary, version, readAt: now });
    return dictionary;
  }

  return {
    async of(tenantId) {
      const known = entries.get(tenantId);
      const now = deps.clock.now().getTime();
      if (known && now - known.readAt < FRESH_MS) return known.dictionary;
      const underWay = readings.get(tenantId);
      if (underWay) return underWay;
      const reading = refresh(tenantId, known, now).finally(() => {
        if (readings.get(tenantId) === reading) readings.delete(tenantId);
      });
      readings.set(tenantId, reading);
      return reading;
    },
    forget(tenantId) {
      entries.delete(tenantId);
      readings.delete(tenantId);
    },
  };
}
