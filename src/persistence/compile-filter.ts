import { isId } from "../platform/ids.js";
import type { ResolvedFilter, ResolvedPath } from "../scim/filter/ast.js";
import type { ResourceTypeDefinition } from "../scim/schema/attribute.js";
import { ORGANIZATION_GROUP_URN } from "../scim/schema/urns.js";
import { isStorableText } from "../scim/storable-text.js";
import { attributeSource, jsonAt, resourceScope, type Scope } from "./attribute-source.js";
import { compareScalar, scalarIsPresent } from "./compare-scalar.js";
import { compileCandidates } from "./compile-candidates.js";
import { compileMembership } from "./compile-membership.js";
import type { SqlParameters } from "./sql-parameters.js";

/**
 * Compiles a filter (RFC 7644 section 3.4.2.2) to an SQL condition on a row of `resource` with the alias `r`.
 * The condition may be null where it does not hold, as WHERE permits. Every name and value of the filter travels as
 * a parameter; an attribute with a column is compared there, memberships by their rows, the rest in the document.
 * A multi-valued attribute matches when one of its values does.
 * @throws ScimError 400 invalidFilter for an attribute that exists only in answers
 */
export function compileFilter(
  filter: ResolvedFilter,
  type: ResourceTypeDefinition,
  parameters: SqlParameters,
): string {
  const scope = resourceScope(type, parameters);
  const exact = (part: ResolvedFilter) => condition(part, scope);
  const candidates = compileCandidates(filter, scope, exact);
  return candidates === undefined ? exact(filter) : `(${candidates} and ${exact(filter)})`;
}

/** Compiles a filter on one element (RFC 7644 section 3.5.2, value paths), which the jsonb expression yields. */
export function compileElementFilter(
  filter: ResolvedFilter,
  element: string,
  type: ResourceTypeDefinition,
  parameters: SqlParameters,
): string {
  return condition(filter, { ...resourceScope(type, parameters), element });
}

function condition(filter: ResolvedFilter, scope: Scope): string {
  switch (filter.kind) {
    case "and":
    case "or":
      // Without operands: of a type that does not have the attribute (RFC 7644 section 3.4.2.1).
      if (filter.operands.length === 0) return filter.kind === "and" ? "true" : "false";
      return `(${filter.operands.map((operand) => condition(operand, scope)).join(` ${filter.kind} `)})`;
    case "not":
      return not(condition(filter.operand, scope));
    case "present":
      return present(filter.target, scope);
    case "comparison":
      return comparison(filter, scope);
    case "element":
      return element(filter, scope);
    default:
      return filter satisfies never;
  }
}

/**
 * The complement of a condition. Only here null has to become false: AND and OR keep "true or not" apart by
 * themselves, and a comparison that is not wrapped can use its index.
 */
function not(sql: string): string {
  return `(not coalesce(${sql}, false))`;
}

type Comparison = Extract<ResolvedFilter, { kind: "comparison" }>;

function comparison(filter: Comparison, scope: Scope): string {
  const { target, operator, value } = filter;
  // RFC 7644 has no words for it, but clients use null for "no value": eq null is the opposite of pr.
  if (value === null) {
    if (operator === "eq") return not(present(target, scope));
    return operator === "ne" ? present(target, scope) : "false";
  }
  // The complement of eq, of a multi-valued attribute too: "no value is equal", and no value at all is not equal.
  if (operator === "ne") return not(comparison({ ...filter, operator: "eq" }, scope));
  // PostgreSQL has no such text: nothing stored can hold it, and sending it would be an error.
  if (typeof value === "string" && !isStorableText(value)) return "false";
  const membership = compileMembership(target, filter, scope);
  if (membership) return membership;
  if (operator === "eq" && typeof value === "string" && isParent(target, scope))
    return hasParent(value, scope);
  const source = attributeSource(target, scope);
  if (source.kind === "scalar") {
    return compareScalar(source.scalar, target.attribute, operator, value, scope.parameters);
  }
  const found = { kind: "json", sql: jsonAt(`${source.alias}.v`, source.rest, scope) } as const;
  const matches = compareScalar(found, target.attribute, operator, value, scope.parameters);
  return `exists (select 1 from ${source.rows} where ${matches})`;
}

function isParent(target: ResolvedPath, scope: Scope): boolean {
  const path = target.keys.join(" ");
  return (
    scope.element === undefined &&
    scope.type.id === "Group" &&
    path === `${ORGANIZATION_GROUP_URN} parent value`
  );
}

/** By the two columns apart, each of which has an index: a group that is here, or the name of one that is not. */
function hasParent(value: string, { parameters }: Scope): string {
  const unknown = `r.parent_id is null and r.parent_ref = ${parameters.bind(value, "text")}`;
  return isId(value) ? `(r.parent_id = ${parameters.bind(value, "uuid")} or (${unknown}))` : `(${unknown})`;
}

function present(target: ResolvedPath, scope: Scope): string {
  const source = attributeSource(target, scope);
  if (source.kind === "scalar") return scalarIsPresent(source.scalar);
  const found = { kind: "json", sql: jsonAt(`${source.alias}.v`, source.rest, scope) } as const;
  return `exists (select 1 from ${source.rows} where ${scalarIsPresent(found)})`;
}

function element(filter: Extract<ResolvedFilter, { kind: "element" }>, scope: Scope): string {
  const { target, filter: inner } = filter;
  if (inner.kind === "comparison") {
    const path = { keys: [...target.keys, ...inner.target.keys], attribute: inner.target.attribute };
    const membership = compileMembership(path, inner, scope);
    if (membership) return membership;
  }
  const source = attributeSource(target, scope);
  if (source.kind === "scalar") {
    const matches = condition(inner, { ...scope, element: source.scalar.sql });
    return `(${scalarIsPresent(source.scalar)} and ${matches})`;
  }
  const matches = condition(inner, { ...scope, element: jsonAt(`${source.alias}.v`, source.rest, scope) });
  return `exists (select 1 from ${source.rows} where ${matches})`;
}
