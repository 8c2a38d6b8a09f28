import { badRequest } from "../errors.js";
import { isJsonObject } from "../resource/check-structure.js";
import {
  asComplexObject,
  isIdentifiedByValue,
  isUnassigned,
  readAttribute,
  readElements,
  readMembers,
  readSingle,
} from "../resource/read-value.js";
import type { AttributeDefinition, JsonValue } from "../schema/attribute.js";
import { describeTarget, type PatchOperation, type PatchTarget } from "./operation.js";

/** What an operation does. */
export type PatchVerb = "add" | "replace" | "remove";

/**
 * Turns one operation on a known target into steps with canonical values. Adding nothing is no step; replacing by
 * nothing is a removal.
 *
 * @param options.ignoreReadOnly whether a read-only target is passed over (a key in a value without a path) or refused
 * @throws ScimError 400 mutability or invalidValue or invalidSyntax, as `parsePatch` says
 */
export function stepsFor(
  verb: PatchVerb,
  target: PatchTarget,
  value: JsonValue | undefined,
  options: { ignoreReadOnly: boolean },
): PatchOperation[] {
  const { attribute, filter, subAttribute } = target;
  if (attribute.mutability === "readOnly" || subAttribute?.mutability === "readOnly") {
    if (options.ignoreReadOnly) return [];
    throw mutability(target, "is read-only");
  }
  const changesElement = subAttribute !== undefined || (filter !== undefined && verb !== "remove");
  if (attribute.multiValued && isIdentifiedByValue(attribute) && changesElement) {
    throw mutability(target, "cannot be changed; remove the value and add another");
  }
  if (verb === "remove") return removalSteps(target, value);
  if (subAttribute !== undefined) return assignment(verb, target, unwrapSimple(value), subAttribute);
  if (!attribute.multiValued) {
    if (attribute.type !== "complex") return assignment(verb, target, unwrapSimple(value), attribute);
    return complexSteps(verb, target, unwrapOne(value));
  }
  const path = describeTarget(target);
  if (filter !== undefined) {
    const single = unwrapOne(value);
    return step(verb, target, isUnassigned(single) ? undefined : readSingle(single, attribute, path));
  }
  const elements = readElements(asList(value), attribute, path);
  return step(verb, target, elements.length === 0 ? undefined : elements);
}

function removalSteps(target: PatchTarget, value: JsonValue | undefined): PatchOperation[] {
  const { attribute, filter, subAttribute } = target;
  const isWhole = attribute.multiValued && filter === undefined && subAttribute === undefined;
  if (isWhole && value !== undefined && value !== null) {
    const listed = readElements(asList(value), attribute, describeTarget(target));
    // An empty list removes nothing; only a missing value removes everything.
    return listed.length === 0 ? [] : [{ op: "remove", target, listed }];
  }
  return [removal(target)];
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
): PatchOperation[] {
  return step(verb, target, readAttribute(value, attribute, describeTarget(target)));
}

/** Both verbs merge into a complex attribute: only the named sub-attributes change (RFC 7644 section 3.5.2.3). */
function complexSteps(
  verb: "add" | "replace",
  target: PatchTarget,
  value: JsonValue | undefined,
): PatchOperation[] {
  if (isUnassigned(value)) return step(verb, target, undefined);
  const path = describeTarget(target);
  const given = asComplexObject(value, target.attribute, path);
  const members = readMembers(given, target.attribute.subAttributes ?? [], `${path}.`);
  if (members.size === 0) return step(verb, target, undefined);
  return [...members].flatMap(([subAttribute, held]) =>
    subAttribute.mutability === "readOnly"
      ? []
      : assignment(verb, { ...target, subAttribute }, unwrapSimple(held), subAttribute),
  );
}

function asList(value: JsonValue | undefined): JsonValue[] {
  if (Array.isArray(value)) return value;
  return isUnassigned(value) ? [] : [value];
}

/** Some clients wrap a single value in an array (SCIM-SDK). */
function unwrapOne(value: JsonValue | undefined): JsonValue | undefined {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

/** Older Entra ID connectors send `[{"$ref": null, "value": "False"}]` for a simple value. */
function unwrapSimple(value: JsonValue | undefined): JsonValue | undefined {
  const single = unwrapOne(value);
  return isJsonObject(single) && Object.hasOwn(single, "value") ? single["value"] : single;
}

function mutability(target: PatchTarget, problem: string) {
  return badRequest("mutability", `"${describeTarget(target)}" ${problem}.`);
}
