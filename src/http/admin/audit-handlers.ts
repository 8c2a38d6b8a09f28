import type { RequestHandler } from "express";
import { z } from "zod";
import type { AuditEntry, AuditLog } from "../../audit/audit-log.js";
import { queryOf } from "../middleware/request-state.js";
import { administratorOf } from "./administrator.js";
import { readCursor, toPage } from "./cursor.js";
import { pageFields, readInput } from "./read-input.js";

const MAX_NAME = 256;
const name = z.string().min(1, "must not be blank").max(MAX_NAME, `must have at most ${MAX_NAME} characters`);
const time = z.iso
  .datetime({ offset: true, error: "must be a time such as 2026-01-31T08:00:00Z" })
  .transform((text) => new Date(text));

const listQuery = z.strictObject({
  ...pageFields,
  actor: name.optional(),
  action: name.optional(),
  objectType: name.optional(),
  object: name.optional(),
  since: time.optional(),
  until: time.optional(),
});

/** The handler of `/admin/v1/audit`: who changed what and when. */
export function createAuditHandlers({ audit }: { audit: AuditLog }): { list: RequestHandler } {
  return {
    async list(request, response) {
      const { cursor, limit, object, ...query } = readInput(listQuery, { ...queryOf(request) });
      const rows = await audit.list(administratorOf(request).tenantId, {
        ...query,
        objectId: object,
        after: readCursor(cursor),
        limit: limit + 1,
      });
      response.json(toPage(rows, limit, presentAuditEntry));
    },
  };
}

function presentAuditEntry(entry: AuditEntry) {
  return {
    id: entry.id,
    at: entry.at.toISOString(),
    actor: entry.actor,
    action: entry.action,
    objectType: entry.objectType,
    objectId: entry.objectId,
    objectName: entry.objectName,
    changes: entry.changes,
    correlationId: entry.correlationId,
  };
}
