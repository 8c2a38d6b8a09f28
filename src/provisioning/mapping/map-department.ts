import type { JsonObject } from "../../scim/schema/attribute.js";

/** What a vendor takes as the name of a department. */
export interface DepartmentNameRule {
  forbidden: readonly string[];
  /** In UTF-16 code units. */
  maxLength: number;
}

const ORGANIZATION_GROUP = "urn:ietf:params:scim:schemas:extension:organization:2.0:Group";

/** A mapped name, and a note where it differs from the SCIM name. */
export interface MappedName {
  name: string;
  note?: string;
}

/**
 * The department's name at the vendor: NFC, trimmed, each refused character replaced by `_`, cut to the longest
 * name allowed (never inside a surrogate pair). SCIM keeps its own name; the note shows the difference.
 */
export function mapDepartmentName(displayName: string, rule: DepartmentNameRule): MappedName {
  const given = displayName.normalize("NFC").trim();
  let name = given;
  for (const character of rule.forbidden) name = name.replaceAll(character, "_");
  if (name.length > rule.maxLength) {
    name = name.slice(0, rule.maxLength).replace(/[\uD800-\uDBFF]$/, "");
  }
  return name === given
    ? { name }
    : { name, note: `The vendor refuses the name "${given}"; it is shown there as "${name}".` };
}

/** The department's position among its siblings, smaller first, where one is given. */
export function mapDepartmentOrder(attributes: JsonObject): number | undefined {
  const organization = attributes[ORGANIZATION_GROUP];
  if (typeof organization !== "object" || organization === null || Array.isArray(organization))
    return undefined;
  return typeof organization["order"] === "number" ? organization["order"] : undefined;
}
