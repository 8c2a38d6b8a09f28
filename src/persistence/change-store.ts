import type { Queryable } from "./queryable.js";

/** What happened to a resource. */
export type ChangeKind = "create" | "update" | "delete";

/** On whose behalf something changed. */
export interface ChangeCause {
  tenantId: string;
  /** The OAuth client's id, or "provisioner". */
  actor: string;
  correlationId: string;
  now: Date;
  /**
   * The revision of the tenant's dictionary that the change was checked against. Undefined where it does not matter.
   * Whatever stores the change takes its tenant through `at_dictionary_revision` (migrations/1764157100100).
   */
  dictionaryRevision?: string | undefined;
}

/** One change of one resource. */
export interface ChangeNote {
  id: string;
  kind: ChangeKind;
  /** What changed, as paths of RFC 7644 section 3.10; empty for a whole resource that came or went. */
  attributes: string[];
}

/**
 * Writes changes of resources, whose rows are as the transaction leaves them, to the change log, one row each. Writes
 * of one statement (persistence/hot) do the same within it.
 * @throws DictionaryChangedError when the dictionary is at another revision than that of the cause
 */
export async function recordChanges(
  tx: Queryable,
  { tenantId, actor, correlationId, now, dictionaryRevision }: ChangeCause,
  notes: readonly ChangeNote[],
): Promise<void> {
  if (notes.length === 0) return;
  await tx.query(
    `insert into change (tenant_id, resource_type, resource_id, version, kind, attributes, actor, correlation_id, at)
     select $1, r.type, r.id, r.version, note.kind, note.attributes, $2, $3, $4
       from jsonb_to_recordset($5::jsonb) as note (id uuid, kind text, attributes text[])
       join resource r on r.tenant_id = at_dictionary_revision($1, $6) and r.id = note.id`,
    [tenantId, actor, correlationId, now, JSON.stringify(notes), dictionaryRevision ?? null],
  );
}

/**
 * Deletes changes older than `before`, oldest first and at most `limit` of them: a short statement that holds nobody up.
 * Returns how many went; fewer than `limit` means that none is left.
 */
export async function pruneChanges(database: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await database.query<{ count: string }>(
    `with old as (
       select oldest.tenant_id, oldest.xact, oldest.seq
         from tenant t
        cross join lateral (select c.tenant_id, c.xact, c.seq, c.at from change c
                             where c.tenant_id = t.id order by c.xact, c.seq limit $2) oldest
        where oldest.at < $1
        limit $2),
     gone as (
       delete from change c using old
        where c.tenant_id = old.tenant_id and c.xact = old.xact and c.seq = old.seq
       returning 1)
     select count(*) as count from gone`,
    [before, limit],
  );
  return Number(rows[0]?.count ?? 0);
}

/**
 * Makes changes readable that were restored from a dump of another database cluster: their transaction ids may lie
 * ahead of this cluster's, and a reader would wait for those transactions to end. Returns how many there were.
 */
export async function adoptRestoredChanges(database: Queryable): Promise<number> {
  const rows = await database.query<{ count: string }>(
    `with ahead as (
       update change c set xact = '3'::xid8
         from tenant t
        where c.tenant_id = t.id and c.xact >= pg_snapshot_xmax(pg_current_snapshot())
       returning 1)
     select count(*) as count from ahead`,
  );
  return Number(rows[0]?.count ?? 0);
}
