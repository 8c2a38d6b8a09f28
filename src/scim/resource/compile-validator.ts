import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import formatsModule from "ajv-formats";
import { RE2JS } from "re2js";
import { badRequest } from "../errors.js";
import type { AttributeDefinition, JsonObject, ResourceTypeDefinition } from "../schema/attribute.js";
import { COMMON_ATTRIBUTES } from "../schema/common-attributes.js";
import { isIdentifiedByValue, MAX_VALUES } from "./read-value.js";

/** Longest text of an attribute without a rule of its own, in characters. */
const MAX_TEXT = 8_192;
/** Longest base64 text, in characters: a certificate is 1,500 to 4,000. */
const MAX_BINARY = 65_536;
/** Longest unique text, in characters: PostgreSQL's index rows end at 2,704 bytes. */
const MAX_UNIQUE_TEXT = 255;

/** ajv-formats is a CommonJS module whose default export TypeScript sees one level too high under nodenext. */
const addFormats = formatsModule as unknown as typeof formatsModule.default;

/**
 * Dictionary patterns come from administrators; RE2 runs them in linear time, where the built-in engine takes
 * seconds for `(a+)+$`. The pattern must match the whole value. `toString` tells patterns apart: ajv keeps compiled
 * ones under that text, and would share one between all attributes.
 */
const linearRegExp = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    return { test: (text: string) => compiled.testExact(text), toString: () => pattern };
  },
  { code: "linearRegExp" },
);

/**
 * Compiles the rules of a resource type: required attributes, types, lengths, enforced words and patterns. Costs
 * some 50 ms, so compile once per registry and keep the function. Takes resources as `readResource` and `applyPatch`
 * return them.
 *
 * @throws when the type itself is unusable, e.g. a pattern that RE2 cannot run (look-ahead, back-references)
 * @returns a check that throws ScimError 400 invalidValue naming each path and rule
 */
export function compileValidator(type: ResourceTypeDefinition): (resource: JsonObject) => void {
  const ajv = new Ajv2020({ allErrors: true, strict: true, code: { regExp: linearRegExp } });
  addFormats(ajv, ["date-time"]);
  const validate = ajv.compile(resourceRules(type));
  return (resource) => {
    if (validate(resource)) return;
    const problems = (validate.errors ?? []).slice(0, 5).map((error) => describeError(error, type));
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

function describeError(error: ErrorObject, type: ResourceTypeDefinition): string {
  const params: Record<string, unknown> = error.params;
  const inner = params["missingProperty"] ?? params["additionalProperty"];
  const pointer = inner === undefined ? error.instancePath : `${error.instancePath}/${String(inner)}`;
  const path = describePointer(pointer, type);
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

/** `/urn…:User/emails/0/value` in SCIM's own spelling: `urn…:User:emails[0].value`. */
function describePointer(pointer: string, type: ResourceTypeDefinition): string {
  const steps = pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const first = steps[0];
  const isExtension = type.extensions.some(({ schema }) => schema.id === first);
  return steps
    .map((step, index) => {
      if (index === 0) return step;
      if (/^\d+$/.test(step)) return `[${step}]`;
      return index === 1 && isExtension ? `:${step}` : `.${step}`;
    })
    .join("");
}
