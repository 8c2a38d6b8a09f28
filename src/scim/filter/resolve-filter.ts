import { badRequest } from "../errors.js";
import { readDateTime } from "../resource/date-time.js";
import type { AttributeDefinition, AttributeType, ResourceTypeDefinition } from "../schema/attribute.js";
import { type FoundAttribute, findAttribute, findByName } from "../schema/find-attribute.js";
import { PROVISIONING_GROUP_URN, PROVISIONING_USER_URN } from "../schema/urns.js";
import type {
  AttributePath,
  ComparisonOperator,
  Filter,
  FilterValue,
  ResolvedFilter,
  ResolvedPath,
} from "./ast.js";
import { printAttributePath, readAttributePath } from "./attribute-path.js";

type Comparison = Extract<Filter, { kind: "comparison" }>;
/** Looks a written path up; raises when it is not defined. */
type LookUp = (path: AttributePath) => ResolvedPath;

/**
 * Looks every name of a filter up in the schemas and checks that operators and values fit the types. A comparison on
 * a complex attribute means its `value`; a bracket on a single-valued attribute becomes plain conditions.
 *
 * @throws ScimError 400 invalidFilter: undefined attribute, operator or value that does not fit the type, an
 * attribute that is never returned (a filter would leak it), or one of the provisioning extension (not stored).
 */
export function resolveFilter(filter: Filter, type: ResourceTypeDefinition): ResolvedFilter {
  return resolve(filter, (path) => findInResource(path, type));
}

/** Resolves the filter in the brackets of a PATCH path; its targets are relative to an element of `attribute`. */
export function resolveElementFilter(filter: Filter, attribute: AttributeDefinition): ResolvedFilter {
  return resolve(filter, (path) => findInElement(path, attribute));
}

/**
 * Looks up what `sortBy` names (RFC 7644 section 3.4.2.3). A complex attribute sorts by its `value`.
 *
 * @throws ScimError 400 invalidPath when it is not defined or has no order.
 */
export function resolveSortPath(text: string, type: ResourceTypeDefinition): ResolvedPath {
  const path = readAttributePath(text.trim());
  const found = path === undefined ? undefined : findAttribute(type, path);
  const target = found === undefined ? undefined : comparable(toResolvedPath(found));
  if (found === undefined || target === undefined || isHidden(found) || isProvisioning(found)) {
    throw badRequest("invalidPath", `Resources cannot be sorted by "${text.slice(0, 200)}".`);
  }
  return target;
}

function resolve(filter: Filter, lookUp: LookUp): ResolvedFilter {
  switch (filter.kind) {
    case "comparison":
      return resolveComparison(filter, lookUp(filter.path));
    case "present":
      return { kind: "present", target: lookUp(filter.path) };
    case "and":
    case "or":
      return { kind: filter.kind, operands: filter.operands.map((operand) => resolve(operand, lookUp)) };
    case "not":
      return { kind: "not", operand: resolve(filter.operand, lookUp) };
    case "valuePath":
      return resolveValuePath(filter.path, filter.filter, lookUp);
    default: {
      const never: never = filter;
      return never;
    }
  }
}

function resolveValuePath(path: AttributePath, inner: Filter, lookUp: LookUp): ResolvedFilter {
  const target = lookUp(path);
  const { attribute } = target;
  if (attribute.type !== "complex") {
    throw refusal(`"${printAttributePath(path)}" has no sub-attributes, so it takes no brackets`);
  }
  if (attribute.multiValued) {
    return { kind: "element", target, filter: resolve(inner, (sub) => findInElement(sub, attribute)) };
  }
  return resolve(inner, (sub) => {
    findInElement(sub, attribute);
    return lookUp({ ...path, subAttribute: sub.attribute });
  });
}

function findInResource(path: AttributePath, type: ResourceTypeDefinition): ResolvedPath {
  const found = findAttribute(type, path);
  const written = printAttributePath(path);
  if (found === undefined) throw refusal(`"${written}" is not an attribute of ${type.id}`);
  if (isHidden(found)) throw refusal(`"${written}" is never returned and cannot be searched`);
  if (isProvisioning(found)) throw refusal(`"${written}" is worked out on request and cannot be searched`);
  return toResolvedPath(found);
}

