import type { ComparisonOperator } from "../scim/filter/ast.js";
import type { AttributeDefinition } from "../scim/schema/attribute.js";
import { userNameKey } from "../scim/user-name-key.js";
import type { Scalar } from "./attribute-source.js";
import type { SqlParameters } from "./sql-parameters.js";

/** Every operator but `ne`. */
export type PositiveOperator = Exclude<ComparisonOperator, "ne">;

type Value = string | number | boolean;

/** Whether the scalar has a value: an SQL condition, null for no. Empty strings and containers are none. */
export function scalarIsPresent(scalar: Scalar): string {
  if (scalar.kind !== "json") return `(${scalar.sql} is not null)`;
  return `(${scalar.sql} not in ('null'::jsonb, '""'::jsonb, '[]'::jsonb, '{}'::jsonb))`;
}

/**
 * Compares a scalar with a value as the attribute's type and caseExact demand (RFC 7644 section 3.4.2.2): an SQL
 * condition, null where there is no value. `ne` is left to the caller, who has to negate over all values.
 */
export function compareScalar(
  scalar: Scalar,
  attribute: AttributeDefinition,
  operator: PositiveOperator,
  value: Value,
  parameters: SqlParameters,
): string {
  const matches = matching(scalar, attribute, operator, value, parameters);
  return matches === undefined ? "false" : `(${matches})`;
}

/** The comparison; undefined where no value of this type can ever match. */
function matching(
  scalar: Scalar,
  attribute: AttributeDefinition,
  operator: PositiveOperator,
  value: Value,
  parameters: SqlParameters,
): string | undefined {
  switch (attribute.type) {
    case "boolean":
      return typeof value === "boolean" && operator === "eq"
        ? `${booleanOf(scalar)} = ${parameters.bind(value, "boolean")}`
        : undefined;
    case "integer":
    case "decimal":
      return typeof value === "number"
        ? ordered(numberOf(scalar), operator, parameters.bind(String(value), "numeric"))
        : undefined;
    case "dateTime":
      return typeof value === "string" ? compareInstant(scalar, operator, value, parameters) : undefined;
    case "string":
    case "reference":
    case "binary":
      return typeof value === "string"
        ? compareText(scalar, attribute.caseExact, operator, value, parameters)
        : undefined;
    case "complex":
      return undefined;
    default:
      return attribute.type satisfies never;
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function compareText(
  scalar: Scalar,
  caseExact: boolean,
  operator: PositiveOperator,
  value: string,
  parameters: SqlParameters,
): string | undefined {
  if (scalar.kind === "id" && operator === "eq") {
    return UUID.test(value) ? `${scalar.sql} = ${parameters.bind(value, "uuid")}` : undefined;
  }
  // A folded column was folded by this process, so the value is as well; what the database folds, it folds on
  // both sides, since its idea of lower case depends on its locale.
  const folded = scalar.folded !== undefined;
  const fold = (text: string) => (caseExact || folded ? text : `lower(${text})`);
  const wanted = foldAs(scalar, value);
  const left = fold(textOf(scalar));
  // Columns are in collation "C", and `lower` has to fold both sides by the same rules.
  const collation = scalar.kind === "text" && !caseExact && !folded ? ' collate "C"' : "";
  const bind = (text: string) => fold(`${parameters.bind(text, "text")}${collation}`);
  switch (operator) {
    case "eq":
      return `${left} = ${bind(wanted)}`;
    case "co":
      return `position(${bind(wanted)} in ${left}) > 0`;
    case "sw":
      return startsWith(scalar, left, wanted, bind);
    case "ew": {
      const suffix = bind(wanted);
      return `right(${left}, length(${suffix})) = ${suffix}`;
    }
    case "gt":
    case "ge":
    case "lt":
    case "le":
      // Ordered by code point, whatever the locale of the database is.
      return ordered(`(${left} collate "C")`, operator, bind(wanted));
    default:
      return operator satisfies never;
  }
}

/** The text as the column holds texts. */
function foldAs(scalar: Scalar, text: string): string {
  switch (scalar.folded) {
    case undefined:
      return text;
    case "lower case":
      return text.toLowerCase();
    case "user name":
      return userNameKey(text);
    default:
      return scalar.folded satisfies never;
  }
}

/**
 * On a column a prefix is a range, which a prepared statement can look up in an index ordered by "C"; measured on
 * 40,000 rows it takes 0.5 ms where LIKE takes 3.1 ms. Nothing in the prefix is a wildcard in either form.
 */
function startsWith(scalar: Scalar, left: string, prefix: string, bind: (text: string) => string): string {
  const end = scalar.kind === "text" ? prefixEnd(prefix) : undefined;
  if (end === undefined) return `starts_with(${left}, ${bind(prefix)})`;
  return `(${left} collate "C" >= ${bind(prefix)} and ${left} collate "C" < ${bind(end)})`;
}

/** The first text after every text that starts with `prefix`, by code point; undefined when there is none. */
export function prefixEnd(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last >= 0x10ffff) continue;
    // Surrogates are no characters of their own; the next one after them is U+E000.
    const next = last >= 0xd7ff && last < 0xe000 ? 0xe000 : last + 1;
    return String.fromCodePoint(...points, next);
  }
  return undefined;
}

