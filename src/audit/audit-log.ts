import { type AuditEntry, type AuditQuery, listAuditEntries } from "../persistence/audit-store.js";
import type { Queryable } from "../persistence/database.js";

export type { AuditEntry, AuditQuery } from "../persistence/audit-store.js";

/** What administrators changed, for administrators. */
export interface AuditLog {
  /** Newest first. */
  list(tenantId: string, query: AuditQuery): Promise<AuditEntry[]>;
}

/** Opens the audit for reading. Entries are written by `appendAudit`. */
export function createAuditLog({ database }: { database: Queryable }): AuditLog {
  return { list: (tenantId, query) => listAuditEntries(database, tenantId, query) };
}
