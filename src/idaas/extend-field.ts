import type {
  AttributeDefinition,
  JsonObject,
  JsonValue,
  SchemaDefinition,
} from "../scim/schema/attribute.js";
import { findByName } from "../scim/schema/find-attribute.js";
import { type AttributeChange, isRecord, member, textOf } from "./record.js";

/** The dictionary attributes that the gateway fills itself; a push that has none for them must not empty them. */
const FILLED_BY_THE_GATEWAY: ReadonlySet<string> = new Set(["ddAccountId", "ddtalkId"]);

/** What `extendField` says about dictionary attributes. */
export interface ExtendedAttributes {
  changes: AttributeChange[];
  /** Keys that the dictionary does not define; their values are not stored. */
  unknown: string[];
}

/** Reads `extendField.attributes` (connector generation: `extendFields`) by the keys of the dictionary. */
export function readExtendField(record: JsonObject, dictionary: SchemaDefinition): ExtendedAttributes {
  const extended = member(record, "extendField", "extendFields");
  const attributes = isRecord(extended) ? (extended["attributes"] ?? extended) : {};
  const result: ExtendedAttributes = { changes: [], unknown: [] };
  for (const [key, value] of Object.entries(isRecord(attributes) ? attributes : {})) {
    const attribute = findByName(dictionary.attributes, key);
    if (attribute === undefined) {
      if (!isEmpty(value)) result.unknown.push(key);
    } else if (!isEmpty(value)) {
      result.changes.push({ urn: dictionary.id, name: attribute.name, value: inType(value, attribute) });
    } else if (!FILLED_BY_THE_GATEWAY.has(attribute.name)) {
      result.changes.push({ urn: dictionary.id, name: attribute.name, value: null });
    }
  }
  return result;
}

function isEmpty(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === "";
}

/** IDaaS keeps all its extended values as text, and some senders numbers; what does not fit is for the schema to refuse. */
function inType(value: JsonValue, { type, name }: AttributeDefinition): JsonValue {
  if (typeof value === "number") return type === "string" ? textOf(value, name) : value;
  if (typeof value !== "string") return value;
  const isNumber = type === "integer" || type === "decimal";
  if (isNumber && /^-?\d{1,15}(\.\d{1,15})?$/.test(value)) return Number(value);
  if (type === "boolean" && /^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
  return value;
}
