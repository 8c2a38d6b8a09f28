import { orderDeliveries } from "../outbox/append.js";
import type { ClaimedDelivery } from "../outbox/delivery.js";
import type { Database } from "../persistence/database.js";
import type { JsonValue } from "../scim/schema/attribute.js";
import { ENTERPRISE_USER_URN, ORGANIZATION_GROUP_URN } from "../scim/schema/urns.js";
import type { UserSubject } from "./decide/subject.js";

const LED = `
  select r.id from resource r
   where r.tenant_id = $1 and r.id = any($2::uuid[]) and r.deleted_at is null
     and jsonb_typeof(r.doc->$3->'managers') = 'array'
     and exists (select 1 from jsonb_array_elements(r.doc->$3->'managers') as manager
                  where manager->>'value' = any($4::text[]))`;

/**
 * Orders the departments of a person that name them as a manager: the vendor takes only a direct member, so the
 * department could not be led by them before. Done before the person's own delivery is settled: the department then
 * either sees that they have joined, or waits for that settle.
 */
export async function orderLedDepartments(
  deps: { database: Database },
  delivery: ClaimedDelivery,
  subject: UserSubject,
  now: Date,
): Promise<void> {
  if (subject.departments.length === 0) return;
  const { tenantId, connectionId, correlationId } = delivery;
  const departmentIds = subject.departments.map(({ resourceId }) => resourceId);
  const rows = await deps.database.query<{ id: string }>(LED, [
    tenantId,
    departmentIds,
    ORGANIZATION_GROUP_URN,
    namesOf(subject),
  ]);
  if (rows.length === 0) return;
  const resourceIds = rows.map(({ id }) => id);
  await deps.database.transaction(async (tx) => {
    await orderDeliveries(tx, { tenantId, connectionId, correlationId, now, resourceIds });
  });
}

/** What a group may call the person: SCIM id, externalId or employee number. */
function namesOf({ id, attributes }: UserSubject): string[] {
  const enterprise = attributes[ENTERPRISE_USER_URN];
  const number: JsonValue | undefined =
    typeof enterprise === "object" && enterprise !== null && !Array.isArray(enterprise)
      ? enterprise["employeeNumber"]
      : undefined;
  return [id, attributes["externalId"], number].filter(
    (name) => typeof name === "string" && name !== "",
  ) as string[];
}
