import { badRequest } from "../scim/errors.js";
import type { JsonObject, JsonValue, SchemaDefinition } from "../scim/schema/attribute.js";
import { ORGANIZATION_GROUP_URN } from "../scim/schema/urns.js";
import { readExtendField } from "./extend-field.js";
import {
  type AttributeChange,
  flagOf,
  isRecord,
  listOf,
  member,
  readRecord,
  textOf,
  wrongMember,
} from "./record.js";

/** More people than lead one department. */
const MAX_MANAGERS = 100;

/** An organization as IDaaS 1.x pushes it, in terms of SCIM. */
export interface PushedOrganization {
  externalId: string;
  changes: AttributeChange[];
  /** Dictionary keys that are not defined here. */
  unknown: string[];
}

/**
 * Reads an organization. `SELF_OU` and `DEPARTMENT` are departments alike; `childrenOuUuid` repeats what the children
 * say by their `parentUuid` and is left to them.
 * @param dictionary the dictionary extension of groups
 * @throws ScimError 400 naming the member that is missing or of the wrong kind
 */
export function readOrganization(body: unknown, dictionary: SchemaDefinition): PushedOrganization {
  const record = readRecord(body);
  const externalId = organizationIdOf(record);
  const changes: AttributeChange[] = [{ name: "externalId", value: externalId }];
  const name = textOf(member(record, "organization", "organizationName"), "organization");
  if (name !== null) changes.push({ name: "displayName", value: name });
  const organization = (attribute: string, value: JsonValue | null) =>
    changes.push({ urn: ORGANIZATION_GROUP_URN, name: attribute, value });

  const parent = member(record, "parentUuid", "parentExternalId");
  if (flagOf(record["rootNode"], "rootNode") === true) organization("parent", null);
  else if (parent !== undefined) {
    const uuid = textOf(parent, "parentUuid");
    organization("parent", uuid === null ? null : { value: uuid });
  }
  const level = member(record, "levelNumber", "sortNumber");
  if (level !== undefined) organization("order", readOrder(level));
  const managers = member(record, "manager");
  if (managers !== undefined) organization("managers", readManagers(managers));
  const extended = readExtendField(record, dictionary);
  return { externalId, changes: [...changes, ...extended.changes], unknown: extended.unknown };
}

/** The id of an organization in the body of any of its pushes. @throws ScimError 400 invalidValue where there is none */
export function organizationIdOf(record: JsonObject): string {
  const id =
    textOf(member(record, "organizationUuid"), "organizationUuid") ??
    textOf(member(record, "externalId"), "externalId") ??
    textOf(member(record, "id"), "id");
  if (id === null)
    throw badRequest("invalidValue", '"organizationUuid" must hold the id of the organization.');
  return id;
}

function readOrder(value: JsonValue): number | null {
  const text = textOf(value, "levelNumber");
  if (text === null) return null;
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw wrongMember("levelNumber", "a whole number");
  return number;
}

/** The account ids of those who lead it. They may not have been pushed yet, so they are kept as they are. */
function readManagers(value: JsonValue): JsonValue | null {
  const ids = listOf(value, "manager", MAX_MANAGERS)
    .map((entry) => textOf(isRecord(entry) ? entry["value"] : entry, "manager.value"))
    .filter((id) => id !== null);
  return ids.length > 0 ? [...new Set(ids)].map((id) => ({ value: id })) : null;
}
