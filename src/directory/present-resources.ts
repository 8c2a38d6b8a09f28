import type { Queryable } from "../persistence/database.js";
import { findGroupsOfUsers, type MemberOf } from "../persistence/groups-of-users.js";
import { findMembers, type Member } from "../persistence/membership-store.js";
import type { StoredResource } from "../persistence/resource-store.js";
import type { JsonObject, JsonValue, ResourceTypeId } from "../scim/schema/attribute.js";
import {
  ORGANIZATION_GROUP_URN,
  PROVISIONING_GROUP_URN,
  PROVISIONING_USER_URN,
} from "../scim/schema/urns.js";
import { objectOf, splitHidden } from "./canonical-document.js";
import type { ProvisioningStates } from "./directory-parts.js";
import type { Resource, ResourceNeeds } from "./resource.js";
import type { TenantSchema } from "./tenant-schema.js";
import { verbatimDocument } from "./verbatim-document.js";

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
  const { queryable, tenantId, schema, provisioningStates } = presentation;
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
    const others = lookedUp(type, members && (members.get(one.id) ?? []), states?.get(one.id));
    return new PresentedResource(one, schema, groups && (groups.get(one.id) ?? []).map(named), others);
  });
}

/** What of a resource lives in rows of its own, besides the groups of a user; undefined where nothing does. */
function lookedUp(
  type: ResourceTypeId,
  members: readonly Member[] | undefined,
  connections: readonly JsonValue[] | undefined,
): JsonObject | undefined {
  if (members === undefined && !connections?.length) return undefined;
  const urn = type === "User" ? PROVISIONING_USER_URN : PROVISIONING_GROUP_URN;
  return {
    ...(members && { members: members.map(named) }),
    ...(connections?.length && { [urn]: { connections: [...connections] } }),
  };
}

/** Assembles its attributes when they are asked for: an answer that shows a document as it is stored never does. */
class PresentedResource implements Resource {
  readonly id: string;
  readonly type: ResourceTypeId;
  readonly version: number;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  changed?: boolean;
  readonly #stored: StoredResource;
  readonly #schema: TenantSchema;
  readonly #others: JsonObject | undefined;
  #attributes: JsonObject | undefined;

  /** @param others attributes that live in rows of their own, besides the groups */
  constructor(
    stored: StoredResource,
    schema: TenantSchema,
    readonly groups: JsonObject[] | undefined,
    others: JsonObject | undefined,
  ) {
    this.id = stored.id;
    this.type = stored.type;
    this.version = stored.version;
    this.createdAt = stored.createdAt;
    this.modifiedAt = stored.modifiedAt;
    this.#stored = stored;
    this.#schema = schema;
    this.#others = others;
  }

  get document(): string | undefined {
    if (this.#others) return undefined;
    return verbatimDocument(this.#stored, this.#schema.of(this.type).enabledKeys);
  }

  get attributes(): JsonObject {
    if (this.#attributes === undefined) {
      const own = visibleAttributes(this.#stored, this.#schema);
      this.#attributes = { ...own, ...this.#others, ...(this.groups && { groups: this.groups }) };
    }
    return this.#attributes;
  }
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
