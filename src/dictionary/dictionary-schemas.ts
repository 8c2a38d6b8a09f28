import type { DictionaryCategory, DictionaryField } from "../persistence/dictionary-store.js";
import type { AttributeDefinition, AttributeType, SchemaDefinition } from "../scim/schema/attribute.js";
import { DICTIONARY_GROUP_URN, DICTIONARY_USER_URN } from "../scim/schema/urns.js";

/** The two extension schemas of a tenant's dictionary. */
export interface DictionarySchemas {
  user: SchemaDefinition;
  group: SchemaDefinition;
}

/** Builds the extension schemas from the enabled fields; a disabled one is hidden, its values stay stored. */
export function dictionarySchemas(fields: readonly DictionaryField[]): DictionarySchemas {
  const attributesOf = (category: DictionaryCategory) =>
    fields.filter((field) => field.enabled && field.category === category).map(dictionaryAttribute);
  return {
    user: {
      id: DICTIONARY_USER_URN,
      name: "DictionaryUser",
      description: "Attributes of people that the administrator defined",
      attributes: attributesOf("user"),
    },
    group: {
      id: DICTIONARY_GROUP_URN,
      name: "DictionaryGroup",
      description: "Attributes of departments and groups that the administrator defined",
      attributes: attributesOf("group"),
    },
  };
}

/**
 * One field as a SCIM attribute. Text is case exact where the field is unique (an identifier that somebody else
 * issued must not be mixed up with one that differs in case) and in an enum. A field that is not modifiable can be
 * set once and then stays (`immutable`).
 */
export function dictionaryAttribute(field: DictionaryField): AttributeDefinition {
  const { values, pattern, maxLength, remark } = field.options;
  const type = attributeType(field.type);
  const rules = {
    ...(pattern !== undefined && { pattern }),
    ...(maxLength !== undefined && { maxLength }),
    ...(field.type === "enum" && { enforceCanonicalValues: true }),
  };
  return {
    name: field.key,
    type,
    multiValued: field.multiValued,
    description: remark ? `${field.name}: ${remark}` : field.name,
    required: field.required,
    caseExact: type === "reference" || field.type === "enum" || field.uniqueValue,
    // A required field has to be fillable at any time, so it is always modifiable.
    mutability: field.modifiable || field.required ? "readWrite" : "immutable",
    returned: "default",
    uniqueness: field.uniqueValue ? "server" : "none",
    ...(field.type === "enum" && values && { canonicalValues: values }),
    ...(type === "reference" && { referenceTypes: ["external"] }),
    ...(Object.keys(rules).length > 0 && { rules }),
  };
}

function attributeType(type: DictionaryField["type"]): AttributeType {
  switch (type) {
    case "string":
    case "enum":
      return "string";
    case "boolean":
    case "integer":
    case "decimal":
    case "dateTime":
    case "reference":
      return type;
    default:
      return type satisfies never;
  }
}
