import { z } from "zod";
import { ProblemError } from "../problem-error.js";

/** Entries on a page of an admin list, and the most there can be. */
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** Errors that are told of one input; a body of 200,000 wrong values is not answered with as many sentences. */
const MAX_ERRORS = 20;

/** An id of a row. Those that the migrations made have no UUID version, so any UUID will do. */
export const idSchema = z.guid("must be an id (UUID)");

/** Text of 1 to `max` characters after trimming. */
export function textSchema(max: number) {
  return z
    .string("must be a text")
    .trim()
    .min(1, "must not be blank")
    .max(max, `must have at most ${max} characters`);
}

/** `cursor` and `limit` of every list. */
export const pageFields = {
  cursor: z.string().optional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, `must be a whole number from 1 to ${MAX_LIMIT}`)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= MAX_LIMIT, `must be a whole number from 1 to ${MAX_LIMIT}`)
    .default(DEFAULT_LIMIT),
};

/**
 * Checks a body or query against its schema.
 * @throws ProblemError 400 invalid_request whose `errors` names the fields that are wrong (the first 20) and what is expected there
 */
export function readInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const errors = result.error.issues.slice(0, MAX_ERRORS).flatMap(describe).slice(0, MAX_ERRORS);
  const detail = errors
    .map(({ field, message }) => (field === "" ? message : `${field}: ${message}`))
    .join("; ");
  throw new ProblemError(400, "invalid_request", detail, { errors });
}

/** An id from the path. What cannot be an id of ours is not there. */
export function readId(text: unknown): string {
  const result = idSchema.safeParse(text);
  if (!result.success) throw new ProblemError(404, "not_found", "There is nothing with this id.");
  return result.data.toLowerCase();
}

function describe(issue: z.core.$ZodIssue): { field: string; message: string }[] {
  const place = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ field: [...place, key].join("."), message: "is not known here" }));
  }
  return [{ field: place.join("."), message: issue.message }];
}
