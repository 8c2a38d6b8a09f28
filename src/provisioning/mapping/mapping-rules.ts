import { z } from "zod";
import { compileScimPath, InvalidScimPathError } from "./scim-path.js";
import { type FieldKind, TRANSFORMS, type TransformName } from "./transforms.js";
import { fieldDefinition, REFERENCE_FIELDS, USER_FIELDS, type UserField } from "./user-fields.js";

const MAX_PATHS = 10;
const MAX_PATH_LENGTH = 500;
const MAX_CUSTOM_FIELDS = 50;
const NO_RULE = "must be false, or an object with from and transform";

/** A rule as an administrator writes it, with its paths as a list. */
export interface StoredRule {
  from?: string[] | undefined;
  transform?: TransformName | undefined;
}

const path = z
  .string("must be a SCIM path")
  .max(MAX_PATH_LENGTH, `must have at most ${MAX_PATH_LENGTH} characters`)
  .superRefine((text, context) => {
    try {
      compileScimPath(text);
    } catch (error) {
      if (!(error instanceof InvalidScimPathError)) throw error;
      context.addIssue({ code: "custom", message: `is no path of a user: ${error.message}` });
    }
  });

const pathList = z
  .array(path, "must be a SCIM path or a list of them")
  .min(1, "names no path")
  .max(MAX_PATHS);

/** One path may be written without the list around it. */
const paths = z.preprocess((given) => (typeof given === "string" ? [given] : given), pathList);

function ruleOf(kind: FieldKind): z.ZodType<StoredRule> {
  const fitting = (Object.keys(TRANSFORMS) as TransformName[]).filter(
    (name) => TRANSFORMS[name].gives === kind,
  );
  const transform = z.enum(fitting, `must be one of ${fitting.join(", ")}`);
  return z.strictObject({ from: paths.optional(), transform: transform.optional() }, NO_RULE);
}

/** A rule, or a switch in its place; what is wrong inside the rule keeps its place. */
function ruleOrSwitch(rule: z.ZodType<StoredRule>, required: boolean) {
  return z.unknown().transform((given, context): StoredRule | boolean => {
    if (given === true) return true;
    if (given === false) {
      if (!required) return false;
      const message = "can not be switched off: the vendor makes nobody without it";
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    }
    const parsed = rule.safeParse(given);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      const unknown = issue.code === "unrecognized_keys" ? issue.keys : [];
      const message = unknown.length > 0 ? "is not known here" : issue.message;
      context.addIssue({ code: "custom", path: [...issue.path, ...unknown], message });
    }
    return z.NEVER;
  });
}

const onOrOff = z.boolean("must be true or false");

function userFieldSchemas() {
  const schemas = (Object.keys(USER_FIELDS) as UserField[]).map((field) => {
    const { kind, required } = fieldDefinition(field);
    return [field, ruleOrSwitch(ruleOf(kind), required === true).optional()] as const;
  });
  return Object.fromEntries(schemas) as Record<UserField, (typeof schemas)[number][1]>;
}

function referenceFieldSchemas() {
  const schemas = REFERENCE_FIELDS.map((field) => [field, onOrOff.optional()] as const);
  return Object.fromEntries(schemas) as Record<
    (typeof REFERENCE_FIELDS)[number],
    (typeof schemas)[number][1]
  >;
}

/** Where a text without default comes from: a rule that has a path; the path alone is a rule too. */
export const textSourceSchema = z.preprocess(
  (given) => (typeof given === "string" || Array.isArray(given) ? { from: given } : given),
  ruleOf("text").refine((rule) => rule.from !== undefined, { path: ["from"], message: "is required" }),
);

/**
 * What a connection may say about its mapping; everything it leaves out follows the default. What is unknown or
 * malformed is refused, naming the field.
 */
export const mappingSchema = z.strictObject(
  {
    /** People: `false` leaves a field alone, an object gives it other paths or another transform. */
    fields: z
      .strictObject({ ...userFieldSchemas(), ...referenceFieldSchemas() }, "must be an object of fields")
      .optional(),
    /** The vendor's own (custom) fields by the name they have there, each with a path or a rule. */
    customFields: z
      .record(z.string().min(1).max(100), textSourceSchema, "must be an object of custom fields")
      .refine(
        (given) => Object.keys(given).length <= MAX_CUSTOM_FIELDS,
        `must have at most ${MAX_CUSTOM_FIELDS} fields`,
      )
      .optional(),
    /** Departments: facts that are on or off. */
    departmentFields: z
      .strictObject(
        { order: onOrOff.optional(), managers: onOrOff.optional() },
        "must be an object of fields",
      )
      .optional(),
  },
  "must be an object",
);

/** A checked mapping. */
export type StoredMapping = z.output<typeof mappingSchema>;
