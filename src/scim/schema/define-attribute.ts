import type { AttributeDefinition, AttributeType } from "./attribute.js";

/** What differs from the defaults of RFC 7643 section 2.2. */
type Characteristics = Partial<Omit<AttributeDefinition, "name" | "type" | "description">>;

/**
 * An attribute with the defaults of RFC 7643 section 2.2 (optional, singular, readWrite, returned by default, not
 * unique). `reference` and `binary` values are case exact, as sections 2.3.6 and 2.3.7 demand.
 */
export function attribute(
  name: string,
  type: AttributeType,
  description: string,
  characteristics: Characteristics = {},
): AttributeDefinition {
  return {
    name,
    type,
    multiValued: false,
    description,
    required: false,
    caseExact: type === "reference" || type === "binary",
    mutability: "readWrite",
    returned: "default",
    uniqueness: "none",
    ...characteristics,
  };
}

/** A string attribute. */
export function text(
  name: string,
  description: string,
  characteristics?: Characteristics,
): AttributeDefinition {
  return attribute(name, "string", description, characteristics);
}

/** A complex attribute. */
export function complex(
  name: string,
  description: string,
  subAttributes: readonly AttributeDefinition[],
  characteristics?: Characteristics,
): AttributeDefinition {
  return attribute(name, "complex", description, { ...characteristics, subAttributes });
}

/**
 * A multi-valued attribute with the usual sub-attributes of RFC 7643 section 2.4: the given ones (mostly `value`),
 * then `display`, `type` with suggested words, and `primary`. The words are suggestions: clients send others.
 */
export function plural(
  name: string,
  description: string,
  valueAttributes: readonly AttributeDefinition[],
  suggestedTypes: readonly string[],
): AttributeDefinition {
  const words = suggestedTypes.length > 0 ? { canonicalValues: suggestedTypes } : {};
  return complex(
    name,
    description,
    [
      ...valueAttributes,
      text("display", "A name for people to read."),
      text("type", "What the value is used for.", words),
      attribute("primary", "boolean", "Whether this is the preferred value; true for one value at most."),
    ],
    { multiValued: true },
  );
}

/**
 * The sub-attributes of a pointer to another resource. `$ref` and the name are worked out by the server from
 * `value` when it answers, so what a client sends for them is ignored.
 */
export function pointer(referenceTypes: readonly string[], nameAttribute: string): AttributeDefinition[] {
  return [
    text("value", `The id of the ${referenceTypes.join(" or ")}.`, {
      caseExact: true,
      rules: { maxLength: 255 },
    }),
    attribute("$ref", "reference", "The address of the resource.", {
      referenceTypes,
      mutability: "readOnly",
    }),
    text(nameAttribute, "The name of the resource.", { mutability: "readOnly" }),
  ];
}
