import { searchEntries } from "../../scim/search-entries.js";
import type { ChangeCause } from "../change-store.js";
import type { Queryable } from "../queryable.js";
import type { StoredResource } from "../resource-row.js";

/**
 * Removes a user with everything that belongs to it, in one call of the database function `remove_user`
 * (migrations/1764150000400, which says why it is one), if it still has the version that was read; returns false, with
 * nothing changed, if it has not.
 * @param managerNames the names by which others call this person their manager
 * @throws StatementError (SQLSTATE 40001), with nothing changed, when the user was put into a group meanwhile
 */
export async function removeUserRow(
  database: Queryable,
  { tenantId, actor, correlationId, now }: ChangeCause,
  stored: StoredResource,
  managerNames: readonly string[],
): Promise<boolean> {
  const entries = searchEntries("User", stored.doc);
  const rows = await database.query<{ removed: boolean }>(
    "select remove_user($1, $2, $3, $4::text[], $5::text[], $6::text[], $7, $8, $9) as removed",
    [
      tenantId,
      stored.id,
      stored.version,
      entries.map((entry) => entry.attribute),
      entries.map((entry) => entry.key),
      managerNames,
      now,
      actor,
      correlationId,
    ],
  );
  return rows[0]?.removed === true;
}
