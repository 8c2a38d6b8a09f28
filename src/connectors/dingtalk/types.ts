import { z } from "zod";

/**
 * Guards for DingTalk's answers. They ask for no more than we use, as fields are left out without the grant for
 * them, and empty texts count as absent: live answers show both for "not set".
 */

/** A 64-bit id as text. Numbers beyond 2^53 reach us as text already; anything else is refused, not rounded. */
export const vendorInteger = z
  .union([z.number().int(), z.string().regex(/^-?\d{1,19}$/)])
  .transform((value) => String(value));

export const text = z
  .union([z.string(), z.null()])
  .optional()
  .transform((value) => value || undefined);

export const acceptedGuard = z.object({});

export const tokenGuard = z.object({
  accessToken: z.string().min(1),
  /** Seconds. */
  expireIn: z.number().positive(),
});

/** What `orgAccounts/status` tells of an enterprise account. */
export const accountStatusGuard = z.object({ disable: z.boolean() });

export const createdUserGuard = z.object({ result: z.object({ userid: z.string().min(1).max(64) }) });

const user = z.object({
  userid: z.string().min(1),
  name: z.string(),
  mobile: text,
  state_code: text,
  email: text,
  job_number: text,
  exclusive_account: z.boolean().nullish(),
  exclusive_account_type: text,
  login_id: text,
  dept_id_list: z.array(vendorInteger),
});

/** A person as `user/get` tells them. */
export type VendorUser = z.infer<typeof user>;

export const userGuard = z.object({ result: user });

export const userIdGuard = z.object({ result: z.object({ userid: z.string().min(1) }) });

export const userIdListGuard = z.object({ result: z.object({ userid_list: z.array(z.string()) }) });

export const userCountGuard = z.object({ result: z.object({ count: z.number().int().nonnegative() }) });

export const createdDepartmentGuard = z.object({ result: z.object({ dept_id: vendorInteger }) });

const department = z.object({
  dept_id: vendorInteger,
  name: z.string(),
  /** Absent for the root department. */
  parent_id: vendorInteger.optional(),
  source_identifier: text,
});

/** A department as `department/get` tells it. */
export type VendorDepartment = z.infer<typeof department>;

export const departmentGuard = z.object({ result: department });

export const departmentListGuard = z.object({
  result: z.array(z.object({ dept_id: vendorInteger, name: z.string() })),
});

export const departmentIdsGuard = z.object({ result: z.object({ dept_id_list: z.array(vendorInteger) }) });

export const scopesGuard = z.object({
  auth_user_field: z.array(z.string()).optional(),
  auth_org_scopes: z.object({
    authed_dept: z.array(vendorInteger).default([]),
    authed_user: z.array(z.string()).default([]),
  }),
});
