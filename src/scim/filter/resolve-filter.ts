import { type Dialect, take } from "../dialect/dialect.js";
import { badRequest, ScimError } from "../errors.js";
import type { AttributeDefinition, AttributeType, ResourceTypeDefinition } from "../schema/attribute.js";
import { type FoundAttribute, findAttribute, findByName } from "../schema/find-attribute.js";
import { PROVISIONING_GROUP_URN, PROVISIONING_USER_URN } from "../schema/urns.js";
import type { AttributePath, ComparisonOperator, Filter, ResolvedFilter, ResolvedPath } from "./ast.js";
import { printAttributePath, readAttributePath } from "./attribute-path.js";
import { fitValue, type Tolerates, VALUE_OF } from "./fit-value.js";

type Comparison = Extract<Filter, { kind: "comparison" }>;
/** Looks a written path up; raises when it is not defined. */
type LookUp = (path: AttributePath) => ResolvedPath;

/**
 * Looks every name of a filter up in the schemas and checks that operators and values fit the types. A comparison on
 * a complex attribute means its `value`; a bracket on a single-valued attribute becomes plain conditions.
 *
 * @param dialect what the client may deviate in; without it the RFC alone counts
 * @param onUndefined is told of undefined attributes, which then have no value, in place of the error
 * @throws ScimError 400 invalidFilter: undefined attribute, operator or value that does not fit the type, an
 * attribute that is never returned (a filter would leak it), or one of the provisioning extension (not stored).
 */
export function resolveFilter(
  filter: Filter,
  type: ResourceTypeDefinition,
  dialect?: Dialect,
  onUndefined?: (name: UndefinedName) => void,
): ResolvedFilter {
  const tolerates = toleranceOf(dialect, false);
  return resolve(filter, {
    lookUp: (path) => findInResource(path, type, tolerates),
    tolerates,
    onUndefined,
  });
}

/** A name that the resource type does not define, and the error for it. */
export interface UndefinedName {
  name: string;
  refusal: ScimError;
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
  return resolve(filter, {
    lookUp: (path) => findInElement(path, attribute),
    tolerates: toleranceOf(dialect, true),
    onUndefined: undefined,
  });
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
  const target = findSortPath(text, type, dialect);
  if (target !== undefined) return target;
  throw badRequest("invalidPath", `Resources cannot be sorted by "${text.slice(0, 200)}".`);
}

/** As {@link resolveSortPath}, undefined for what is not defined or has no order. */
export function findSortPath(
  text: string,
  type: ResourceTypeDefinition,
  dialect?: Dialect,
): ResolvedPath | undefined {
  const path = readAttributePath(text.trim());
  const tolerates = toleranceOf(dialect, false);
  const found = path && (findAttribute(type, path) ?? findInOneExtension(path, type, tolerates));
  if (found === undefined || isHidden(found) || isProvisioning(found)) return undefined;
  return comparable(toResolvedPath(found));
}

/** How names are looked up and values are read. */
interface Reading {
  lookUp: LookUp;
  tolerates: Tolerates;
  onUndefined: ((name: UndefinedName) => void) | undefined;
}

/** Raised by look-ups, apart from refusals for other reasons. */
class UndefinedAttribute extends ScimError {}

function resolve(filter: Filter, reading: Reading): ResolvedFilter {
  switch (filter.kind) {
    case "and":
    case "or":
      return { kind: filter.kind, operands: filter.operands.map((operand) => resolve(operand, reading)) };
    case "not":
      return { kind: "not", operand: resolve(filter.operand, reading) };
    case "comparison":
    case "present":
    case "valuePath":
      return resolveTest(filter, reading);
    default: {
      const never: never = filter;
      return never;
    }
  }
}

type Test = Extract<Filter, { kind: "comparison" | "present" | "valuePath" }>;

function resolveTest(test: Test, reading: Reading): ResolvedFilter {
  try {
    switch (test.kind) {
      case "comparison":
        return resolveComparison(test, reading.lookUp(test.path), reading.tolerates);
      case "present":
        return { kind: "present", target: reading.lookUp(test.path) };
      case "valuePath":
        return resolveValuePath(test.path, test.filter, reading);
      default:
        return test satisfies never;
    }
  } catch (error) {
    if (!(error instanceof UndefinedAttribute) || reading.onUndefined === undefined) throw error;
    reading.onUndefined({ name: printAttributePath(test.path).toLowerCase(), refusal: error });
    // No value: only what asks for its absence holds. An empty "or" never holds, an empty "and" always does.
    const wantsAbsence =
      test.kind === "comparison" &&
      (test.value === null) === (test.operator === "eq") &&
      isEquality(test.operator);
    return { kind: wantsAbsence ? "and" : "or", operands: [] };
  }
}

function isEquality(operator: ComparisonOperator): boolean {
  return operator === "eq" || operator === "ne";
}

function resolveValuePath(path: AttributePath, inner: Filter, reading: Reading): ResolvedFilter {
  const { lookUp, tolerates } = reading;
  const target = lookUp(path);
  const { attribute } = target;
  if (attribute.type !== "complex") {
    throw refusal(`"${printAttributePath(path)}" has no sub-attributes, so it takes no brackets`);
  }
  if (attribute.multiValued) {
    const inElement: LookUp = (sub) => findInElement(sub, attribute);
    return {
      kind: "element",
      target,
      filter: resolve(inner, { lookUp: inElement, tolerates, onUndefined: undefined }),
    };
  }
  const inAttribute: LookUp = (sub) => {
    findInElement(sub, attribute);
    return lookUp({ ...path, subAttribute: sub.attribute });
  };
  return resolve(inner, { lookUp: inAttribute, tolerates, onUndefined: undefined });
}

function findInResource(
  path: AttributePath,
  type: ResourceTypeDefinition,
  tolerates: Tolerates,
): ResolvedPath {
  const found = findAttribute(type, path) ?? findInOneExtension(path, type, tolerates);
  const written = printAttributePath(path);
  if (found === undefined) throw undefinedName(`"${written}" is not an attribute of ${type.id}`);
  // RFC 7644 section 7.5.2: what a client looks for in a confidential attribute has no place in an address.
  if (isHidden(found)) throw confidential(`"${written}" is never returned and cannot be searched`);
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
    throw undefinedName(`"${printAttributePath(path)}" is not a sub-attribute of "${attribute.name}"`);
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

function refusal(problem: string): ScimError {
  return badRequest("invalidFilter", cannotBeUsed(problem));
}

function confidential(problem: string): ScimError {
  return new ScimError(403, cannotBeUsed(problem), "sensitive");
}

function undefinedName(problem: string): ScimError {
  return new UndefinedAttribute(400, cannotBeUsed(problem), "invalidFilter");
}

function cannotBeUsed(problem: string): string {
  return `The filter cannot be used: ${problem}.`;
}
