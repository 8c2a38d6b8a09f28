import { PATCH_OP_SCHEMA } from "../scim/messages.js";
import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";
import { GROUP_URN, USER_URN } from "../scim/schema/urns.js";
import type { AttributeChange } from "./record.js";

/** A POST body with the values of the changes. */
export function creationBody(type: ResourceTypeId, changes: readonly AttributeChange[]): JsonObject {
  const body: JsonObject = {};
  const extensions: Record<string, JsonObject> = {};
  for (const { urn, name, value } of changes) {
    if (value === null) continue;
    if (urn === undefined) body[name] = value;
    else extensions[urn] = { ...extensions[urn], [name]: value };
  }
  const core = type === "User" ? USER_URN : GROUP_URN;
  return { schemas: [core, ...Object.keys(extensions)], ...body, ...extensions };
}

/**
 * A PATCH body with the changes. A PUT would not do: it clears what it does not name, and IDaaS does not know the
 * members of an organization, or what others have added to a person.
 */
export function changeBody(changes: readonly AttributeChange[]): JsonObject {
  return patchBody(
    changes.map(({ urn, name, value }) => {
      const path = urn === undefined ? name : `${urn}:${name}`;
      return value === null ? { op: "remove", path } : { op: "replace", path, value };
    }),
  );
}

/** A PATCH body of these operations. */
export function patchBody(operations: JsonObject[]): JsonObject {
  return { schemas: [PATCH_OP_SCHEMA], Operations: operations };
}
