import { z } from "zod";
import { vendorInteger } from "./types.js";

/** The answers of the role calls, of which only some are in `result`. */
export const createdRoleGroupGuard = z.object({ groupId: vendorInteger });

export const createdRoleGuard = z.object({ roleId: vendorInteger });

export const roleGuard = z.object({ role: z.object({ name: z.string(), groupId: vendorInteger }) });

export const roleGroupGuard = z.object({
  role_group: z.object({
    /** Absent where the group is empty. */
    roles: z.array(z.object({ role_id: vendorInteger, role_name: z.string() })).default([]),
  }),
});

/** A page of `role/list`. */
export const roleListGuard = z.object({
  result: z.object({
    hasMore: z.boolean(),
    list: z.array(z.object({ groupId: vendorInteger, name: z.string() })),
  }),
});

/** A page of `role/simplelist`. */
export const roleHoldersGuard = z.object({
  result: z.object({ hasMore: z.boolean(), list: z.array(z.object({ userid: z.string() })).default([]) }),
});
