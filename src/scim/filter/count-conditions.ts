import type { ResolvedFilter } from "./ast.js";

/** How many comparisons and presence tests a filter has. */
export function countConditions(filter: ResolvedFilter): number {
  switch (filter.kind) {
    case "comparison":
    case "present":
      return 1;
    case "and":
    case "or":
      return filter.operands.reduce((sum, operand) => sum + countConditions(operand), 0);
    case "not":
      return countConditions(filter.operand);
    case "element":
      return countConditions(filter.filter);
    default: {
      const never: never = filter;
      return never;
    }
  }
}
