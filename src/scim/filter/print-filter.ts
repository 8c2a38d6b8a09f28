import type { Filter } from "./ast.js";
import { printAttributePath } from "./attribute-path.js";

/** Writes a filter as text that `parseFilter` reads back to an equal tree. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case "comparison":
      return `${printAttributePath(filter.path)} ${filter.operator} ${JSON.stringify(filter.value)}`;
    case "present":
      return `${printAttributePath(filter.path)} pr`;
    case "and":
    case "or":
      return filter.operands
        .map((operand) =>
          operand.kind === "and" || operand.kind === "or"
            ? `(${printFilter(operand)})`
            : printFilter(operand),
        )
        .join(` ${filter.kind} `);
    case "not":
      return `not (${printFilter(filter.operand)})`;
    case "valuePath":
      return `${printAttributePath(filter.path)}[${printFilter(filter.filter)}]`;
    default: {
      const never: never = filter;
      return never;
    }
  }
}
