import { isDeepStrictEqual } from "node:util";
import type { ErrorObject } from "ajv/dist/2020.js";
import { badRequest } from "../errors.js";
import type {
  AttributeDefinition,
  JsonObject,
  JsonValue,
  ResourceTypeDefinition,
} from "../schema/attribute.js";
import { COMMON_ATTRIBUTES } from "../schema/common-attributes.js";
import { compiledRules } from "./compiled-rules.js";
import { isIdentifiedByValue, MAX_VALUES } from "./read-value.js";

/** Longest text of an attribute without a rule of its own, in characters. */
const MAX_TEXT = 8_192;
/** Longest base64 text, in characters: a certificate is 1,500 to 4,000. */
const MAX_BINARY = 65_536;
/** Longest unique text, in characters: PostgreSQL's index rows end at 2,704 bytes. */
const MAX_UNIQUE_TEXT = 255;

/**
 * Checks a resource. With the resource as it was `before`, only what differs from it has to obey: a rule that came later
 * stops nobody from changing something else, such as deactivating a person who lacks a new required attribute.
 * @throws ScimError 400 invalidValue naming each path and rule
 */
export type ResourceValidator = (resource: JsonObject, before?: JsonObject) => void;

/**
 * Compiles the rules of a resource type: required attributes, types, lengths, enforced words and patterns. Costs some
 * 50 ms the first time that its rules are met. Takes resources as `readResource` and `applyPatch` return them.
 *
 * @throws when the type itself is unusable, e.g. a pattern that RE2 cannot run (look-ahead, back-references)
 */
export function compileValidator(type: ResourceTypeDefinition): ResourceValidator {
  const validate = compiledRules(resourceRules(type));
  return (resource, before) => {
    if (validate(resource)) return;
    const isNew = (error: ErrorObject) => !before || isChanged(stepsOf(error), before, resource, type);
    const problems = (validate.errors ?? [])
      .filter(isNew)
      .slice(0, 5)
      .map((error) => describeError(error, type));
    if (problems.length === 0) return;
    throw badRequest("invalidValue", `${[...new Set(problems)].join("; ")}.`);
  };
}

function resourceRules(type: ResourceTypeDefinition): JsonObject {
  const rules = objectRules([...type.schema.attributes, ...COMMON_ATTRIBUTES]);
  const extensions = type.extensions.map(({ schema }) => [schema.id, objectRules(schema.attributes)]);
  const requiredExtensions = type.extensions.filter(({ required }) => required);
  return {
    ...rules,
    properties: { ...Object(rules["properties"]), ...Object.fromEntries(extensions) },
    required: [
      ...type.schema.attributes.filter(isDemanded).map(({ name }) => name),
      ...requiredExtensions.map(({ schema }) => schema.id),
    ],
  };
}

function objectRules(attributes: readonly AttributeDefinition[]): JsonObject {
  return {
    type: "object",
    properties: Object.fromEntries(
      attributes.map((attribute) => [attribute.name, attributeRules(attribute)]),
    ),
    required: attributes.filter(isDemanded).map(({ name }) => name),
    additionalProperties: false,
  };
}

/** What a client cannot write cannot be demanded of it. */
function isDemanded({ required, mutability }: AttributeDefinition): boolean {
  return required && mutability !== "readOnly";
}

function attributeRules(attribute: AttributeDefinition): JsonObject {
  const single = singleRules(attribute);
  if (!attribute.multiValued) return single;
  // Group membership is kept apart from the resource and may be large.
  const limit = isIdentifiedByValue(attribute) ? {} : { maxItems: MAX_VALUES };
  return { type: "array", items: single, ...limit, ...(attribute.required ? { minItems: 1 } : {}) };
}

function singleRules(attribute: AttributeDefinition): JsonObject {
  switch (attribute.type) {
    case "complex":
      return objectRules(attribute.subAttributes ?? []);
    case "boolean":
      return { type: "boolean" };
    case "integer":
      return { type: "integer" };
    case "decimal":
      return { type: "number" };
    case "dateTime":
      return { type: "string", format: "date-time" };
    case "binary":
      return { type: "string", maxLength: attribute.rules?.maxLength ?? MAX_BINARY };
    case "string":
    case "reference":
      return textRules(attribute);
    default: {
      const never: never = attribute.type;
      return never;
    }
  }
}

function textRules({ rules, uniqueness, canonicalValues }: AttributeDefinition): JsonObject {
  const longest = uniqueness === "none" ? MAX_TEXT : MAX_UNIQUE_TEXT;
  return {
    type: "string",
    maxLength: Math.min(rules?.maxLength ?? longest, longest),
    ...(rules?.pattern === undefined ? {} : { pattern: rules.pattern }),
    ...(rules?.enforceCanonicalValues && canonicalValues ? { enum: [...canonicalValues] } : {}),
  };
}

/** The steps from the resource to the value that an error is about. */
function stepsOf({ instancePath, params }: ErrorObject): string[] {
  const named: Record<string, unknown> = params;
  const steps = instancePath
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const inner = named["missingProperty"] ?? named["additionalProperty"];
  return inner === undefined ? steps : [...steps, String(inner)];
}

/** Whether the attribute at the beginning of the steps is another one than before. */
function isChanged(
  steps: readonly string[],
  before: JsonObject,
  after: JsonObject,
  type: ResourceTypeDefinition,
): boolean {
  const isExtension = type.extensions.some(({ schema }) => schema.id === steps[0]);
  const path = steps.slice(0, isExtension ? 2 : 1);
  return !isDeepStrictEqual(valueAt(before, path), valueAt(after, path));
}

function valueAt(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return valueAt(Object.hasOwn(value, step) ? value[step] : undefined, rest);
}

function describeError(error: ErrorObject, type: ResourceTypeDefinition): string {
  const params: Record<string, unknown> = error.params;
  const path = describeSteps(stepsOf(error), type);
  switch (error.keyword) {
    case "required":
      return `"${path}" is required`;
    case "additionalProperties":
      return `"${path}" is not a known attribute`;
    case "maxLength":
      return `"${path}" is longer than ${String(params["limit"])} characters`;
    case "maxItems":
      return `"${path}" has more than ${String(params["limit"])} values`;
    case "pattern":
      return `"${path}" does not match the pattern ${String(params["pattern"])}`;
    case "enum":
      return `"${path}" must be one of ${JSON.stringify(params["allowedValues"])}`;
    default:
      return `"${path}" ${error.message ?? "is not valid"}`;
  }
}

/** The steps in SCIM's own spelling: `urn…:User:emails[0].value`. */
function describeSteps(steps: readonly string[], type: ResourceTypeDefinition): string {
  const isExtension = type.extensions.some(({ schema }) => schema.id === steps[0]);
  return steps
    .map((step, index) => {
      if (index === 0) return step;
      if (/^\d+$/.test(step)) return `[${step}]`;
      return index === 1 && isExtension ? `:${step}` : `.${step}`;
    })
    .join("");
}
