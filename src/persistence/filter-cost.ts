import { isId } from "../platform/ids.js";
import { badRequest } from "../scim/errors.js";
import type { ResolvedFilter, ResolvedPath } from "../scim/filter/ast.js";
import { countConditions } from "../scim/filter/count-conditions.js";
import type { ResourceTypeDefinition } from "../scim/schema/attribute.js";

/**
 * What a filter may cost for each resource it looks at, in comparisons of a column. Measured on 20,000 people in the
 * embedded database: a hundred conditions on columns take 0.2 s, on e-mail addresses 2.4 s, on the names of groups
 * 20 s; so what is looked through for every condition counts more.
 */
const MAX_COST = 100;
const COST_OF_VALUES = 5;
const COST_OF_ROWS = 20;

/** @throws ScimError 400 invalidFilter for more conditions on multi-valued attributes than a list can bear */
export function refuseCostlyFilter(filter: ResolvedFilter, type: ResourceTypeDefinition): void {
  if (costOf(filter, type) <= MAX_COST) return;
  throw badRequest(
    "invalidFilter",
    "The filter has too many conditions on attributes with many values; ask for less at once.",
  );
}

function costOf(filter: ResolvedFilter, type: ResourceTypeDefinition): number {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.operands.reduce((sum, operand) => sum + costOf(operand, type), 0);
    case "not":
      return costOf(filter.operand, type);
    case "present":
      return costOfPath(filter.target, type);
    case "comparison":
      return costOfMembership(filter, filter.target.keys) ?? costOfPath(filter.target, type);
    case "element":
      // The element is found once, and every condition on it costs as much again.
      return (
        costOfMembership(filter.filter, filter.target.keys) ??
        costOfPath(filter.target, type) * Math.max(1, countConditions(filter.filter))
      );
    default:
      return filter satisfies never;
  }
}

/** Memberships are looked up from the other end: by a key at once, by anything else for the whole list at once. */
function costOfMembership(filter: ResolvedFilter, list: readonly string[]): number | undefined {
  if (filter.kind !== "comparison" || (list[0] !== "members" && list[0] !== "groups")) return undefined;
  const part = filter.target.keys.at(-1);
  if (part !== "value" && part !== "display") return undefined;
  const isKey = part === "value" && filter.operator === "eq" && typeof filter.value === "string";
  return isKey && isId(String(filter.value)) ? 1 : COST_OF_VALUES;
}

function costOfPath(target: ResolvedPath, type: ResourceTypeDefinition): number {
  const [first] = target.keys;
  const isRows = first === "schemas" || first === (type.id === "User" ? "groups" : "members");
  if (isRows) return COST_OF_ROWS;
  return target.multiValuedAt === undefined ? 1 : COST_OF_VALUES;
}
