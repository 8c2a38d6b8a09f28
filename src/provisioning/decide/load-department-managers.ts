import type { Queryable } from "../../persistence/database.js";
import { isId } from "../../platform/ids.js";
import type { JsonObject, JsonValue } from "../../scim/schema/attribute.js";
import { ORGANIZATION_GROUP_URN } from "../../scim/schema/urns.js";
import { REFERENCE_COLUMNS, REFERENCE_JOINS, type ReferenceRow, referenceOf } from "./load-reference.js";
import type { DepartmentManager } from "./subject.js";

/** More people than lead any department; what is above is not sent. */
const MAX_MANAGERS = 100;

// A manager is named by SCIM id, by externalId, or (HR systems) by employee number, as in load-subject.ts. What was last
// sent of them tells whether they are direct members of the department at the vendor.
const MANAGERS = `
  select ${REFERENCE_COLUMNS},
         coalesce(l.last_sent->'departmentRemoteIds' @> to_jsonb($4::text), false) as is_direct_member
    from unnest($3::text[], $5::uuid[]) with ordinality as wanted (ref, id, place)
   cross join lateral (
     select named.id, named.doc, named.tenant_id from resource named
      where named.tenant_id = $1 and named.type = 'User' and named.deleted_at is null
        and (named.id = wanted.id or named.external_id = wanted.ref
             or (lower(named.employee_number) = lower(wanted.ref collate "C") and named.employee_number = wanted.ref))
      order by (named.id = wanted.id) desc nulls last, (named.external_id = wanted.ref) desc nulls last, named.seq
      limit 1) r
    ${REFERENCE_JOINS}
   order by wanted.place`;

/** The living people whom a group names as its managers, in that order, each once. Costs nothing where it names none. */
export async function loadDepartmentManagers(
  database: Queryable,
  key: { tenantId: string; connectionId: string },
  attributes: JsonObject,
  /** Of the department itself; absent while it is not there. */
  remoteId: string | undefined,
): Promise<DepartmentManager[]> {
  const named = namedManagers(attributes);
  if (named.length === 0) return [];
  const rows = await database.query<ReferenceRow & { is_direct_member: boolean }>(MANAGERS, [
    key.tenantId,
    key.connectionId,
    named,
    remoteId ?? "",
    named.map((ref) => (isId(ref) ? ref : null)),
  ]);
  const managers = new Map<string, DepartmentManager>();
  for (const row of rows) {
    managers.set(row.id, {
      ...referenceOf(row),
      isDirectMember: remoteId !== undefined && row.is_direct_member,
    });
  }
  return [...managers.values()];
}

function namedManagers(attributes: JsonObject): string[] {
  const organization = attributes[ORGANIZATION_GROUP_URN];
  const managers = isObject(organization) ? organization["managers"] : undefined;
  if (!Array.isArray(managers)) return [];
  const values = managers.map((manager) => (isObject(manager) ? manager["value"] : undefined));
  return values.filter((value) => typeof value === "string").slice(0, MAX_MANAGERS);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
