import { createDirectory } from "../../directory/directory.js";
import type { RequestContext } from "../../directory/request-context.js";
import { orderDeliveries } from "../../outbox/append.js";
import { type BeforeImage, findBeforeImage } from "../../persistence/before-image-store.js";
import type { Database, Queryable } from "../../persistence/database.js";
import { findLink } from "../../persistence/link-store.js";
import type { Clock } from "../../platform/clock.js";
import { UndoNotPossibleError } from "./plan-errors.js";
import { digestOf } from "./plan-hash.js";
import { orderedBy } from "./scim-change.js";

/**
 * How something is undone. `rewrite`: the former profile is written once more. `remove`: what was created is removed.
 * `restore`: what was deleted in SCIM is there again, and its delivery creates it.
 */
export type UndoWay = "rewrite" | "remove" | "restore";

/** Something that can be undone, and how. */
export interface Undoable {
  image: BeforeImage;
  way: UndoWay;
}

/**
 * What a delivery changed last, or in one of its attempts, where that can be undone: nothing came after it.
 * @throws UndoNotPossibleError
 */
export async function requireUndoable(
  database: Queryable,
  key: { tenantId: string; deliveryId: string; attemptId?: string | undefined },
): Promise<Undoable> {
  const image = await findBeforeImage(database, key);
  if (image === undefined) throw new UndoNotPossibleError("nothing-kept");
  if (image.action === "adopt") throw new UndoNotPossibleError("adopted");
  const link = await findLink(database, image);
  const held = link === undefined ? null : { remoteId: link.remoteId, profile: link.lastSent };
  if (digestOf(held) !== digestOf(image.after)) throw new UndoNotPossibleError("superseded");
  const way = await wayOf(database, image);
  if (way === undefined) throw new UndoNotPossibleError("still-demanded");
  return { image, way };
}

/** How a change is undone; undefined for a removal of what is there in SCIM, which the rules demand. */
export async function wayOf(database: Queryable, image: BeforeImage): Promise<UndoWay | undefined> {
  if (image.after !== null) return image.before === null ? "remove" : "rewrite";
  return (await isDeleted(database, image)) ? "restore" : undefined;
}

/** What an undo is ordered with. */
export interface UndoDeps {
  /** A database within a transaction. */
  database: Database;
  clock: Clock;
  context: RequestContext;
}

/** Orders the deliveries of an undo, and answers whose. */
export async function orderUndo(
  { database, clock, context }: UndoDeps,
  { image, way }: Undoable,
): Promise<string[]> {
  const { tenantId, connectionId, resourceId } = image;
  const { correlationId } = context;
  if (way === "restore") {
    const directory = createDirectory({ database, clock });
    await directory.restore(context, image.resourceType, resourceId, async () => undefined);
    return orderedBy(database, { tenantId, connectionId, correlationId });
  }
  const override =
    way === "remove" ? { kind: "remove" } : { kind: "write", profile: image.before?.profile ?? {} };
  const ordering = { tenantId, connectionId, correlationId, now: clock.now(), resourceIds: [resourceId] };
  return database.transaction(async (tx) => {
    const ordered = await orderDeliveries(tx, ordering);
    await tx.query(
      `update delivery set override = $4::jsonb || jsonb_build_object('generation', generation::text)
        where tenant_id = $1 and connection_id = $2 and resource_id = $3`,
      [tenantId, connectionId, resourceId, JSON.stringify(override)],
    );
    return ordered;
  });
}

async function isDeleted(database: Queryable, { tenantId, resourceId }: BeforeImage): Promise<boolean> {
  const rows = await database.query(
    "select 1 from resource where tenant_id = $1 and id = $2 and deleted_at is not null",
    [tenantId, resourceId],
  );
  return rows.length === 1;
}
