import type { ConnectorDescriptor, FieldLimit, UserProfile } from "../../connectors/connector.js";
import type { DeliveryReason } from "../../outbox/delivery.js";
import { reasonFor } from "../reasons.js";

/** What the vendor takes of a person, and whether they are there already. */
export type UserLimits = Pick<ConnectorDescriptor, "userLimits" | "maxDepartments">;

/**
 * The first field that the vendor would refuse for its length or form, said before any call. Values themselves are
 * not shown: they may be personal. Undefined where all fit.
 */
export function checkUserLimits(
  profile: UserProfile,
  { userLimits, maxDepartments }: UserLimits,
  isLinked: boolean,
): DeliveryReason | undefined {
  for (const limit of userLimits) {
    for (const text of textsAt(profile, limit.field)) {
      const problem = problemOf(text, limit);
      if (problem !== undefined) return problem;
    }
  }
  const most = isLinked ? maxDepartments.update : maxDepartments.create;
  if (profile.departmentRemoteIds.length <= most) return undefined;
  return reasonFor("too-many-departments", {
    count: String(profile.departmentRemoteIds.length),
    most: String(most),
  });
}

function textsAt(profile: UserProfile, field: FieldLimit["field"]): string[] {
  switch (field) {
    case "positions.title":
      return (profile.positions ?? []).flatMap(({ title }) => title ?? []);
    case "account.loginId":
      return profile.account?.loginId === undefined ? [] : [profile.account.loginId];
    case "customFields":
      return profile.customFields === undefined ? [] : [JSON.stringify(profile.customFields)];
    default: {
      const value = profile[field];
      return typeof value === "string" ? [value] : [];
    }
  }
}

/** One reason for every field; its code says which. */
function problemOf(text: string, { field, maxLength, form }: FieldLimit): DeliveryReason | undefined {
  const values = { field, length: String(text.length), most: String(maxLength) };
  if (text.length > maxLength) {
    return { ...reasonFor("too-long", values), code: `${codeName(field)}-too-long`, field };
  }
  if (form === undefined || form.test(text)) return undefined;
  return { ...reasonFor("malformed", values), code: `${codeName(field)}-malformed`, field };
}

/** "account.loginId" as "account-login-id". */
function codeName(field: string): string {
  return field.replaceAll(".", "-").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
