import { orderDeliveries } from "../outbox/append.js";
import type { ClaimedDelivery } from "../outbox/delivery.js";
import type { Database } from "../persistence/database.js";
import { findLinksByLastSent } from "../persistence/link-store.js";
import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";
import type { Decision } from "./decide/decision.js";
import type { DepartmentSubject } from "./decide/subject.js";
import { isRoleLink } from "./roles/role-link.js";

/** Orders of one transaction. */
const PAGE = 500;

/** Members, and groups below, that were delivered while the department was not there. */
const DELIVERED = `
  select r.id from resource r
    join delivery d on d.tenant_id = r.tenant_id and d.connection_id = $2 and d.resource_id = r.id
   where r.tenant_id = $1 and r.deleted_at is null and d.state = 'synced' and r.id > $4
     and (r.parent_id = $3
          or r.id in (select m.member_id from membership m where m.tenant_id = $1 and m.group_id = $3))
   order by r.id limit ${PAGE}`;

/**
 * A department that leaves the connection's scope, or comes back, changes what is wanted of those in it, although they
 * themselves did not change: they are ordered, once. Done before the department's own delivery is settled, so that it
 * waits for them, or they for it.
 */
export async function orderAroundDepartment(
  deps: { database: Database },
  delivery: ClaimedDelivery,
  subject: DepartmentSubject,
  decision: Decision,
  now: Date,
): Promise<void> {
  // Who holds a role is part of the people's own deliveries.
  if (subject.kind !== "department" || isRoleLink(subject.link)) return;
  const isMarked = subject.link?.unwantedSince !== undefined;
  if (!subject.inScope && subject.link !== undefined && !isMarked) {
    await orderOccupants(deps.database, delivery, subject.link.remoteId, now);
  }
  if (decision.kind === "write-department" && (subject.link === undefined || isMarked)) {
    await orderDelivered(deps.database, delivery, now);
  }
}

/** Whoever was last sent into the department, and the departments below it. */
async function orderOccupants(
  database: Database,
  delivery: ClaimedDelivery,
  remoteId: string,
  now: Date,
): Promise<void> {
  const wheres: [ResourceTypeId, JsonObject][] = [
    ["User", { departmentRemoteIds: [remoteId] }],
    ["Group", { parentRemoteId: remoteId }],
  ];
  for (const [type, fragment] of wheres) {
    for (let after: string | undefined; ; ) {
      const page = { limit: PAGE, ...(after !== undefined && { after }) };
      const links = await findLinksByLastSent(database, delivery, type, fragment, page);
      await order(
        database,
        delivery,
        links.map(({ resourceId }) => resourceId),
        now,
      );
      after = links.at(-1)?.resourceId;
      if (links.length < PAGE) break;
    }
  }
}

/** Those who were delivered, or removed, as if they were not in it. */
async function orderDelivered(database: Database, delivery: ClaimedDelivery, now: Date): Promise<void> {
  const { tenantId, connectionId, resourceId } = delivery;
  for (let after = "00000000-0000-0000-0000-000000000000"; ; ) {
    const rows = await database.query<{ id: string }>(DELIVERED, [tenantId, connectionId, resourceId, after]);
    await order(
      database,
      delivery,
      rows.map(({ id }) => id),
      now,
    );
    const last = rows.at(-1)?.id;
    if (last === undefined || rows.length < PAGE) return;
    after = last;
  }
}

async function order(
  database: Database,
  { tenantId, connectionId, correlationId }: ClaimedDelivery,
  resourceIds: string[],
  now: Date,
): Promise<void> {
  if (resourceIds.length === 0) return;
  await database.transaction((tx) =>
    orderDeliveries(tx, { tenantId, connectionId, correlationId, now, resourceIds }),
  );
}
