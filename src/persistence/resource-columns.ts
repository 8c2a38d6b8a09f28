import type { JsonObject, JsonValue, ResourceTypeId } from "../scim/schema/attribute.js";
import { ENTERPRISE_USER_URN, ORGANIZATION_GROUP_URN } from "../scim/schema/urns.js";
import { userNameKey } from "../scim/user-name-key.js";

/** The columns of table `resource` that repeat a value of the document, so that it can be looked up or unique. */
export interface ResourceColumns {
  userNameKey: string | null;
  externalId: string | null;
  displayNameKey: string | null;
  active: boolean | null;
  managerRef: string | null;
  employeeNumber: string | null;
  kind: string | null;
}

/** Derives the columns from a canonical document. The `...Key` ones are prepared for comparison. */
export function resourceColumns(type: ResourceTypeId, doc: JsonObject): ResourceColumns {
  const enterprise = objectOf(doc[ENTERPRISE_USER_URN]);
  const isUser = type === "User";
  return {
    userNameKey: isUser && typeof doc["userName"] === "string" ? userNameKey(doc["userName"]) : null,
    externalId: textOf(doc["externalId"]),
    displayNameKey: textOf(doc["displayName"])?.toLowerCase() ?? null,
    active: isUser && typeof doc["active"] === "boolean" ? doc["active"] : null,
    managerRef: isUser ? textOf(objectOf(enterprise?.["manager"])?.["value"]) : null,
    employeeNumber: isUser ? textOf(enterprise?.["employeeNumber"]) : null,
    kind: isUser ? null : textOf(objectOf(doc[ORGANIZATION_GROUP_URN])?.["kind"]),
  };
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}
