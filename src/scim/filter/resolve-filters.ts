import type { Dialect } from "../dialect/dialect.js";
import type { ResourceTypeDefinition } from "../schema/attribute.js";
import type { Filter, ResolvedFilter } from "./ast.js";
import { resolveFilter, type UndefinedName } from "./resolve-filter.js";

/**
 * Looks a filter up for several resource types at once (RFC 7644 section 3.4.2.1): what one type does not define has
 * no value there.
 *
 * @returns the filter for each type
 * @throws ScimError 400 invalidFilter as {@link resolveFilter} does, and for what none of the types defines
 */
export function resolveFilters(
  filter: Filter,
  types: readonly ResourceTypeDefinition[],
  dialect?: Dialect,
): ResolvedFilter[] {
  const missing: UndefinedName[][] = [];
  const resolved = types.map((type) => {
    const names: UndefinedName[] = [];
    missing.push(names);
    return resolveFilter(filter, type, dialect, types.length > 1 ? (name) => names.push(name) : undefined);
  });
  const [first = [], ...others] = missing;
  const nowhere = first.find(({ name }) =>
    others.every((names) => names.some((other) => other.name === name)),
  );
  if (nowhere !== undefined) throw nowhere.refusal;
  return resolved;
}
