import type { Discovered } from "../check.js";
import { expectThat, objectsOf, stringOf } from "../expect.js";
import type { JsonObject } from "../scim-client.js";

/** An attribute as /Schemas describes it. */
export interface DescribedAttribute {
  /** The URI of its schema. */
  schema: string;
  /** Its name, or `parent.name`. */
  path: string;
  definition: JsonObject;
  isSubAttribute: boolean;
}

/** Every attribute and sub-attribute of every schema that the server lists. Fails the check where it lists none. */
export function describedAttributes(discovered: Discovered): DescribedAttribute[] {
  const described = discovered.schemas.flatMap((schema) =>
    attributesIn(stringOf(schema["id"]), objectsOf(schema["attributes"]), ""),
  );
  expectThat(described.length > 0, "/Schemas describes no attribute");
  return described;
}

/**
 * The single-valued string attributes of users (core and extensions) for which the condition holds; what a check can
 * fill by itself.
 */
export function simpleUserAttributes(
  discovered: Discovered,
  holds: (definition: JsonObject) => boolean,
): DescribedAttribute[] {
  const user = discovered.resourceTypes.find((type) => type["endpoint"] === discovered.endpoints.users);
  const schemas = [
    stringOf(user?.["schema"]),
    ...objectsOf(user?.["schemaExtensions"]).map((extension) => stringOf(extension["schema"])),
  ];
  return describedAttributes(discovered).filter(
    ({ schema, definition, isSubAttribute }) =>
      schemas.includes(schema) &&
      !isSubAttribute &&
      definition["type"] === "string" &&
      definition["multiValued"] !== true &&
      !Array.isArray(definition["canonicalValues"]) &&
      holds(definition),
  );
}

/** A body with this attribute set, in the object of its extension where it belongs to one. */
export function bodyWith(attribute: DescribedAttribute, core: string, value: string): JsonObject {
  if (attribute.schema === core) return { [attribute.path]: value };
  return { schemas: [core, attribute.schema], [attribute.schema]: { [attribute.path]: value } };
}

function attributesIn(
  schema: string,
  definitions: readonly JsonObject[],
  parent: string,
): DescribedAttribute[] {
  return definitions.flatMap((definition) => {
    const path = parent + stringOf(definition["name"]);
    const own = { schema, path, definition, isSubAttribute: parent !== "" };
    return [own, ...attributesIn(schema, objectsOf(definition["subAttributes"]), `${path}.`)];
  });
}
