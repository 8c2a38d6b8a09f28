import type { Queryable } from "../persistence/database.js";
import type { JsonObject, JsonValue } from "../scim/schema/attribute.js";
import { ENTERPRISE_USER_URN } from "../scim/schema/urns.js";
import { objectOf } from "./canonical-document.js";

/** The names by which others can call a person their manager: the id, the externalId, the employee number. */
export function managerNames(id: string, doc: JsonObject): string[] {
  return [id, textOf(doc["externalId"]), textOf(objectOf(doc[ENTERPRISE_USER_URN])["employeeNumber"])].filter(
    (name) => name !== undefined,
  );
}

/** The names that only one of the two lists has: those whose meaning changed. */
export function changedNames(before: readonly string[], after: readonly string[]): string[] {
  return [
    ...before.filter((name) => !after.includes(name)),
    ...after.filter((name) => !before.includes(name)),
  ];
}

/** The users whose manager is given by one of the names. */
export async function findUsersManagedBy(
  queryable: Queryable,
  tenantId: string,
  names: readonly string[],
): Promise<string[]> {
  if (names.length === 0) return [];
  const rows = await queryable.query<{ id: string }>(
    `select id from resource
      where tenant_id = $1 and manager_ref = any($2::text[]) and type = 'User' and deleted_at is null`,
    [tenantId, names],
  );
  return rows.map((row) => row.id);
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
