import type { z } from "zod";
import type { RemoteRecord } from "../operations.js";
import type { Contents, DepartmentOrder, UserProfile } from "../profiles.js";
import { roleRemoteId } from "../role-id.js";
import { heldAccount } from "./company-account.js";
import { mobileFromDingTalk } from "./mobile.js";
import type { comparableUser } from "./read-guards.js";
import { isOrdinaryDepartment } from "./remote-id.js";

/** Texts of a person that every app may read, by their names on the wire: where they are absent, they are empty. */
const OPEN_TEXTS = [
  ["title", "title"],
  ["jobNumber", "job_number"],
  ["telephone", "telephone"],
] as const satisfies readonly (readonly [keyof UserProfile, string])[];

/** Texts that are left out without the grant for them, by the same names in `auth_user_field`. */
export const GRANTED_TEXTS = [
  ["email", "email"],
  ["workPlace", "work_place"],
  ["remark", "remark"],
] as const satisfies readonly (readonly [keyof UserProfile, string])[];

type VendorUser = z.infer<typeof comparableUser>;

/** How a person was read. */
export interface ReadBy {
  /** Fields of which absence says nothing. */
  unsaid: readonly (keyof UserProfile)[];
  /** The department whose members were listed, where they were. */
  listedIn?: string;
}

/**
 * A person in the words of a profile, as far as they can be compared. The language is told by no call; the number of an
 * enterprise account, and its titles by department (`dept_title_list`), are shown to nobody.
 */
export function toUserRecord(
  user: VendorUser,
  granted: readonly (keyof UserProfile)[],
  readBy: ReadBy,
): RemoteRecord<UserProfile> {
  const contents: Contents<UserProfile> = {
    name: user.name,
    departmentRemoteIds: user.dept_id_list.filter(isOrdinaryDepartment),
  };
  for (const [field, wire] of OPEN_TEXTS) contents[field] = user[wire] ?? null;
  for (const [field, wire] of GRANTED_TEXTS) {
    const value = user[wire];
    if (value !== undefined || granted.includes(field)) contents[field] = value ?? null;
  }
  if (user.exclusive_account === true) contents.account = heldAccount(user);
  else {
    if (user.exclusive_account === false) contents.account = null;
    if (user.mobile !== undefined) contents.mobile = mobileFromDingTalk(user.mobile, user.state_code);
    else if (granted.includes("mobile")) contents.mobile = null;
    const positions = positionsOf(user);
    if (positions !== undefined) contents.positions = positions;
  }
  if (user.hide_mobile !== undefined) contents.hideMobile = user.hide_mobile;
  // Passed over where the company has no mailboxes, and left out then: absence says nothing.
  if (user.org_email !== undefined) contents.orgEmail = user.org_email;
  if (typeof user.senior === "boolean") contents.seniorMode = user.senior;
  if (user.extension !== undefined) contents.customFields = user.extension;
  const orders = ordersOf(user, readBy.listedIn);
  if (orders !== undefined) contents.departmentOrders = orders;
  contents.hiredDate = user.hired_date ?? null;
  if (user.manager_userid !== undefined) contents.managerRemoteId = user.manager_userid;
  else if (!readBy.unsaid.includes("managerRemoteId")) contents.managerRemoteId = null;
  if (user.role_list || !readBy.unsaid.includes("roleRemoteIds")) {
    contents.roleRemoteIds = (user.role_list ?? []).map(({ id }) => roleRemoteId(id));
  }
  return { remoteId: user.userid, contents };
}

function positionsOf({ dept_position_list }: VendorUser): UserProfile["positions"] {
  return dept_position_list?.map(({ dept_id, title, is_main }) => ({
    departmentRemoteId: dept_id,
    isMain: is_main === true,
    ...(title !== undefined && { title }),
  }));
}

/** A listing tells the place in the listed department alone, which is all there is to tell of who is in no other. */
function ordersOf(user: VendorUser, listedIn: string | undefined): DepartmentOrder[] | undefined {
  const { dept_order_list: all, dept_order: here } = user;
  if (all) return all.map(({ dept_id, order }) => ({ departmentRemoteId: dept_id, order }));
  if (!here || listedIn === undefined) return undefined;
  const onlyHere = user.dept_id_list.length === 1 && user.dept_id_list[0] === listedIn;
  return onlyHere ? [{ departmentRemoteId: listedIn, order: here }] : undefined;
}
