import { ConnectorError } from "../errors.js";
import type { Changes, DepartmentOrder, DepartmentPosition, UserProfile } from "../profiles.js";
import { mobileForDingTalk } from "./mobile.js";
import { ownReason } from "./own-reasons.js";
import { departmentNumber } from "./remote-id.js";
import type { DingTalkSettings } from "./settings.js";

/** What decides how fields are written. */
export type BodyRules = Pick<DingTalkSettings, "corpRegion">;

/** How our text fields are called on the wire. */
export const TEXT_FIELDS = [
  ["name", "name"],
  ["email", "email"],
  ["title", "title"],
  ["jobNumber", "job_number"],
  ["telephone", "telephone"],
  ["workPlace", "work_place"],
  ["remark", "remark"],
  ["orgEmail", "org_email"],
] as const satisfies readonly (readonly [keyof UserProfile, string])[];

/** Fields that are sent as they are, and that DingTalk has no way to clear. */
const PLAIN_FIELDS = [
  ["hideMobile", "hide_mobile"],
  ["seniorMode", "senior_mode"],
  ["hiredDate", "hired_date"],
] as const satisfies readonly (readonly [keyof UserProfile, string])[];

const KEPT = {
  hideMobile: "The hiding of the mobile number was kept",
  seniorMode: "The senior mode was kept",
  hiredDate: "The date of hire was kept",
} as const;

/** The fields of a user/create; `language` can only be updated. */
export function createdFields(profile: UserProfile, rules: BodyRules): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [field, wireName] of [...TEXT_FIELDS, ...PLAIN_FIELDS]) {
    if (profile[field] !== undefined) body[wireName] = profile[field];
  }
  if (profile.mobile !== undefined && profile.account === undefined) {
    body["mobile"] = requireMobile(profile.mobile, rules);
  }
  if (profile.managerRemoteId !== undefined) body["manager_userid"] = profile.managerRemoteId;
  if (profile.customFields !== undefined) body["extension"] = JSON.stringify(profile.customFields);
  if (profile.departmentOrders !== undefined) body["dept_order_list"] = orderList(profile.departmentOrders);
  if (profile.positions !== undefined) {
    Object.assign(body, positionFields(profile.positions, profile.account !== undefined));
  }
  body["dept_id_list"] = departmentList(profile.departmentRemoteIds);
  return body;
}

/**
 * The fields of a user/update apart from the departments, and what could not be written. An omitted field keeps its
 * value at DingTalk.
 */
export function changedFields(
  changes: Changes<UserProfile>,
  isCompanyAccount: boolean,
): { body: Record<string, unknown>; warnings: string[] } {
  const body: Record<string, unknown> = {};
  const warnings: string[] = [];
  for (const [field, wireName] of TEXT_FIELDS) {
    const value = changes[field];
    if (value === undefined) continue;
    if (value !== null) body[wireName] = value;
    else if (field === "name") warnings.push("The name was kept: DingTalk members need one.");
    // An empty address would unbind and freeze the mailbox (user/update, force_update_fields).
    else if (field === "orgEmail") {
      warnings.push("The mailbox address was kept: taking it away would freeze the mailbox at DingTalk.");
    }
    // Not documented as clearing, but what production systems send (a missing field would keep the old value); see
    // read-back.ts.
    else body[wireName] = "";
  }
  for (const [field, wireName] of PLAIN_FIELDS) {
    const value = changes[field];
    if (value === null) warnings.push(`${KEPT[field]}: DingTalk has no way to clear it.`);
    else if (value !== undefined) body[wireName] = value;
  }
  if (changes.language === null) warnings.push("The language was kept: DingTalk has no way to clear it.");
  else if (changes.language !== undefined) body["language"] = changes.language;
  if (changes.customFields) {
    body["extension"] = JSON.stringify(changes.customFields);
    // Otherwise the custom fields that are not named here, of other programs, would go.
    body["ext_attrs_update_mode"] = 1;
  }
  if (changes.managerRemoteId === null) {
    // An empty value alone is ignored (user/update, force_update_fields).
    body["manager_userid"] = "";
    body["force_update_fields"] = "manager_userid";
  } else if (changes.managerRemoteId !== undefined) body["manager_userid"] = changes.managerRemoteId;
  if (changes.departmentOrders === null) {
    warnings.push("The places in the departments' lists were kept: DingTalk has no way to clear them.");
  } else if (changes.departmentOrders !== undefined) {
    body["dept_order_list"] = orderList(changes.departmentOrders);
  }
  if (changes.positions) Object.assign(body, positionFields(changes.positions, isCompanyAccount));
  return { body, warnings };
}

/** `dept_id_list`: the ids joined by commas. @throws ConnectorError rejected where none is left */
export function departmentList(remoteIds: readonly string[]): string {
  if (remoteIds.length === 0) {
    throw new ConnectorError("rejected", {
      code: "no-department",
      field: "departmentRemoteIds",
      ...ownReason("no-department"),
    });
  }
  return remoteIds.map((id) => departmentNumber(id, "departmentRemoteIds")).join(",");
}

/** The number as DingTalk takes it. @throws ConnectorError rejected, naming the field and never the number */
export function requireMobile(text: string, { corpRegion }: BodyRules): string {
  const mobile = mobileForDingTalk(text, corpRegion);
  if (mobile !== undefined) return mobile;
  throw new ConnectorError("rejected", {
    code: "invalid-mobile",
    field: "mobile",
    ...ownReason("invalid-mobile"),
  });
}

/**
 * Jobs per department. Ordinary members have them with the main department in `dept_position_list`; for enterprise
 * accounts `dept_title_list` is what is documented, and it knows no main department.
 */
function positionFields(
  positions: readonly DepartmentPosition[],
  isCompanyAccount: boolean,
): Record<string, unknown> {
  if (isCompanyAccount) {
    const titles = positions.map(({ departmentRemoteId, title = "" }) => ({
      dept_id: departmentNumber(departmentRemoteId, "positions"),
      title,
    }));
    return { dept_title_list: titles };
  }
  const jobs = positions.map(({ departmentRemoteId, title = "", isMain }) => ({
    dept_id: departmentNumber(departmentRemoteId, "positions"),
    title,
    is_main: isMain,
  }));
  return { dept_position_list: jobs };
}

/** Places in the lists of departments: of 18 digits, more than a number holds, so they go out as whole integers. */
function orderList(orders: readonly DepartmentOrder[]): { dept_id: number; order: bigint }[] {
  return orders.map(({ departmentRemoteId, order }) => {
    if (!/^\d{1,19}$/.test(order)) {
      throw new ConnectorError("rejected", {
        code: "invalid-order",
        field: "departmentOrders",
        ...ownReason("invalid-order"),
      });
    }
    return { dept_id: departmentNumber(departmentRemoteId, "departmentOrders"), order: BigInt(order) };
  });
}
