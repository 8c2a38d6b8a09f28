import { z } from "zod";
import { policySchema } from "../../provisioning/connections/policy.js";
import { mappingSchema } from "../../provisioning/mapping/mapping-rules.js";
import { scheduleSchema } from "../../provisioning/reconciliation/schedule.js";
import { scopeSchema } from "../../provisioning/scope/scope-rules.js";
import { textSchema } from "./read-input.js";

/** More settings and longer ones than any connector has. */
const MAX_SETTINGS = 50;
const MAX_SETTING_LENGTH = 4_000;

const setting = z.union(
  [z.string().max(MAX_SETTING_LENGTH, `must have at most ${MAX_SETTING_LENGTH} characters`), z.number()],
  "must be a text or a number",
);

/** Settings that belong together, e.g. `events`; a switch among them is a text to the connector like all others. */
const group = z.record(
  z.string().regex(/^[A-Za-z]{1,64}$/, "must be named by letters"),
  z.union([setting, z.boolean().transform(String), z.null()], "must be a text, a number, true or false"),
);

type Group = z.output<typeof group>;

/** Settings by name; members of a group are named `group.member` from here on. */
const settings = (value: z.ZodType<string | number | null>) =>
  z
    .record(
      z.string(),
      z.union([value, group], "must be a text or a number"),
      "must be an object of settings",
    )
    .transform((given) => Object.fromEntries(Object.entries(given).flatMap(flat)))
    .refine(
      (given) => Object.keys(given).length <= MAX_SETTINGS,
      `must have at most ${MAX_SETTINGS} entries`,
    );

function flat([name, value]: [string, string | number | null | Group]): [string, string | number | null][] {
  if (value === null || typeof value !== "object") return [[name, value]];
  return Object.entries(value).map(([member, one]) => [`${name}.${member}`, one]);
}

const freeForm = z.record(z.string(), z.json(), "must be an object");

/** Stored as it was given: what it leaves out follows the defaults of whatever version reads it. */
const checkedBy = (schema: z.ZodType) =>
  freeForm.superRefine((given, context) => {
    for (const issue of schema.safeParse(given).error?.issues ?? []) {
      if (issue.code !== "unrecognized_keys") {
        context.addIssue({ code: "custom", path: issue.path, message: issue.message });
        continue;
      }
      for (const key of issue.keys) {
        context.addIssue({ code: "custom", path: [...issue.path, key], message: "is not known here" });
      }
    }
  });

const scope = checkedBy(scopeSchema);
const policy = checkedBy(policySchema);
const mapping = checkedBy(mappingSchema);
const schedule = checkedBy(scheduleSchema);

/** The body of `POST /connections`. */
export const newConnectionSchema = z.strictObject({
  connector: textSchema(50),
  name: textSchema(200),
  config: settings(setting),
  scope: scope.default({}),
  mapping: mapping.default({}),
  policy: policy.default({}),
  schedule: schedule.default({}),
  enabled: z.literal(false, "must be false: a new connection is off; test it, then enable it").optional(),
});

/** The body of `PATCH /connections/{id}`: what is left out stays. */
export const connectionChangeSchema = z
  .strictObject({
    name: textSchema(200).optional(),
    config: settings(setting.nullable()).optional(),
    scope: scope.optional(),
    mapping: mapping.optional(),
    policy: policy.optional(),
    schedule: schedule.optional(),
    enabled: z.boolean("must be true or false").optional(),
    confirm: z.boolean("must be true or false").optional(),
  })
  .refine((change) => Object.keys(change).length > 0, "names nothing to change");
