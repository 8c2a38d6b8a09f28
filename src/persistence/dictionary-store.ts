import { MoreThan } from "typeorm";
import {
  type DictionaryCategory,
  type DictionaryField,
  DictionaryFieldEntity,
} from "./entities/dictionary-field-entity.js";
import type { Queryable, Transaction } from "./queryable.js";
import type { Page, RowKey } from "./row-key.js";
import { repositoryOf } from "./sessions.js";
import { translatingErrors } from "./translate-error.js";

export type {
  DictionaryCategory,
  DictionaryField,
  DictionaryFieldOptions,
  DictionaryFieldType,
} from "./entities/dictionary-field-entity.js";

/** What may change about a field; absent keys stay as they are. */
export type DictionaryFieldChange = Partial<
  Pick<
    DictionaryField,
    "name" | "type" | "multiValued" | "required" | "modifiable" | "uniqueValue" | "enabled" | "options"
  >
>;

/** The tenant's fields, enabled or not, by category and key. There are some hundreds at most. */
export async function listAllFields(db: Queryable, tenantId: string): Promise<DictionaryField[]> {
  return translatingErrors(
    repositoryOf(db, DictionaryFieldEntity).find({
      where: { tenantId },
      order: { category: "ASC", key: "ASC" },
    }),
  );
}

/** One page of the tenant's fields, of one category or of both, in the order of their ids. */
export async function listFields(
  db: Queryable,
  tenantId: string,
  { category, after, limit }: Page & { category?: DictionaryCategory | undefined },
): Promise<DictionaryField[]> {
  return translatingErrors(
    repositoryOf(db, DictionaryFieldEntity).find({
      where: {
        tenantId,
        ...(category !== undefined && { category }),
        ...(after !== undefined && { id: MoreThan(after) }),
      },
      order: { id: "ASC" },
      take: limit,
    }),
  );
}

/** One field, or undefined. */
export async function findField(
  db: Queryable,
  { tenantId, id }: RowKey,
): Promise<DictionaryField | undefined> {
  const found = await translatingErrors(repositoryOf(db, DictionaryFieldEntity).findOneBy({ tenantId, id }));
  return found ?? undefined;
}

/** The field that has this key within its category, without regard to case, or undefined. */
export async function findFieldByKey(
  db: Queryable,
  tenantId: string,
  category: DictionaryCategory,
  key: string,
): Promise<DictionaryField | undefined> {
  const rows = await db.query<{ id: string }>(
    "select id from dictionary_field where tenant_id = $1 and category = $2 and lower(key) = lower($3)",
    [tenantId, category, key],
  );
  return rows[0] && findField(db, { tenantId, id: rows[0].id });
}

/** How many fields of the category there are, enabled or not. */
export async function countFields(
  db: Queryable,
  tenantId: string,
  category: DictionaryCategory,
): Promise<number> {
  return translatingErrors(repositoryOf(db, DictionaryFieldEntity).countBy({ tenantId, category }));
}

/** Adds a field. @throws UniqueViolation (constraint dictionary_field_key) when its category has the key already */
export async function insertField(db: Queryable, field: DictionaryField): Promise<void> {
  await translatingErrors(repositoryOf(db, DictionaryFieldEntity).insert({ ...field }));
}

/** Changes a field and raises its version. */
export async function updateField(
  db: Queryable,
  { tenantId, id, version }: DictionaryField,
  change: DictionaryFieldChange,
  now: Date,
): Promise<void> {
  await translatingErrors(
    repositoryOf(db, DictionaryFieldEntity).update(
      { tenantId, id },
      { ...change, version: version + 1, modifiedAt: now },
    ),
  );
}

/** Removes a field; what is stored under it is somebody else's business. */
export async function deleteField(db: Queryable, { tenantId, id }: RowKey): Promise<void> {
  await translatingErrors(repositoryOf(db, DictionaryFieldEntity).delete({ tenantId, id }));
}

/** Lets one change of a tenant's dictionary at a time go on; holds until the transaction ends. */
export async function lockDictionary(tx: Transaction, tenantId: string): Promise<void> {
  await tx.query(
    "insert into dictionary_revision (tenant_id, revision) values ($1, 0) on conflict do nothing",
    [tenantId],
  );
  await tx.query("select 1 from dictionary_revision where tenant_id = $1 for update", [tenantId]);
}

/** A number, as text, that rises with every change of the tenant's dictionary. */
export async function dictionaryRevision(db: Queryable, tenantId: string): Promise<string> {
  const [row] = await db.query<{ revision: string }>(
    "select revision from dictionary_revision where tenant_id = $1",
    [tenantId],
  );
  return row?.revision ?? "0";
}