function compareInstant(
  scalar: Scalar,
  operator: PositiveOperator,
  value: string,
  parameters: SqlParameters,
): string | undefined {
  if (!ZONED_INSTANT.test(value)) return undefined;
  // The database knows no year 0; there is nothing before it that it would have to be told apart from.
  const known = value.startsWith("0000") ? "-infinity" : value;
  return ordered(instantOf(scalar), operator, inMilliseconds(parameters.bind(known, "timestamptz")));
}

const ZONED_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

// Resources carry milliseconds, as Dates do; a finer fraction that a client sends is not looked at.
function inMilliseconds(instant: string): string {
  return `date_trunc('milliseconds', ${instant})`;
}

function ordered(left: string, operator: PositiveOperator, right: string): string | undefined {
  switch (operator) {
    case "eq":
      return `${left} = ${right}`;
    case "gt":
      return `${left} > ${right}`;
    case "ge":
      return `${left} >= ${right}`;
    case "lt":
      return `${left} < ${right}`;
    case "le":
      return `${left} <= ${right}`;
    case "co":
    case "sw":
    case "ew":
      return undefined;
    default:
      return operator satisfies never;
  }
}

/** The scalar as text, in the form that answers show. */
export function textOf(scalar: Scalar): string {
  switch (scalar.kind) {
    case "json":
      return `(${scalar.sql} #>> '{}')`;
    case "text":
      return scalar.sql;
    case "id":
    case "boolean":
      return `${scalar.sql}::text`;
    case "instant":
      return `to_char(${scalar.sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
    default:
      return scalar.kind satisfies never;
  }
}

/** The scalar as a boolean, null where it is none. */
export function booleanOf(scalar: Scalar): string {
  if (scalar.kind === "boolean") return scalar.sql;
  return `(case when jsonb_typeof(${scalar.sql}) = 'boolean' then (${scalar.sql})::boolean end)`;
}

/** The scalar as a number, null where it is none. */
export function numberOf(scalar: Scalar): string {
  return `(case when jsonb_typeof(${scalar.sql}) = 'number' then (${scalar.sql})::numeric end)`;
}

/** The scalar as an instant in whole milliseconds, null where it is none. */
export function instantOf(scalar: Scalar): string {
  if (scalar.kind === "instant") return scalar.sql;
  const text = textOf(scalar);
  return `(case when ${text} ~ '^0000-' then '-infinity'::timestamptz
    when ${text} ~ '^[0-9]{4}-.*(Z|[+-][0-9]{2}:[0-9]{2})$' then ${inMilliseconds(`(${text})::timestamptz`)} end)`;
}
