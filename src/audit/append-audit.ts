import { insertAuditEntry } from "../persistence/audit-store.js";
import type { Transaction } from "../persistence/database.js";
import { newId } from "../platform/ids.js";
import type { JsonObject } from "../scim/schema/attribute.js";
import { auditedChanges } from "./audited-changes.js";

/** On whose behalf something is changed. */
export interface AuditContext {
  tenantId: string;
  /** The OAuth client's id, or {@link GATEWAY_ACTOR}. */
  actor: string;
  /** Undefined where no request asked for it. */
  correlationId?: string | undefined;
}

/** The actor of what the gateway does by itself: its first start, schedules. */
export const GATEWAY_ACTOR = "gateway";

/** What the audit follows. Add a kind here when an administrator can change something new. */
export type AuditedObject =
  | "adoption-proposal"
  | "adoption-report"
  | "client"
  | "client-secret"
  | "client-token"
  | "connection"
  | "delivery"
  | "dictionary-field"
  | "link"
  | "notification-settings"
  | "plan"
  | "run";

/** One change to be told. */
export interface AuditNote {
  object: {
    type: AuditedObject;
    /** Absent where the change concerns no single object. */
    id?: string | undefined;
    /** What people call it. */
    name?: string | null | undefined;
  };
  /** What happened to the object, a participle: "created", "changed", "removed", "retried", "released". */
  verb: string;
  /** The object without times and other facts that nobody decides; absent: it was not there. */
  before?: JsonObject | undefined;
  /** Absent: it is not there any more. Values under names such as "appSecret" are told as "[secret]". */
  after?: JsonObject | undefined;
}

/**
 * Writes a change into the audit, in the transaction that makes it: both are there, or neither. A "changed" without a
 * difference leaves no entry. Secrets are not kept, see `auditedChanges`; mobile numbers must not be handed over.
 */
export async function appendAudit(
  tx: Transaction,
  context: AuditContext & { now: Date },
  note: AuditNote,
): Promise<void> {
  const changes = auditedChanges(note.before, note.after);
  if (note.verb === "changed" && changes.length === 0) return;
  await insertAuditEntry(tx, {
    tenantId: context.tenantId,
    id: newId(),
    at: context.now,
    actor: context.actor,
    correlationId: context.correlationId ?? null,
    action: `${note.object.type}.${note.verb}`,
    objectType: note.object.type,
    objectId: note.object.id ?? null,
    objectName: note.object.name ?? null,
    changes,
  });
}
