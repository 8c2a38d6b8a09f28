import type { JsonObject, ResourceTypeId } from "../../scim/schema/attribute.js";
import { mappingSchema, type StoredMapping, type StoredRule } from "./mapping-rules.js";
import { compileScimPath, type ScimPath } from "./scim-path.js";
import { TRANSFORMS, type Transform, type TransformName } from "./transforms.js";
import {
  fieldDefinition,
  REFERENCE_FIELDS,
  type ReferenceField,
  USER_FIELDS,
  type UserField,
} from "./user-fields.js";

/** How one field is filled, ready to be used. */
export interface FieldRule {
  from: readonly ScimPath[];
  transform: Transform;
  transformName: TransformName;
}

/** A connection's mapping, ready to be used: the default with what the connection changes. */
export interface Mapping {
  /** The fields that are filled from paths. One that is not here is neither read nor written. */
  fields: ReadonlyMap<UserField, FieldRule>;
  /** The fields for other resources that are on. */
  references: ReadonlySet<ReferenceField>;
  /** The vendor's custom fields, by their name there. */
  customFields: ReadonlyMap<string, FieldRule>;
  departments: { order: boolean; managers: boolean };
  /** Whether the roles that people hold are for us to say (`policy.groupsAsRoles`). */
  roles?: boolean;
}

/** The mapping of a connection that says nothing about it. */
export const defaultMapping: Mapping = compileMapping({});

/**
 * Reads the stored mapping of a connection. A part that this version does not understand counts as not said, field by
 * field: another version may have written it.
 */
export function readMapping(stored: JsonObject): Mapping {
  if (Object.keys(stored).length === 0) return defaultMapping;
  const whole = mappingSchema.safeParse(stored);
  if (whole.success) return compileMapping(whole.data);
  const understood: Record<string, JsonObject> = {};
  for (const part of ["fields", "customFields", "departmentFields"]) {
    const given = stored[part];
    if (typeof given !== "object" || given === null || Array.isArray(given)) continue;
    const entries = Object.entries(given).filter(
      ([name, value]) => mappingSchema.safeParse({ [part]: { [name]: value } }).success,
    );
    understood[part] = Object.fromEntries(entries);
  }
  return compileMapping(mappingSchema.safeParse(understood).data ?? {});
}

/** Whether the mapping fills this field of the profile of a person or of a department. */
export function mapsField(mapping: Mapping, type: ResourceTypeId, field: string): boolean {
  return type === "User" ? mapsUserField(mapping, field) : mapsDepartmentField(mapping, field);
}

/**
 * Whether the mapping fills this field of `UserProfile`; `customFields.<name>` is one custom field, `positions.title`
 * and `positions.isMain` are parts of the positions.
 */
export function mapsUserField(mapping: Mapping, field: string): boolean {
  const custom = /^customFields\.(.*)$/s.exec(field)?.[1];
  if (custom !== undefined) return mapping.customFields.has(custom);
  if (Object.hasOwn(USER_FIELDS, field)) return mapping.fields.has(field as UserField);
  switch (field) {
    case "managerRemoteId":
      return mapping.references.has("manager");
    case "positions":
      return mapping.references.has("mainDepartment") || mapping.references.has("departmentTitles");
    case "positions.title":
      return mapping.references.has("departmentTitles");
    case "positions.isMain":
      return mapping.references.has("mainDepartment");
    case "departmentOrders":
      return mapping.references.has("departmentOrders");
    case "roleRemoteIds":
      return mapping.roles === true;
    default:
      return true;
  }
}

/** Whether the mapping fills this field of `DepartmentProfile`. */
export function mapsDepartmentField({ departments }: Mapping, field: string): boolean {
  return field === "order" ? departments.order : field === "managerRemoteIds" ? departments.managers : true;
}

function compileMapping(stored: StoredMapping): Mapping {
  const fields = new Map<UserField, FieldRule>();
  for (const field of Object.keys(USER_FIELDS) as UserField[]) {
    const rule = fieldRule(field, stored.fields?.[field]);
    if (rule !== undefined) fields.set(field, rule);
  }
  const customFields = Object.entries(stored.customFields ?? {}).map(
    ([name, rule]) => [name, compileRule(rule)] as const,
  );
  return {
    fields,
    references: new Set(REFERENCE_FIELDS.filter((field) => stored.fields?.[field] !== false)),
    customFields: new Map(customFields),
    departments: {
      order: stored.departmentFields?.order !== false,
      managers: stored.departmentFields?.managers !== false,
    },
  };
}

/** Makes a rule of texts ready to be used. @throws InvalidScimPathError where its paths were not checked */
export function compileRule({ from = [], transform = "text" }: StoredRule): FieldRule {
  return { from: from.map(compileScimPath), transform: TRANSFORMS[transform], transformName: transform };
}

function fieldRule(field: UserField, said: StoredRule | boolean | undefined): FieldRule | undefined {
  if (said === false) return undefined;
  const definition = fieldDefinition(field);
  const { from = definition.from, transform = definition.transform } = typeof said === "object" ? said : {};
  if (from.length === 0) return undefined;
  return { from: from.map(compileScimPath), transform: TRANSFORMS[transform], transformName: transform };
}
