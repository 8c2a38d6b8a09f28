import { z } from "zod";
import type { DriftChoice } from "../../persistence/run-row-store.js";
import type { ResourceTypeId } from "../../scim/schema/attribute.js";
import { customFieldOf } from "./differences.js";

const choiceSchema = z.enum(["push", "adopt", "ignore"], 'must be "push", "adopt" or "ignore"');
const choicesSchema = z
  .record(
    z
      .string()
      .regex(
        /^(?:[A-Za-z]{1,64}|customFields\..{1,100})$/su,
        "must be the name of a profile field, e.g. title",
      ),
    choiceSchema,
    "must name fields with a choice for each",
  )
  .default({});

/**
 * `policy.drift`: what a run does about a field that the vendor holds otherwise than it was sent. `push` sends it again,
 * `adopt` takes the vendor's value over into SCIM, `ignore` leaves both as they are. Field names are those of the
 * profiles in connectors/connector.ts, which the rows of a run show.
 */
export const driftRulesSchema = z
  .strictObject(
    { default: choiceSchema.default("push"), users: choicesSchema, departments: choicesSchema },
    "must be an object",
  )
  .prefault({});

/** What is done about differences at a connection. */
export type DriftRules = z.output<typeof driftRulesSchema>;

/** The choice for a field; for a custom field that is not named, the one for `customFields`. */
export function choiceFor(rules: DriftRules, type: ResourceTypeId, field: string): DriftChoice {
  const choices = type === "User" ? rules.users : rules.departments;
  const chosenFor = (name: string) => (Object.hasOwn(choices, name) ? choices[name] : undefined);
  const ofAll = customFieldOf(field) === undefined ? undefined : chosenFor("customFields");
  return chosenFor(field) ?? ofAll ?? rules.default;
}
