import { z } from "zod";

/**
 * Where the documents of DingTalk are silent or disagree, how the simulated tenant behaves. A correct client works
 * with any of these, so the tests that matter are run with the usual readings and with all of the contrary ones.
 */
export const readingsShape = {
  /** Whether an empty string in a user update clears title, e-mail and the like, or is passed over. */
  emptyStringClears: z.boolean(),
  /** Deleting a department that has only empty departments below it. */
  deleteDepartmentWithEmptyChildren: z.enum(["refuse", "cascade"]),
  duplicateNameCode: z.union([z.literal(60008), z.literal(60021)]),
  /** Whether `-`, `,` and `，` in a department's name are refused with 60009, or taken. */
  separatorsInDepartmentNames: z.enum(["refused", "taken"]),
  expiredTokenCode: z.enum(["40014", "42001"]),
  /** How a refused token, address or permission comes on `/topapi` paths, and on the oldest ones beside them. */
  topapiGatewayRefusals: z.enum(["plain", "88"]),
  oapiGatewayRefusals: z.enum(["plain", "88"]),
  deleteUnknownUserCode: z.union([z.literal(60121), z.literal(33012), z.literal(60111), z.literal(40003)]),
  /** A key in `extension` that is none of the tenant's `extensionFields`. */
  unknownExtensionField: z.enum(["ignored", "refused"]),
  /** Whether `dept_id_list` may also be a JSON array. */
  departmentListAsArray: z.enum(["refused", "taken"]),
  /** What an address gets that is banned for too many calls. */
  addressBan: z.strictObject({
    status: z.int().min(200).max(599),
    body: z.enum(["json", "html"]),
    /** Seconds in a `Retry-After` header; null sends none. */
    retryAfter: z.int().min(1).nullable(),
  }),
  duplicateEmailCode: z.union([z.literal(60106), z.literal(40101)]),
  /** How reads show a text of a person that has no value. */
  unsetTexts: z.enum(["absent", "empty"]),
  /** Whether `user/list` shows what only the page of `user/get` names: manager, positions, senior mode. */
  listedUsers: z.enum(["whole", "documented"]),
  /** `errcode` as a number, or as text as some documented examples show it. */
  errcodeAs: z.enum(["number", "text"]),
  /** Whether a success carries `errmsg`. */
  errmsgOnSuccess: z.boolean(),
  /** Whether the last page of a list has no `next_cursor`, or 0. */
  lastPageCursor: z.enum(["absent", "zero"]),
  /** Whether two departments may carry the same `source_identifier`; if not, the second is refused with 400002. */
  sharedSourceIdentifiers: z.enum(["taken", "refused"]),
  /** Where a role's name is the only one of its kind: in its role group, or in the whole company. */
  roleNamesUnique: z.enum(["group", "company"]),
  /** Deleting a role that people hold: refused with 400002, or they lose it. */
  deleteRoleWithHolders: z.enum(["refuse", "cascade"]),
  /** Whether `role_list` of somebody without roles is absent, or an empty list. */
  noRoles: z.enum(["absent", "empty"]),
};

const readingsSchema = z.strictObject(readingsShape);

/** One way to read the documents. */
export type Readings = z.infer<typeof readingsSchema>;

/** The readings that the documents make more likely. */
export function usualReadings(): Readings {
  return {
    emptyStringClears: true,
    deleteDepartmentWithEmptyChildren: "refuse",
    duplicateNameCode: 60008,
    separatorsInDepartmentNames: "refused",
    expiredTokenCode: "40014",
    topapiGatewayRefusals: "88",
    oapiGatewayRefusals: "plain",
    deleteUnknownUserCode: 60121,
    unknownExtensionField: "ignored",
    departmentListAsArray: "refused",
    addressBan: { status: 200, body: "json", retryAfter: null },
    duplicateEmailCode: 60106,
    unsetTexts: "absent",
    listedUsers: "whole",
    errcodeAs: "number",
    errmsgOnSuccess: true,
    lastPageCursor: "absent",
    sharedSourceIdentifiers: "taken",
    roleNamesUnique: "group",
    deleteRoleWithHolders: "refuse",
    noRoles: "absent",
  };
}

/** Each reading the other way round. */
export function contraryReadings(): Readings {
  return {
    emptyStringClears: false,
    deleteDepartmentWithEmptyChildren: "cascade",
    duplicateNameCode: 60021,
    separatorsInDepartmentNames: "taken",
    expiredTokenCode: "42001",
    topapiGatewayRefusals: "plain",
    oapiGatewayRefusals: "88",
    deleteUnknownUserCode: 33012,
    unknownExtensionField: "refused",
    departmentListAsArray: "taken",
    addressBan: { status: 403, body: "html", retryAfter: 300 },
    duplicateEmailCode: 40101,
    unsetTexts: "empty",
    listedUsers: "documented",
    errcodeAs: "text",
    errmsgOnSuccess: false,
    lastPageCursor: "zero",
    sharedSourceIdentifiers: "refused",
    roleNamesUnique: "company",
    deleteRoleWithHolders: "cascade",
    noRoles: "empty",
  };
}
