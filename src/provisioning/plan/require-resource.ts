import type { Queryable } from "../../persistence/database.js";
import { PlannedResourceNotFoundError } from "./plan-errors.js";

/** Answers the id of a resource, living or removed. @throws PlannedResourceNotFoundError where the tenant never had it */
export async function requireResource(database: Queryable, tenantId: string, id: string): Promise<string> {
  const rows = await database.query("select 1 from resource where tenant_id = $1 and id = $2", [
    tenantId,
    id,
  ]);
  if (rows.length === 0) throw new PlannedResourceNotFoundError();
  return id;
}
