import { type Dialect, take } from "../dialect/dialect.js";
import { badRequest } from "../errors.js";
import { isJsonObject } from "../resource/check-structure.js";
import {
  asComplexObject,
  asList,
  isBlank,
  isIdentifiedByValue,
  readAttribute,
  readElements,
  readMembers,
  readSingle,
  unwrapList,
} from "../resource/read-value.js";
import type { AttributeDefinition, JsonValue } from "../schema/attribute.js";
import { describeTarget, type PatchOperation, type PatchTarget } from "./operation.js";

/** What an operation does. */
export type PatchVerb = "add" | "replace" | "remove";

/** How the value of an operation is read. */
export interface StepOptions {
  /** Whether the target is a key of a value without a path; a read-only one may then be passed over. */
  withoutPath: boolean;
  dialect: Dialect;
}

/**
 * Turns one operation on a known target into steps with canonical values. Adding nothing is no step; replacing by
 * nothing is a removal.
 *
 * @throws ScimError 400 mutability or invalidValue or invalidSyntax, as `parsePatch` says
 */
export function stepsFor(
  verb: PatchVerb,
  target: PatchTarget,
  value: JsonValue | undefined,
  options: StepOptions,
): PatchOperation[] {
  const { attribute, filter, subAttribute } = target;
  const { dialect } = options;
  if (attribute.mutability === "readOnly" || subAttribute?.mutability === "readOnly") {
    if (options.withoutPath && take(dialect, "read-only-in-value")) return [];
    throw mutability(target, "is read-only");
  }
  const changesElement = subAttribute !== undefined || (filter !== undefined && verb !== "remove");
  if (attribute.multiValued && isIdentifiedByValue(attribute) && changesElement) {
    throw mutability(target, "cannot be changed; remove the value and add another");
  }
  if (verb === "remove") return removalSteps(target, value, dialect);
  if (subAttribute !== undefined) return assignment(verb, target, value, subAttribute, dialect);
  if (!attribute.multiValued) {
    if (attribute.type !== "complex") return assignment(verb, target, value, attribute, dialect);
    return complexSteps(verb, target, value, dialect);
  }
  const path = describeTarget(target);
  if (isBlank(value, attribute.type, dialect)) return step(verb, target, undefined);
  if (filter !== undefined) {
    return step(verb, target, readSingle(unwrapList(value, dialect), attribute, path, dialect));
  }
  // "a new value is added" (RFC 7644 section 3.5.2.1): one value is a list of one, for add.
  const list = verb === "add" && !Array.isArray(value) ? [value] : asList(value, path, dialect);
  const elements = readElements(list, attribute, path, dialect);
  return step(verb, target, elements.length === 0 ? undefined : elements);
}

function removalSteps(target: PatchTarget, value: JsonValue | undefined, dialect: Dialect): PatchOperation[] {
  const { attribute, filter, subAttribute } = target;
  const isWhole = attribute.multiValued && filter === undefined && subAttribute === undefined;
  if (!isWhole || value === undefined || value === null) return [removal(target)];
  const path = describeTarget(target);
  // RFC 7644 section 3.5.2.2 knows no value here. To pass over it would remove everything instead of what is listed.
  if (!take(dialect, "remove-listed")) {
    throw badRequest("invalidValue", `A remove of "${path}" takes no value; choose by a filter in the path.`);
  }
  const listed = readElements(Array.isArray(value) ? value : [value], attribute, path, dialect);
  // An empty list removes nothing; only a missing value removes everything.
  return listed.length === 0 ? [] : [{ op: "remove", target, listed }];
}

/** RFC 7644 section 3.5.2.2: a required attribute cannot become unassigned. */
function removal(target: PatchTarget): PatchOperation {
  const { attribute, filter, subAttribute } = target;
  const required = subAttribute === undefined ? filter === undefined && attribute.required : false;
  const requiredPart = subAttribute?.required === true && !attribute.multiValued;
  if (required || requiredPart) throw mutability(target, "is required and cannot be removed");
  return { op: "remove", target };
}

function step(verb: "add" | "replace", target: PatchTarget, value: JsonValue | undefined): PatchOperation[] {
  if (value !== undefined) return [{ op: verb, target, value }];
  return verb === "add" ? [] : [removal(target)];
}

function assignment(
  verb: "add" | "replace",
  target: PatchTarget,
  value: JsonValue | undefined,
  attribute: AttributeDefinition,
  dialect: Dialect,
): PatchOperation[] {
  const path = describeTarget(target);
  return step(verb, target, readAttribute(unwrapSimple(value, attribute, dialect), attribute, path, dialect));
}

/** Both verbs merge into a complex attribute: only the named sub-attributes change (RFC 7644 section 3.5.2.3). */
function complexSteps(
  verb: "add" | "replace",
  target: PatchTarget,
  value: JsonValue | undefined,
  dialect: Dialect,
): PatchOperation[] {
  if (isBlank(value, "complex", dialect)) return step(verb, target, undefined);
  const path = describeTarget(target);
  const given = asComplexObject(unwrapList(value, dialect), target.attribute, path, dialect);
  if (Object.keys(given).length === 0) return step(verb, target, undefined);
  const members = readMembers(given, target.attribute.subAttributes ?? [], `${path}.`, dialect);
  return [...members].flatMap(([subAttribute, held]) =>
    subAttribute.mutability === "readOnly"
      ? []
      : assignment(verb, { ...target, subAttribute }, held, subAttribute, dialect),
  );
}

/** Older Entra ID connectors send `[{"$ref": null, "value": "False"}]` for a simple value. */
function unwrapSimple(
  value: JsonValue | undefined,
  { type, multiValued }: AttributeDefinition,
  dialect: Dialect,
): JsonValue | undefined {
  if (multiValued || type === "complex" || value === undefined) return value;
  const single = unwrapList(value, dialect);
  const isWrapped = isJsonObject(single) && Object.hasOwn(single, "value");
  return isWrapped && take(dialect, "wrapped-value") ? single["value"] : single;
}

function mutability(target: PatchTarget, problem: string) {
  return badRequest("mutability", `"${describeTarget(target)}" ${problem}.`);
}
