import type { ResolvedFilter } from "../filter/ast.js";
import type { AttributeDefinition, JsonValue } from "../schema/attribute.js";

/** The place a PATCH operation works on, looked up in the schema. */
export interface PatchTarget {
  /** Canonical URN of the extension that holds the attribute; absent for core attributes. */
  extension?: string;
  attribute: AttributeDefinition;
  /** Selects elements of a multi-valued attribute; its paths are relative to the element. */
  filter?: ResolvedFilter;
  subAttribute?: AttributeDefinition;
}

/**
 * One step of a PATCH after parsing. The value is canonical JSON for its target: an array for a whole multi-valued
 * attribute, an object for elements chosen by a filter, a simple value otherwise. A change of a single-valued
 * complex attribute is always one step per sub-attribute.
 */
export type PatchOperation =
  | { op: "add" | "replace"; target: PatchTarget; value: JsonValue }
  /** With `listed`, only those elements of a multi-valued attribute go that match one of the listed ones. */
  | { op: "remove"; target: PatchTarget; listed?: readonly JsonValue[] };

/** The target in SCIM's own spelling, for messages. */
export function describeTarget({ extension, attribute, filter, subAttribute }: PatchTarget): string {
  const name = extension === undefined ? attribute.name : `${extension}:${attribute.name}`;
  return `${name}${filter === undefined ? "" : "[…]"}${subAttribute === undefined ? "" : `.${subAttribute.name}`}`;
}
