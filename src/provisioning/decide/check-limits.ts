import type { ConnectorDescriptor } from "../../connectors/connector.js";
import type { FieldLimit, UserProfile } from "../../connectors/profiles.js";
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
    for (const value of valuesAt(profile, limit.field)) {
      const problem = problemOf(value, limit);
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

function valuesAt(profile: UserProfile, field: FieldLimit["field"]): (string | number)[] {
  if (field === "positions.title") return (profile.positions ?? []).flatMap(({ title }) => title ?? []);
  if (field === "account.loginId") return [profile.account?.loginId ?? []].flat();
  const value = profile[field];
  // Custom fields are limited as the one text that they are sent as.
  if (field === "customFields") return value === undefined ? [] : [JSON.stringify(value)];
  return typeof value === "string" || typeof value === "number" ? [value] : [];
}

/** One reason for every field; its code says which. */
function problemOf(value: string | number, limit: FieldLimit): DeliveryReason | undefined {
  const { field, maxLength = Number.POSITIVE_INFINITY, form, min = Number.NEGATIVE_INFINITY } = limit;
  if (typeof value === "string" && value.length > maxLength) {
    const values = { field, length: String(value.length), most: String(maxLength) };
    return { ...reasonFor("too-long", values), code: `${codeName(field)}-too-long`, field };
  }
  const fits = typeof value === "number" ? value >= min : form === undefined || form.test(value);
  return fits
    ? undefined
    : { ...reasonFor("malformed", { field }), code: `${codeName(field)}-malformed`, field };
}

/** "account.loginId" as "account-login-id". */
function codeName(field: string): string {
  return field.replaceAll(".", "-").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
