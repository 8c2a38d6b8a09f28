import type { AttributeDefinition, JsonValue } from "../schema/attribute.js";

/** Comparison operators of RFC 7644 section 3.4.2.2; `pr` is its own node. */
export type ComparisonOperator = "eq" | "ne" | "co" | "sw" | "ew" | "gt" | "ge" | "lt" | "le";

/** A filter as written: names are not yet looked up. */
export type Filter =
  | {
      kind: "comparison";
      path: AttributePath;
      operator: ComparisonOperator;
      value: FilterValue;
      /** The value as it was written, where it had no quotes and the client's dialect may mean text by it. */
      unquoted?: string;
    }
  | { kind: "present"; path: AttributePath }
  | { kind: "and" | "or"; operands: Filter[] }
  | { kind: "not"; operand: Filter }
  | { kind: "valuePath"; path: AttributePath; filter: Filter };

/** A comparison value: JSON string, number, boolean or null. */
export type FilterValue = Exclude<JsonValue, JsonValue[] | { [key: string]: JsonValue }>;

/** `[urn:]attribute[.subAttribute]` as written. */
export interface AttributePath {
  schema?: string;
  attribute: string;
  subAttribute?: string;
}

/**
 * A filter whose names were found in the schema and whose values fit the attribute's type. This is what the SQL
 * compiler and the in-memory evaluator take; a filter on an undefined attribute never gets this far.
 */
export type ResolvedFilter =
  | { kind: "comparison"; target: ResolvedPath; operator: ComparisonOperator; value: FilterValue }
  | { kind: "present"; target: ResolvedPath }
  | { kind: "and" | "or"; operands: ResolvedFilter[] }
  | { kind: "not"; operand: ResolvedFilter }
  /** Matches when one element of the multi-valued `target` satisfies `filter`; inner targets are relative to the element. */
  | { kind: "element"; target: ResolvedPath; filter: ResolvedFilter };

/**
 * Where a value lives. `keys` are the canonical JSON keys from the resource (or from the element, inside an
 * `element` node) down to the value, e.g. `["name", "familyName"]`,
 * `["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "manager", "value"]`, `["emails", "value"]`.
 */
export interface ResolvedPath {
  keys: readonly string[];
  /** The attribute at the end of the path: its type and caseExact decide how values compare. */
  attribute: AttributeDefinition;
  /** Index in `keys` of the multi-valued attribute that is stepped through, if there is one. */
  multiValuedAt?: number;
}
