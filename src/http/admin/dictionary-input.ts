import { z } from "zod";
import type { FieldDefinition, FieldUpdate } from "../../dictionary/dictionary-fields.js";
import { pageFields, textSchema } from "./read-input.js";

const TYPES = ["string", "boolean", "integer", "decimal", "dateTime", "reference", "enum"] as const;

const flag = z.boolean("must be true or false");
const category = z.enum(["user", "group"], 'must be "user" or "group"');
const remark = z.string("must be a text").trim().max(1_000, "must have at most 1000 characters");
/** Bounded here against abuse; the rules of the dictionary say what is really allowed. */
const values = z.array(z.string("must be a text").trim(), "must be a list of texts").max(1_000);
const pattern = z.string("must be a text").min(1, "must not be empty").max(1_000);
const maxLength = z
  .number("must be a whole number")
  .int("must be a whole number")
  .min(1, "must be at least 1")
  .max(100_000);

const properties = {
  name: textSchema(200),
  type: z.enum(TYPES, `must be one of ${TYPES.join(", ")}`),
  multiValued: flag,
  required: flag,
  modifiable: flag,
  unique: flag,
  enabled: flag,
  values: values.nullable(),
  pattern: pattern.nullable(),
  maxLength: maxLength.nullable(),
  remark,
};

/** The query of `GET /dictionary`. */
export const fieldListQuery = z.strictObject({ ...pageFields, category: category.optional() });

/** The query of `POST /dictionary` and `PATCH /dictionary/{id}`. */
export const fieldSaveQuery = z.strictObject({
  force: z
    .enum(["true", "false"], 'must be "true" or "false"')
    .transform((word) => word === "true")
    .default(false),
});

/** The query of `DELETE /dictionary/{id}`. */
export const fieldRemovalQuery = z.strictObject({
  values: z.literal("remove", 'must be "remove" where it is given').optional(),
});

/** The body of `POST /dictionary`. */
export const newFieldSchema = z
  .strictObject({
    ...properties,
    key: z.string("must be a text").max(200),
    category,
    multiValued: flag.default(false),
    required: flag.default(false),
    modifiable: flag.default(true),
    unique: flag.default(false),
    enabled: flag.default(true),
  })
  .partial({ values: true, pattern: true, maxLength: true, remark: true });

/** The body of `PATCH /dictionary/{id}`: what is left out stays, null takes away. */
export const fieldChangeSchema = z
  .strictObject({ ...properties, key: z.string(), category })
  .partial()
  .refine((change) => Object.keys(change).length > 0, "names nothing to change");

/** The definition that a POST asks for. */
export function toDefinition(input: z.infer<typeof newFieldSchema>): FieldDefinition {
  const { unique, values, pattern, maxLength, remark, ...rest } = input;
  const options = {
    ...(values && { values }),
    ...(pattern && { pattern }),
    ...(maxLength && { maxLength }),
    ...(remark && { remark }),
  };
  return { ...rest, uniqueValue: unique, options };
}

/** The change that a PATCH asks for. */
export function toUpdate(input: z.infer<typeof fieldChangeSchema>): FieldUpdate {
  const { unique, values, pattern, maxLength, remark, ...rest } = input;
  return { ...rest, uniqueValue: unique, options: { values, pattern, maxLength, remark } };
}
