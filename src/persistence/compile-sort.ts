import type { ResolvedPath } from "../scim/filter/ast.js";
import type { AttributeDefinition, ResourceTypeDefinition } from "../scim/schema/attribute.js";
import { attributeSource, jsonAt, resourceScope, type Scalar } from "./attribute-source.js";
import { booleanOf, instantOf, numberOf, textOf } from "./compare-scalar.js";
import type { SqlParameters } from "./sql-parameters.js";

/** What a list is sorted by; without it, by age. */
export interface Sorting {
  path: ResolvedPath;
  order: "ascending" | "descending";
}

/**
 * Compiles sorting (RFC 7644 section 3.4.2.3) to the text behind `order by`, for rows of `resource` with the alias
 * `r`: text without regard to case unless caseExact, dates as instants, a multi-valued attribute by its primary
 * or else first value, resources without a value last when ascending and first when descending, equals by age.
 * @throws ScimError 400 invalidFilter for an attribute that exists only in answers
 */
export function compileSort(
  sorting: Sorting | undefined,
  type: ResourceTypeDefinition,
  parameters: SqlParameters,
): string {
  if (!sorting) return "r.seq";
  const scope = resourceScope(type, parameters);
  const source = attributeSource(sorting.path, scope);
  const scalar: Scalar =
    source.kind === "scalar"
      ? source.scalar
      : {
          kind: "json",
          // Elements come in document order; the sort keeps it among equals because it is stable over ordinality.
          sql: jsonAt(
            `(select v from (select ${source.alias}.v, row_number() over () as n from ${source.rows}) one
               order by (v -> 'primary') is not distinct from 'true'::jsonb desc, n limit 1)`,
            source.rest,
            scope,
          ),
        };
  const direction = sorting.order === "descending" ? "desc nulls first" : "asc nulls last";
  return `${sortKey(scalar, sorting.path.attribute)} ${direction}, r.seq`;
}

function sortKey(scalar: Scalar, attribute: AttributeDefinition): string {
  switch (attribute.type) {
    case "boolean":
      return booleanOf(scalar);
    case "integer":
    case "decimal":
      return numberOf(scalar);
    case "dateTime":
      return instantOf(scalar);
    case "string":
    case "reference":
    case "binary":
    case "complex":
      if (scalar.kind === "id") return scalar.sql;
      return `${attribute.caseExact || scalar.folded ? textOf(scalar) : `lower(${textOf(scalar)})`} collate "C"`;
    default:
      return attribute.type satisfies never;
  }
}