function findInElement(path: AttributePath, attribute: AttributeDefinition): ResolvedPath {
  const simple = path.schema === undefined && path.subAttribute === undefined;
  const subAttribute = simple ? findByName(attribute.subAttributes, path.attribute) : undefined;
  if (subAttribute === undefined) {
    throw refusal(`"${printAttributePath(path)}" is not a sub-attribute of "${attribute.name}"`);
  }
  return { keys: [subAttribute.name], attribute: subAttribute };
}

function toResolvedPath({ extension, attribute, subAttribute }: FoundAttribute): ResolvedPath {
  const keys = [...(extension ? [extension.id] : []), attribute.name];
  const multiValuedAt = attribute.multiValued ? { multiValuedAt: keys.length - 1 } : {};
  if (subAttribute === undefined) return { keys, attribute, ...multiValuedAt };
  return { keys: [...keys, subAttribute.name], attribute: subAttribute, ...multiValuedAt };
}

/** The path itself, or the `value` of a complex attribute; undefined when there is nothing to compare. */
function comparable(target: ResolvedPath): ResolvedPath | undefined {
  if (target.attribute.type !== "complex") return target;
  const value = findByName(target.attribute.subAttributes, "value");
  return value && { ...target, keys: [...target.keys, value.name], attribute: value };
}

function isHidden({ attribute, subAttribute }: FoundAttribute): boolean {
  return attribute.returned === "never" || subAttribute?.returned === "never";
}

function isProvisioning({ extension }: FoundAttribute): boolean {
  return extension?.id === PROVISIONING_USER_URN || extension?.id === PROVISIONING_GROUP_URN;
}

const EQUALITY: readonly ComparisonOperator[] = ["eq", "ne"];
const ORDER: readonly ComparisonOperator[] = [...EQUALITY, "gt", "ge", "lt", "le"];
const TEXT: readonly ComparisonOperator[] = [...ORDER, "co", "sw", "ew"];

/** Booleans and binaries have no order (RFC 7644 table 3); text search makes sense on text only. */
const OPERATORS_OF: Record<AttributeType, readonly ComparisonOperator[]> = {
  string: TEXT,
  reference: TEXT,
  dateTime: ORDER,
  integer: ORDER,
  decimal: ORDER,
  boolean: EQUALITY,
  binary: EQUALITY,
  complex: [],
};

function resolveComparison({ path, operator, value }: Comparison, found: ResolvedPath): ResolvedFilter {
  const written = printAttributePath(path);
  const target = comparable(found);
  if (target === undefined) throw refusal(`"${written}" is complex; compare one of its sub-attributes`);
  const { type } = target.attribute;
  if (!OPERATORS_OF[type].includes(operator)) {
    throw refusal(`operator ${operator} does not work on "${written}", which is of type ${type}`);
  }
  if (value === null && !EQUALITY.includes(operator)) {
    throw refusal(`operator ${operator} on "${written}" cannot take null`);
  }
  const fitting = value === null ? null : fitValue(value, type);
  if (fitting === undefined) throw refusal(`"${written}" takes ${VALUE_OF[type]}`);
  return { kind: "comparison", target, operator, value: fitting };
}

const VALUE_OF: Record<AttributeType, string> = {
  string: "a value in double quotes",
  reference: "a value in double quotes",
  binary: "a base64 value in double quotes",
  dateTime: 'a date and time such as "2025-01-31T08:00:00Z"',
  integer: "a whole number without quotes",
  decimal: "a number without quotes",
  boolean: "true or false",
  complex: "no value",
};

/** The value in the attribute's type; undefined when it does not fit. Booleans may be quoted: Entra ID does so. */
function fitValue(value: string | number | boolean, type: AttributeType): FilterValue | undefined {
  switch (type) {
    case "string":
    case "reference":
    case "binary":
      return typeof value === "string" ? value : undefined;
    case "dateTime":
      return typeof value === "string" ? readDateTime(value) : undefined;
    case "integer":
      // However large: a number beyond all that can be stored still has an order.
      return typeof value === "number" && Number.isInteger(value) ? value : undefined;
    case "decimal":
      return typeof value === "number" ? value : undefined;
    case "boolean": {
      const word = String(value).toLowerCase();
      return typeof value !== "number" && (word === "true" || word === "false") ? word === "true" : undefined;
    }
    case "complex":
      return undefined;
    default: {
      const never: never = type;
      return never;
    }
  }
}

function refusal(problem: string) {
  return badRequest("invalidFilter", `The filter cannot be used: ${problem}.`);
}
