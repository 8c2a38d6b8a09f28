import { type Dialect, take } from "../dialect/dialect.js";
import type { Quirk } from "../dialect/quirks.js";
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
/** Whether the client may deviate in this; notes that it did. */
type Tolerates = (quirk: Quirk) => boolean;

/**
 * Looks every name of a filter up in the schemas and checks that operators and values fit the types. A comparison on
 * a complex attribute means its `value`; a bracket on a single-valued attribute becomes plain conditions.
 *
 * @param dialect what the client may deviate in; without it the RFC alone counts
 * @throws ScimError 400 invalidFilter: undefined attribute, operator or value that does not fit the type, an
 * attribute that is never returned (a filter would leak it), or one of the provisioning extension (not stored).
 */
export function resolveFilter(
  filter: Filter,
  type: ResourceTypeDefinition,
  dialect?: Dialect,
): ResolvedFilter {
  const tolerates = toleranceOf(dialect, false);
  return resolve(filter, (path) => findInResource(path, type, tolerates), tolerates);
}

/**
 * Resolves the filter in the brackets of a PATCH path; its targets are relative to an element of `attribute`. Without
 * a dialect it tolerates what any profile does.
 */
export function resolveElementFilter(
  filter: Filter,
  attribute: AttributeDefinition,
  dialect?: Dialect,
): ResolvedFilter {
  return resolve(filter, (path) => findInElement(path, attribute), toleranceOf(dialect, true));
}

function toleranceOf(dialect: Dialect | undefined, otherwise: boolean): Tolerates {
  return (quirk) => (dialect === undefined ? otherwise : take(dialect, quirk));
}

/**
 * Looks up what `sortBy` names (RFC 7644 section 3.4.2.3). A complex attribute sorts by its `value`.
 *
 * @throws ScimError 400 invalidPath when it is not defined or has no order.
 */
export function resolveSortPath(text: string, type: ResourceTypeDefinition, dialect?: Dialect): ResolvedPath {
  const path = readAttributePath(text.trim());
  const tolerates = toleranceOf(dialect, false);
  const found = path && (findAttribute(type, path) ?? findInOneExtension(path, type, tolerates));
  const target = found === undefined ? undefined : comparable(toResolvedPath(found));
  if (found === undefined || target === undefined || isHidden(found) || isProvisioning(found)) {
    throw badRequest("invalidPath", `Resources cannot be sorted by "${text.slice(0, 200)}".`);
  }
  return target;
}

function resolve(filter: Filter, lookUp: LookUp, tolerates: Tolerates): ResolvedFilter {
  switch (filter.kind) {
    case "comparison":
      return resolveComparison(filter, lookUp(filter.path), tolerates);
    case "present":
      return { kind: "present", target: lookUp(filter.path) };
    case "and":
    case "or":
      return {
        kind: filter.kind,
        operands: filter.operands.map((operand) => resolve(operand, lookUp, tolerates)),
      };
    case "not":
      return { kind: "not", operand: resolve(filter.operand, lookUp, tolerates) };
    case "valuePath":
      return resolveValuePath(filter.path, filter.filter, lookUp, tolerates);
    default: {
      const never: never = filter;
      return never;
    }
  }
}

function resolveValuePath(
  path: AttributePath,
  inner: Filter,
  lookUp: LookUp,
  tolerates: Tolerates,
): ResolvedFilter {
  const target = lookUp(path);
  const { attribute } = target;
  if (attribute.type !== "complex") {
    throw refusal(`"${printAttributePath(path)}" has no sub-attributes, so it takes no brackets`);
  }
  if (attribute.multiValued) {
    const inElement: LookUp = (sub) => findInElement(sub, attribute);
    return { kind: "element", target, filter: resolve(inner, inElement, tolerates) };
  }
  const inAttribute: LookUp = (sub) => {
    findInElement(sub, attribute);
    return lookUp({ ...path, subAttribute: sub.attribute });
  };
  return resolve(inner, inAttribute, tolerates);
}

function findInResource(
  path: AttributePath,
  type: ResourceTypeDefinition,
  tolerates: Tolerates,
): ResolvedPath {
  const found = findAttribute(type, path) ?? findInOneExtension(path, type, tolerates);
  const written = printAttributePath(path);
  if (found === undefined) throw refusal(`"${written}" is not an attribute of ${type.id}`);
  if (isHidden(found)) throw refusal(`"${written}" is never returned and cannot be searched`);
  if (isProvisioning(found)) throw refusal(`"${written}" is worked out on request and cannot be searched`);
  return toResolvedPath(found);
}

/**
 * A bare name that the core schema lacks. RFC 7644 section 3.10 wants the URN in front of it; clients that leave it out
 * mean the one extension that has the name.
 */
function findInOneExtension(
  path: AttributePath,
  type: ResourceTypeDefinition,
  tolerates: Tolerates,
): FoundAttribute | undefined {
  if (path.schema !== undefined || findAttribute(type, { attribute: path.attribute })) return undefined;
  const found = type.extensions.flatMap(
    ({ schema }) => findAttribute(type, { ...path, schema: schema.id }) ?? [],
  );
  const [only, ...others] = found.filter((each) => !isProvisioning(each));
  return only && others.length === 0 && tolerates("bare-extension-attribute") ? only : undefined;
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

function resolveComparison(
  { path, operator, value, unquoted }: Comparison,
  found: ResolvedPath,
  tolerates: Tolerates,
): ResolvedFilter {
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
  const fitting = value === null ? null : fitValue({ value, unquoted }, type, tolerates);
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

/** The value in the attribute's type; undefined when it does not fit. */
function fitValue(
  { value, unquoted }: { value: string | number | boolean; unquoted: string | undefined },
  type: AttributeType,
  tolerates: Tolerates,
): FilterValue | undefined {
  switch (type) {
    case "string":
    case "reference":
    case "binary":
      if (typeof value === "string") return value;
      return unquoted !== undefined && tolerates("unquoted-filter-value") ? unquoted : undefined;
    case "dateTime":
      return typeof value === "string" ? readDateTime(value) : undefined;
    case "integer": {
      // However large: a number beyond all that can be stored still has an order.
      const number = numberOf(value, tolerates);
      return Number.isInteger(number) ? number : undefined;
    }
    case "decimal":
      return numberOf(value, tolerates);
    case "boolean":
      return booleanOf(value, tolerates);
    case "complex":
      return undefined;
    default: {
      const never: never = type;
      return never;
    }
  }
}

const NUMBER = /^-?\d{1,15}(\.\d{1,15})?$/;

function numberOf(value: string | number | boolean, tolerates: Tolerates): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !NUMBER.test(value)) return undefined;
  return tolerates("text-number") ? Number(value) : undefined;
}

/** Entra ID puts quotes around booleans, and writes them "True" and "False". */
function booleanOf(value: string | number | boolean, tolerates: Tolerates): boolean | undefined {
  if (typeof value === "boolean") return value;
  const word = String(value).toLowerCase();
  if (word !== "true" && word !== "false") return undefined;
  return tolerates("text-boolean") ? word === "true" : undefined;
}

function refusal(problem: string) {
  return badRequest("invalidFilter", `The filter cannot be used: ${problem}.`);
}
