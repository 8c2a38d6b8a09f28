import type { JsonObject, JsonValue } from "../../scim/schema/attribute.js";
import { valueBy } from "../mapping/map-user.js";
import type { FieldRule, Mapping } from "../mapping/mapping.js";
import type { PathWrite } from "../mapping/path-writing.js";
import type { ScimPath } from "../mapping/scim-path.js";
import { USER_FIELDS, type UserField } from "../mapping/user-fields.js";
import { customFieldOf, differs } from "./differences.js";

/** The field cannot be taken over. */
export class NotAdoptable extends Error {
  override readonly name = "NotAdoptable";
}

/** By these a person is known to identity providers: a value of the vendor never goes there. */
const IDENTIFYING: ReadonlySet<string> = new Set(["id", "externalid", "username"]);

/**
 * What a person has to be in SCIM so that the mapping makes the vendor's value of them: the value goes to the path that
 * gives the field now, else to one that comes before it. It is tried out: what comes of it is what the vendor holds, or
 * it is not done.
 * @throws NotAdoptable
 */
export function adoptedField(
  mapping: Mapping,
  attributes: JsonObject,
  field: string,
  found: JsonValue,
): PathWrite {
  const rule = ruleFor(mapping, field);
  if (rule === undefined) throw new NotAdoptable(`${field} is not mapped from attributes.`);
  const { invert } = rule.transform;
  if (invert === undefined) {
    throw new NotAdoptable(`${field} cannot be adopted: mapped by transform ${rule.transformName}.`);
  }
  for (const path of candidates(rule, attributes, found)) {
    const [before] = path.read(attributes);
    const value = found === null ? null : invert(found, before);
    if (found !== null && value === null) continue;
    const written = path.write(attributes, value);
    if (written !== undefined && gives(rule, written.attributes, field, found)) return written;
  }
  const paths = rule.from.map(({ text }) => text).join(", ");
  const by = rule.transformName === "text" ? "" : `, transform ${rule.transformName}`;
  throw new NotAdoptable(
    `${field} cannot be adopted: no value at one of its paths would make the vendor's value of it (${paths}${by}).`,
  );
}

/** Whether a field is filled from attributes of the person. */
export function isFilledFromPaths(field: string): boolean {
  return Object.hasOwn(USER_FIELDS, field) || customFieldOf(field) !== undefined;
}

function ruleFor(mapping: Mapping, field: string): FieldRule | undefined {
  const custom = customFieldOf(field);
  return custom === undefined ? mapping.fields.get(field as UserField) : mapping.customFields.get(custom);
}

/** What may hold the value: the path that gives it now, then those that would come before it. */
function candidates(rule: FieldRule, attributes: JsonObject, found: JsonValue): ScimPath[] {
  const giving = rule.from.findIndex((path) => valueBy({ ...rule, from: [path] }, attributes) !== undefined);
  const given = rule.from.slice(giving, giving + 1);
  const wanted =
    giving < 0 ? [...rule.from] : found === null ? given : [...given, ...rule.from.slice(0, giving)];
  return wanted.filter(({ text }) => !IDENTIFYING.has(text.toLowerCase()));
}

function gives(rule: FieldRule, attributes: JsonObject, field: string, found: JsonValue): boolean {
  const made = valueBy(rule, attributes) ?? null;
  const name = customFieldOf(field) === undefined ? field : "customField";
  const compared = name === "customField" && made !== null ? String(made) : made;
  return compared === null || found === null ? compared === found : !differs(name, found, compared);
}
