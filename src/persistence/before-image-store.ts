import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";
import type { Queryable } from "./queryable.js";

/** What is, or was, at the vendor for a resource: the link's two halves. */
export interface HeldImage {
  remoteId: string;
  profile: JsonObject;
}

/** What one attempt changed. Null: nothing was there. */
export interface BeforeImage {
  tenantId: string;
  deliveryId: string;
  attemptId: string;
  connectionId: string;
  resourceId: string;
  resourceType: ResourceTypeId;
  action: string;
  /** The run that ordered the delivery. */
  runId?: string | undefined;
  before: HeldImage | null;
  after: HeldImage | null;
}

/** Images kept of each delivery: as many of its newest changes can be undone, one after the other. */
const KEPT = 10;

/** Keeps an image, and forgets those of the delivery that are too old. */
export async function insertBeforeImage(db: Queryable, image: BeforeImage): Promise<void> {
  await db.query(
    `with old as (
       delete from before_image
        where tenant_id = $1 and delivery_id = $2
          and seq <= (select seq from before_image where tenant_id = $1 and delivery_id = $2
                       order by seq desc offset ${KEPT - 1} limit 1))
     insert into before_image (tenant_id, delivery_id, attempt_id, connection_id, resource_id, resource_type, action,
                               before, after, run_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10)`,
    [
      image.tenantId,
      image.deliveryId,
      image.attemptId,
      image.connectionId,
      image.resourceId,
      image.resourceType,
      image.action,
      image.before && JSON.stringify(image.before),
      image.after && JSON.stringify(image.after),
      image.runId ?? null,
    ],
  );
}

const COLUMNS = `tenant_id as "tenantId", delivery_id as "deliveryId", attempt_id as "attemptId",
  connection_id as "connectionId", resource_id as "resourceId", resource_type as "resourceType", action, before, after`;

/** The images that a run's deliveries of a resource left, oldest first. */
export async function findRunImages(
  db: Queryable,
  key: { tenantId: string; runId: string; resourceId: string },
): Promise<BeforeImage[]> {
  return db.query<BeforeImage & Record<string, unknown>>(
    `select ${COLUMNS} from before_image where tenant_id = $1 and run_id = $2 and resource_id = $3 order by seq`,
    [key.tenantId, key.runId, key.resourceId],
  );
}

/** The image of an attempt of a delivery, or of the newest one that has any. */
export async function findBeforeImage(
  db: Queryable,
  {
    tenantId,
    deliveryId,
    attemptId,
  }: { tenantId: string; deliveryId: string; attemptId?: string | undefined },
): Promise<BeforeImage | undefined> {
  const rows = await db.query<BeforeImage>(
    `select ${COLUMNS} from before_image
      where tenant_id = $1 and delivery_id = $2 and ($3::uuid is null or attempt_id = $3)
      order by seq desc limit 1`,
    [tenantId, deliveryId, attemptId ?? null],
  );
  return rows[0];
}
