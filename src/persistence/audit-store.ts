import type { JsonValue } from "../scim/schema/attribute.js";
import type { Queryable } from "./queryable.js";
import { sqlParameters } from "./sql-parameters.js";

/** One value that an administrator changed; null on the side where there was none. */
export interface AuditedChange {
  /** Dotted path, e.g. "policy.protection.people.count". */
  field: string;
  old: JsonValue;
  new: JsonValue;
}

/** One change that an administrator made, as it is kept. */
export interface AuditEntry {
  tenantId: string;
  id: string;
  at: Date;
  /** The OAuth client's id, or a word for a part of the gateway that acts by itself. */
  actor: string;
  correlationId: string | null;
  /** Object and verb, e.g. "connection.changed". */
  action: string;
  objectType: string;
  /** Null where the change concerns no single object. */
  objectId: string | null;
  /** What people call the object, at the time. */
  objectName: string | null;
  changes: AuditedChange[];
}

/** Which entries to list, newest first. */
export interface AuditQuery {
  actor?: string | undefined;
  action?: string | undefined;
  objectType?: string | undefined;
  objectId?: string | undefined;
  /** Not before. */
  since?: Date | undefined;
  /** Before. */
  until?: Date | undefined;
  /** Begin after the entry with this id. */
  after?: string | undefined;
  limit: number;
}

const COLUMNS = `tenant_id as "tenantId", id, at, actor, correlation_id as "correlationId", action,
  object_type as "objectType", object_id as "objectId", object_name as "objectName", changes`;

/** Keeps an entry. */
export async function insertAuditEntry(db: Queryable, entry: AuditEntry): Promise<void> {
  await db.query(
    `insert into audit_entry (tenant_id, id, at, actor, correlation_id, action, object_type, object_id, object_name, changes)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb)`,
    [
      entry.tenantId,
      entry.id,
      entry.at,
      entry.actor,
      entry.correlationId,
      entry.action,
      entry.objectType,
      entry.objectId,
      entry.objectName,
      JSON.stringify(entry.changes),
    ],
  );
}

/** Entries of a tenant, newest first; of one moment, those written later first. */
export async function listAuditEntries(
  db: Queryable,
  tenantId: string,
  query: AuditQuery,
): Promise<AuditEntry[]> {
  const parameters = sqlParameters(tenantId);
  const conditions = [`tenant_id = ${parameters.tenant}`];
  const add = (value: unknown, cast: string, condition: (placeholder: string) => string): void => {
    if (value !== undefined) conditions.push(condition(parameters.bind(value, cast)));
  };
  add(query.actor, "text", (value) => `actor = ${value}`);
  add(query.action, "text", (value) => `action = ${value}`);
  add(query.objectType, "text", (value) => `object_type = ${value}`);
  add(query.objectId, "text", (value) => `object_id = ${value}`);
  add(query.since, "timestamptz", (value) => `at >= ${value}`);
  add(query.until, "timestamptz", (value) => `at < ${value}`);
  add(
    query.after,
    "uuid",
    (value) =>
      `(at, seq) < (select last.at, last.seq from audit_entry last where last.tenant_id = ${parameters.tenant} and last.id = ${value})`,
  );
  const limit = parameters.bind(query.limit, "integer");
  return db.query<AuditEntry & Record<string, unknown>>(
    `select ${COLUMNS} from audit_entry where ${conditions.join(" and ")} order by at desc, seq desc limit ${limit}`,
    parameters.values,
  );
}
