import { ConnectorError } from "../errors.js";
import { vendorRoleId } from "../role-id.js";
import { ownReason } from "./own-reasons.js";

/**
 * A department id as the API wants it, a number. Ids are 64-bit at DingTalk and text with us; one that a number
 * cannot hold exactly is refused, as rounding would address another department.
 * @throws ConnectorError rejected
 */
export function departmentNumber(remoteId: string, field: string): number {
  const id = Number(remoteId);
  if (/^[1-9]\d*$/.test(remoteId) && Number.isSafeInteger(id)) return id;
  throw new ConnectorError("rejected", {
    code: "bad-department-id",
    field,
    ...ownReason("bad-department-id", { id: remoteId.slice(0, 40) }),
  });
}

/**
 * A role id as the API wants it, in digits.
 * @throws ConnectorError rejected
 */
export function roleDigits(remoteId: string): string {
  const digits = vendorRoleId(remoteId);
  if (digits !== undefined && /^[1-9]\d{0,18}$/.test(digits)) return digits;
  throw new ConnectorError("rejected", {
    code: "bad-role-id",
    ...ownReason("bad-role-id", { id: remoteId.slice(0, 40) }),
  });
}

/** Whether an id names an ordinary department: negative ones are DingTalk's school contacts and the like. */
export function isOrdinaryDepartment(remoteId: string): boolean {
  return /^[1-9]\d*$/.test(remoteId);
}
