import { type DictionaryField, DictionaryFieldEntity } from "./entities/dictionary-field-entity.js";
import type { Queryable } from "./queryable.js";
import { repositoryOf } from "./sessions.js";
import { translatingErrors } from "./translate-error.js";

export type { DictionaryCategory, DictionaryField } from "./entities/dictionary-field-entity.js";

/** The tenant's enabled fields, by category and key. */
export async function listEnabledFields(db: Queryable, tenantId: string): Promise<DictionaryField[]> {
  return translatingErrors(
    repositoryOf(db, DictionaryFieldEntity).find({
      where: { tenantId, enabled: true },
      order: { category: "ASC", key: "ASC" },
    }),
  );
}

/** A text that differs after every change of the tenant's dictionary, so that compiled schemas can be kept until then. */
export async function dictionaryVersion(db: Queryable, tenantId: string): Promise<string> {
  const [row] = await db.query<{ version: string }>(
    `select md5(coalesce(string_agg(id || ' ' || version, ',' order by id), '')) as version
       from dictionary_field where tenant_id = $1`,
    [tenantId],
  );
  return row?.version ?? "";
}
