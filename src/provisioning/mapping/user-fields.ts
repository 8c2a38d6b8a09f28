import type { FieldKind, TransformName } from "./transforms.js";

/** How one field of a person at the vendor is filled from SCIM where a connection says nothing else. */
export interface UserFieldDefinition {
  kind: FieldKind;
  /** SCIM paths; the first that gives a value wins. None: the field is not mapped by default. */
  from: readonly string[];
  transform: TransformName;
  /** The vendor makes nobody without it, so it can not be switched off. */
  required?: true;
}

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const DICTIONARY = "urn:ietf:params:scim:schemas:extension:dictionary:2.0:User";

/** The default mapping: target field <- SCIM paths, transform. Every rule is one line and none invents a value. */
export const USER_FIELDS = {
  name: {
    kind: "text",
    from: ["displayName", "name.formatted", "name", "userName"],
    transform: "personName",
    required: true,
  },
  mobile: {
    kind: "text",
    from: [
      'phoneNumbers[type eq "mobile"].value',
      "phoneNumbers[primary eq true].value",
      "phoneNumbers.value",
    ],
    transform: "text",
  },
  hideMobile: { kind: "boolean", from: [], transform: "boolean" },
  email: {
    kind: "text",
    from: ['emails[type eq "work"].value', "emails[primary eq true].value", "emails.value"],
    transform: "text",
  },
  orgEmail: { kind: "text", from: [], transform: "text" },
  title: { kind: "text", from: ["title"], transform: "text" },
  jobNumber: { kind: "text", from: [`${ENTERPRISE}:employeeNumber`], transform: "text" },
  telephone: { kind: "text", from: ['phoneNumbers[type eq "work"].value'], transform: "text" },
  workPlace: {
    kind: "text",
    from: ['addresses[type eq "work"].formatted', 'addresses[type eq "work"].locality'],
    transform: "text",
  },
  remark: { kind: "text", from: [], transform: "text" },
  hiredDate: { kind: "time", from: [`${DICTIONARY}:hiredDate`], transform: "date" },
  seniorMode: { kind: "boolean", from: [], transform: "boolean" },
  language: { kind: "text", from: [], transform: "language" },
} as const satisfies Record<string, UserFieldDefinition>;

/** A field that is filled from paths. */
export type UserField = keyof typeof USER_FIELDS;

/** Fields that stand for other resources, which have their fixed places in SCIM: they are on or off. */
export const REFERENCE_FIELDS = [
  "manager",
  "mainDepartment",
  "departmentTitles",
  "departmentOrders",
] as const;

/** A field that is on or off. */
export type ReferenceField = (typeof REFERENCE_FIELDS)[number];

/** The definition of a field, in its plain type. */
export function fieldDefinition(field: UserField): UserFieldDefinition {
  return USER_FIELDS[field];
}
