import { appendDeliveries, type ChangedResource } from "../outbox/append.js";
import { type ChangeCause, recordChanges } from "../persistence/change-store.js";
import { type Database, type Queryable, type Transaction, UniqueViolation } from "../persistence/database.js";
import type { ListLandmarks } from "../persistence/list-landmarks.js";
import type { Clock } from "../platform/clock.js";
import { notFound, notUnique, type ScimError } from "../scim/errors.js";
import type { JsonValue, ResourceTypeId } from "../scim/schema/attribute.js";
import { type ChangeNotes, createChangeNotes } from "./change-notes.js";
import type { ListCursors } from "./list-cursor.js";
import type { Passwords } from "./passwords.js";
import type { RequestContext } from "./request-context.js";
import type { TenantSchema } from "./tenant-schema.js";
import type { TakeTurns } from "./turns.js";

/** Reads the `connections` of the provisioning extension for some resources, by resource id. */
export type ProvisioningStates = (
  queryable: Queryable,
  tenantId: string,
  type: ResourceTypeId,
  ids: string[],
) => Promise<Map<string, JsonValue[]>>;

/** What the operations of the directory work with. */
export interface DirectoryParts {
  database: Database;
  clock: Clock;
  cursors: ListCursors;
  landmarks: ListLandmarks;
  passwords: Passwords;
  schemaOf(tenantId: string): Promise<TenantSchema>;
  provisioningStates?: ProvisioningStates | undefined;
  /** For writers of one user, by its id. */
  turns: TakeTurns;
}

/** One write in progress. */
export interface Writing {
  tx: Transaction;
  tenantId: string;
  now: Date;
  /** For the change log: every resource whose version the write raises has to be noted. */
  notes: ChangeNotes;
}

/** What a write answers, and whom the provisioner has to bring up to date because of it. */
export interface WriteOutcome<Result> {
  result: Result;
  touched: ChangedResource[];
}

/**
 * Runs one write, its rows in the change log and the order of its deliveries in one transaction: a change is never
 * stored without them.
 * @throws ScimError 409 uniqueness when another user took the userName
 */
export async function write<Result>(
  parts: DirectoryParts,
  context: RequestContext,
  work: (writing: Writing) => Promise<WriteOutcome<Result>>,
): Promise<Result> {
  const { tenantId, correlationId } = context;
  const now = parts.clock.now();
  try {
    return await parts.database.transaction(async (tx) => {
      const notes = createChangeNotes();
      const { result, touched } = await work({ tx, tenantId, now, notes });
      await recordChanges(tx, causeOf(context, now), notes.all());
      if (touched.length > 0) {
        await appendDeliveries(tx, { tenantId, correlationId, now, resources: touched });
      }
      return result;
    });
  } catch (error) {
    if (error instanceof UniqueViolation && error.constraint === "resource_user_name_key") {
      throw notUnique("userName");
    }
    throw error;
  }
}

/** Whom and which request the change log names. */
export function causeOf(context: RequestContext, now: Date): ChangeCause {
  const { tenantId, actor, correlationId, dictionaryRevision } = context;
  return { tenantId, actor, correlationId, now, dictionaryRevision };
}

/** Names resources of one type for the outbox. */
export function changed(type: ResourceTypeId, ids: Iterable<string>): ChangedResource[] {
  return Array.from(ids, (id) => ({ type, id }));
}

/** 404 for a resource that is not there, or never was. */
export function missing(type: ResourceTypeId, id: string): ScimError {
  return notFound(`There is no ${type} with the id "${id.slice(0, 64)}".`);
}
