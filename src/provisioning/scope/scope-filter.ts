import { ScimError } from "../../scim/errors.js";
import type { AttributePath, Filter, FilterValue } from "../../scim/filter/ast.js";
import { evaluateFilter } from "../../scim/filter/evaluate-filter.js";
import { parseFilter } from "../../scim/filter/parse-filter.js";
import { resolveFilter } from "../../scim/filter/resolve-filter.js";
import type { AttributeDefinition, JsonObject, SchemaDefinition } from "../../scim/schema/attribute.js";
import { buildRegistry } from "../../scim/schema/registry.js";
import { DICTIONARY_GROUP_URN, DICTIONARY_USER_URN } from "../../scim/schema/urns.js";

/** Longest filter of a rule, in characters, and most comparisons in it: it is evaluated for each delivery of a person. */
export const MAX_SCOPE_FILTER = 1_000;
const MAX_CLAUSES = 50;

/** A rule that cannot be read. */
export class InvalidScopeFilterError extends Error {
  override readonly name = "InvalidScopeFilterError";
}

/**
 * Reads a rule about people, a SCIM filter (RFC 7644 section 3.4.2.2) over the attributes of users. Names below the
 * dictionary extension are taken as they are written, since its fields may be defined later.
 * @throws InvalidScopeFilterError
 */
export function compileScopeFilter(text: string): (attributes: JsonObject) => boolean {
  try {
    const filter = parseFilter(text, { limits: { maxLength: MAX_SCOPE_FILTER, maxClauses: MAX_CLAUSES } });
    refuseGroups(filter);
    const dictionary = schemaOf(DICTIONARY_USER_URN, dictionaryNames(filter));
    const type = buildRegistry({ user: dictionary, group: schemaOf(DICTIONARY_GROUP_URN, new Map()) }).type(
      "User",
    );
    const resolved = resolveFilter(filter, type);
    return (attributes) => evaluateFilter(resolved, attributes);
  } catch (error) {
    if (error instanceof ScimError) throw new InvalidScopeFilterError(error.message, { cause: error });
    throw error;
  }
}

/** The dictionary fields that a filter names, with the type that its comparisons suggest. */
function dictionaryNames(filter: Filter): Map<string, AttributeDefinition["type"]> {
  const names = new Map<string, AttributeDefinition["type"]>();
  eachPath(filter, ({ schema, attribute }, value) => {
    if (schema?.toLowerCase() !== DICTIONARY_USER_URN.toLowerCase()) return;
    names.set(attribute, names.get(attribute) ?? typeOf(value));
  });
  return names;
}

/** @throws InvalidScopeFilterError for attributes that are not part of the user as it is stored */
function refuseGroups(filter: Filter): void {
  eachPath(filter, ({ attribute }) => {
    if (attribute.toLowerCase() !== "groups") return;
    throw new InvalidScopeFilterError("Rules cannot look at groups; name a root group instead.");
  });
}

function eachPath(
  filter: Filter,
  visit: (path: AttributePath, value: FilterValue | undefined) => void,
): void {
  switch (filter.kind) {
    case "and":
    case "or":
      for (const operand of filter.operands) eachPath(operand, visit);
      return;
    case "not":
      eachPath(filter.operand, visit);
      return;
    case "valuePath":
    case "present":
      visit(filter.path, undefined);
      return;
    case "comparison":
      visit(filter.path, filter.value);
  }
}

function typeOf(value: FilterValue | undefined): AttributeDefinition["type"] {
  if (typeof value === "boolean") return "boolean";
  return typeof value === "number" ? "decimal" : "string";
}

function schemaOf(id: string, names: Map<string, AttributeDefinition["type"]>): SchemaDefinition {
  const attributes = [...names].map(
    ([name, type]): AttributeDefinition => ({
      name,
      type,
      description: "",
      multiValued: false,
      required: false,
      caseExact: true,
      mutability: "readWrite",
      returned: "default",
      uniqueness: "none",
    }),
  );
  return { id, name: "Dictionary", description: "", attributes };
}
