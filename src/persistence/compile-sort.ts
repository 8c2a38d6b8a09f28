import type { ResolvedPath } from "../scim/filter/ast.js";
import type { AttributeDefinition, ResourceTypeDefinition } from "../scim/schema/attribute.js";
import { attributeSource, jsonAt, resourceScope, type Scalar } from "./attribute-source.js";
import { booleanOf, instantOf, numberOf, textOf } from "./compare-scalar.js";
import type { SqlParameters } from "./sql-parameters.js";

/** What resources are sorted by: an SQL expression on a row of `resource` with the alias `r`. */
export interface SortKey {
  sql: string;
  /** The type of the expression. */
  type: SortKeyType;
  /** Whether some resources may have no value. */
  nullable: boolean;
}

/** The SQL types of sort keys. */
export type SortKeyType = "text" | "numeric" | "boolean" | "timestamptz" | "uuid";

/** Longer texts are sorted by their beginning, so that a cursor can carry the key of the row it stands at. */
const SORTED_CHARACTERS = 200;

/**
 * Compiles what `sortBy` names (RFC 7644 section 3.4.2.3): text without regard to case unless caseExact and by code
 * point, dates as instants, a multi-valued attribute by its primary or else first value.
 * @throws ScimError 400 invalidFilter for an attribute that exists only in answers
 */
export function compileSortKey(
  path: ResolvedPath,
  type: ResourceTypeDefinition,
  parameters: SqlParameters,
): SortKey {
  const scope = resourceScope(type, parameters);
  const source = attributeSource(path, scope);
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
  return { ...sortKey(scalar, path.attribute), nullable: !ALWAYS_THERE.has(path.keys.join(" ")) };
}

const ALWAYS_THERE: ReadonlySet<string> = new Set(["id", "userName", "meta created", "meta lastModified"]);

/** The key of resources of a type that does not have the attribute. */
export function absentSortKey(type: SortKeyType): SortKey {
  return { sql: type === "text" ? `null::text collate "C"` : `null::${type}`, type, nullable: true };
}

function sortKey(scalar: Scalar, attribute: AttributeDefinition): Omit<SortKey, "nullable"> {
  switch (attribute.type) {
    case "boolean":
      return { sql: booleanOf(scalar), type: "boolean" };
    case "integer":
    case "decimal":
      return { sql: numberOf(scalar), type: "numeric" };
    case "dateTime":
      return { sql: instantOf(scalar), type: "timestamptz" };
    case "string":
    case "reference":
    case "binary":
    case "complex": {
      if (scalar.kind === "id") return { sql: scalar.sql, type: "uuid" };
      // Columns are short already, and only as they are can an index give their order.
      const text = scalar.kind === "json" ? `left(${textOf(scalar)}, ${SORTED_CHARACTERS})` : textOf(scalar);
      const folded = attribute.caseExact || scalar.folded ? text : `lower(${text})`;
      return { sql: `${folded} collate "C"`, type: "text" };
    }
    default:
      return attribute.type satisfies never;
  }
}
