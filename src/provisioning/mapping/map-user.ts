import type { UserProfile } from "../../connectors/profiles.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { defaultMapping, type FieldRule, type Mapping } from "./mapping.js";

/** The part of a user's profile that comes from the user's own attributes, without references. */
export type OwnUserProfile = Omit<
  UserProfile,
  "departmentRemoteIds" | "managerRemoteId" | "positions" | "departmentOrders" | "account"
>;

/**
 * What a mapping makes of a user's own attributes. A field is absent where it is not mapped or no path gives a value;
 * whether that matters is for the policy to say.
 */
export function mapUser(attributes: JsonObject, mapping: Mapping = defaultMapping): OwnUserProfile {
  const profile: Record<string, unknown> = { name: "" };
  for (const [field, rule] of mapping.fields) {
    const value = valueBy(rule, attributes);
    if (value !== undefined) profile[field] = value;
  }
  // A number that serves as the mobile is not the extension as well: the vendor wants extension numbers unique.
  if (profile["telephone"] === profile["mobile"]) delete profile["telephone"];
  const customFields = [...mapping.customFields].flatMap(([name, rule]) => {
    const value = valueBy(rule, attributes);
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  if (customFields.length > 0) profile["customFields"] = Object.fromEntries(customFields);
  // Each field's transform gives the kind that the table of fields asks for.
  return profile as unknown as OwnUserProfile;
}

/** The value of the first path that gives one. */
export function valueBy(rule: FieldRule, attributes: JsonObject): string | number | boolean | undefined {
  for (const path of rule.from) {
    const values = path.read(attributes);
    const ambiguous = values.length > 1 && !path.chosen && rule.transform.takesAll !== true;
    const value = ambiguous ? undefined : rule.transform.apply(values);
    if (value !== undefined) return value;
  }
  return undefined;
}
