import type { Queryable } from "../../persistence/database.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { InvalidConnectionError } from "../connections/connection-errors.js";

/** A root that no group matches puts everything out of scope; it is never taken for "no root". */
const NO_GROUP = "00000000-0000-0000-0000-000000000000";

/** The id of the group that a scope names as its root; undefined where it names none. */
export async function findRootGroup(
  database: Queryable,
  tenantId: string,
  { rootGroupId, rootExternalId }: JsonObject,
): Promise<string | undefined> {
  if (typeof rootGroupId === "string" && rootGroupId !== "") return rootGroupId;
  if (typeof rootExternalId !== "string" || rootExternalId === "") return undefined;
  const rows = await database.query<{ id: string }>(
    `select id from resource
      where tenant_id = $1 and type = 'Group' and external_id = $2 and deleted_at is null order by seq limit 1`,
    [tenantId, rootExternalId],
  );
  return rows[0]?.id ?? NO_GROUP;
}

/**
 * A scope as it is stored: a root that is given by name becomes one by id, as names change.
 * @throws InvalidConnectionError when no group or several have the name
 */
export async function storedScope(
  database: Queryable,
  tenantId: string,
  scope: JsonObject,
): Promise<JsonObject> {
  const { rootDisplayName: name, ...rest } = scope;
  if (typeof name !== "string" || name.trim() === "") return rest;
  const rows = await database.query<{ id: string }>(
    `select id from resource
      where tenant_id = $1 and type = 'Group' and deleted_at is null and doc ->> 'displayName' = $2
      order by seq limit 5`,
    [tenantId, name],
  );
  const [first] = rows;
  if (first === undefined) throw new InvalidConnectionError("scope.rootDisplayName", "names no group");
  if (rows.length > 1) {
    const ids = rows.map((row) => row.id).join(", ");
    throw new InvalidConnectionError(
      "scope.rootDisplayName",
      `names several groups, give rootGroupId: ${ids}`,
    );
  }
  return { ...rest, rootGroupId: first.id };
}
