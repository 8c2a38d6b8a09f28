import type { Queryable } from "../persistence/database.js";
import { badRequest } from "../scim/errors.js";
import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";
import { dictionaryValue } from "./canonical-document.js";

/**
 * Refuses to change a vendor's id while a link says that it is right: the next delivery would otherwise look for
 * the wrong object. Where no link exists yet, a client may set the id, and the delivery adopts that object.
 * @param keys the dictionary attributes that hold vendors' ids
 * @throws ScimError 400 mutability naming the attribute
 */
export async function refuseLinkedIdChange(
  queryable: Queryable,
  resource: { tenantId: string; type: ResourceTypeId; id: string },
  keys: readonly string[],
  before: JsonObject,
  after: JsonObject,
): Promise<void> {
  for (const key of keys) {
    const held = dictionaryValue(resource.type, before, key);
    if (typeof held !== "string" || held === dictionaryValue(resource.type, after, key)) continue;
    const rows = await queryable.query(
      "select 1 from link where tenant_id = $1 and resource_id = $2 and remote_id = $3 limit 1",
      [resource.tenantId, resource.id, held],
    );
    if (rows.length > 0) {
      throw badRequest("mutability", `"${key}" is kept by the provisioner while the resource is linked.`);
    }
  }
}
