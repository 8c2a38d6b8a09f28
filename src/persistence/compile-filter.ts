import type { ResolvedFilter, ResolvedPath } from "../scim/filter/ast.js";
import type { ResourceTypeDefinition } from "../scim/schema/attribute.js";
import { attributeSource, jsonAt, resourceScope, type Scope } from "./attribute-source.js";
import { compareScalar, scalarIsPresent } from "./compare-scalar.js";
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
  return condition(filter, resourceScope(type, parameters));
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
  const reference = operator === "eq" ? byReference(target, value, scope) : undefined;
  if (reference) return reference;
  const source = attributeSource(target, scope);
  if (source.kind === "scalar") {
    return compareScalar(source.scalar, target.attribute, operator, value, scope.parameters);
  }
  const found = { kind: "json", sql: jsonAt(`${source.alias}.v`, source.rest, scope) } as const;
  const matches = compareScalar(found, target.attribute, operator, value, scope.parameters);
  return `exists (select 1 from ${source.rows} where ${matches})`;
}

function present(target: ResolvedPath, scope: Scope): string {
  const source = attributeSource(target, scope);
  if (source.kind === "scalar") return scalarIsPresent(source.scalar);
  const found = { kind: "json", sql: jsonAt(`${source.alias}.v`, source.rest, scope) } as const;
  return `exists (select 1 from ${source.rows} where ${scalarIsPresent(found)})`;
}

function element(filter: Extract<ResolvedFilter, { kind: "element" }>, scope: Scope): string {
  const { target, filter: inner } = filter;
  if (inner.kind === "comparison" && inner.operator === "eq" && inner.target.keys.join() === "value") {
    const reference = byReference({ ...target, keys: [...target.keys, "value"] }, inner.value, scope);
    if (reference) return reference;
  }
  const source = attributeSource(target, scope);
  if (source.kind === "scalar") {
    const matches = condition(inner, { ...scope, element: source.scalar.sql });
    return `(${scalarIsPresent(source.scalar)} and ${matches})`;
  }
  const matches = condition(inner, { ...scope, element: jsonAt(`${source.alias}.v`, source.rest, scope) });
  return `exists (select 1 from ${source.rows} where ${matches})`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * "Who is a member of what" by the keys of the membership rows: an uncorrelated set that the planner can start
 * from, so that the probe costs the same in a group of ten and of a hundred thousand.
 */
function byReference(target: ResolvedPath, value: unknown, scope: Scope): string | undefined {
  if (scope.element !== undefined || typeof value !== "string" || !UUID.test(value)) return undefined;
  const path = target.keys.join(" ");
  const { tenant } = scope.parameters;
  const id = () => scope.parameters.bind(value, "uuid");
  if (scope.type.id === "Group" && path === "members value") {
    return `(r.id in (select m.group_id from membership m where m.tenant_id = ${tenant} and m.member_id = ${id()})
      or r.id in (select c.parent_id from resource c where c.tenant_id = ${tenant} and c.id = ${id()}
                     and c.parent_id is not null and c.deleted_at is null))`;
  }
  if (scope.type.id === "User" && path === "groups value") {
    return `r.id in (select m.member_id from membership m where m.tenant_id = ${tenant} and m.group_id = ${id()})`;
  }
  return undefined;
}
