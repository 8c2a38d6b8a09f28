import type { Queryable } from "../persistence/database.js";
import { findGroupsOfUsers, findMembers, type MemberOf } from "../persistence/membership-store.js";
import type { StoredResource } from "../persistence/resource-store.js";
import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";
import {
  ORGANIZATION_GROUP_URN,
  PROVISIONING_GROUP_URN,
  PROVISIONING_USER_URN,
} from "../scim/schema/urns.js";
import { objectOf, splitHidden } from "./canonical-document.js";
import type { ProvisioningStates } from "./directory-parts.js";
import type { Resource, ResourceNeeds } from "./resource.js";
import type { TenantSchema } from "./tenant-schema.js";

/** What a resource is presented with. */
export interface Presentation {
  queryable: Queryable;
  tenantId: string;
  schema: TenantSchema;
  provisioningStates?: ProvisioningStates | undefined;
}

/**
 * Turns rows into resources, with one look-up for each part that is needed, however many resources there are.
 * @param knownGroups the groups of users, where they were read already
 */
export async function presentResources(
  presentation: Presentation,
  type: ResourceTypeId,
  stored: readonly StoredResource[],
  needs: ResourceNeeds,
  knownGroups?: ReadonlyMap<string, readonly MemberOf[]>,
): Promise<Resource[]> {
  const { queryable, tenantId, provisioningStates } = presentation;
  const ids = stored.map((one) => one.id);
  const members = type === "Group" && needs.members ? await findMembers(queryable, tenantId, ids) : undefined;
  const groups =
    knownGroups ??
    (type === "User" && needs.groups ? await findGroupsOfUsers(queryable, tenantId, ids) : undefined);
  const states =
    needs.provisioning && provisioningStates && ids.length > 0
      ? await provisioningStates(queryable, tenantId, type, ids)
      : undefined;
  return stored.map((one) => {
    const attributes = visibleAttributes(one, presentation.schema);
    if (members) attributes["members"] = (members.get(one.id) ?? []).map(named);
    if (groups) attributes["groups"] = (groups.get(one.id) ?? []).map(named);
    const connections = states?.get(one.id);
    if (connections && connections.length > 0) {
      attributes[type === "User" ? PROVISIONING_USER_URN : PROVISIONING_GROUP_URN] = { connections };
    }
    const { id, version, createdAt, modifiedAt } = one;
    return { id, type, version, createdAt, modifiedAt, attributes };
  });
}

/** The attributes of a row as clients see them: without values of disabled dictionary fields, with the parent. */
export function visibleAttributes(stored: StoredResource, schema: TenantSchema): JsonObject {
  const { visible } = splitHidden(stored.type, stored.doc, schema.of(stored.type).enabledKeys);
  const attributes = { ...visible };
  const { id, ref, display } = stored.parent;
  const value = id ?? ref;
  if (value !== null) {
    attributes[ORGANIZATION_GROUP_URN] = {
      ...objectOf(attributes[ORGANIZATION_GROUP_URN]),
      parent: named({ value, display }),
    };
  }
  return attributes;
}

/** A member, group or parent as answers show it: without a display that is not known. */
function named({
  value,
  type,
  display,
}: {
  value: string;
  type?: string;
  display: string | null;
}): JsonObject {
  const shown: JsonObject = { value };
  if (display !== null) shown["display"] = display;
  if (type !== undefined) shown["type"] = type;
  return shown;
}
