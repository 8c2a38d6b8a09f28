import { z } from "zod";
import { isId } from "../../platform/ids.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { compileScopeFilter, InvalidScopeFilterError, MAX_SCOPE_FILTER } from "./scope-filter.js";

const filterSchema = z
  .string("must be a SCIM filter, a text")
  .max(MAX_SCOPE_FILTER, `must have at most ${MAX_SCOPE_FILTER} characters`)
  .superRefine((text, context) => {
    if (text.trim() === "") return;
    try {
      compileScopeFilter(text);
    } catch (error) {
      if (!(error instanceof InvalidScopeFilterError)) throw error;
      context.addIssue({ code: "custom", message: error.message });
    }
  })
  .optional();

const nameSchema = (message: string) =>
  z.string(message).max(300, "must have at most 300 characters").optional();

/** Which part of the directory goes through a connection, as an administrator writes it; blank counts as absent. */
export const scopeSchema = z.strictObject(
  {
    /** The group that stands for the vendor's root department. */
    rootGroupId: z
      .string("must be the id of a group")
      .refine((id) => id === "" || isId(id), "must be the id of a group")
      .optional(),
    /** The same group by its externalId. */
    rootExternalId: nameSchema("must be the externalId of a group, a text"),
    /** The same group by its name, which only one may have; stored as its id. */
    rootDisplayName: nameSchema("must be the displayName of a group, a text"),
    /** Only people who match. */
    include: filterSchema,
    /** No people who match. */
    exclude: filterSchema,
  },
  "must be an object",
);

/** Whether a rule leaves a person out. */
export type ScopeRules = (attributes: JsonObject) => boolean;

/**
 * The stored include and exclude rules of a connection, as a test for people who are left out.
 * @throws InvalidScopeFilterError for a rule that another version may have stored: nobody is let in or out by chance
 */
export function readScopeRules(scope: JsonObject): ScopeRules {
  const include = ruleOf(scope["include"]);
  const exclude = ruleOf(scope["exclude"]);
  return (attributes) => (include !== undefined && !include(attributes)) || exclude?.(attributes) === true;
}

function ruleOf(text: unknown): ((attributes: JsonObject) => boolean) | undefined {
  return typeof text === "string" && text.trim() !== "" ? compileScopeFilter(text) : undefined;
}
