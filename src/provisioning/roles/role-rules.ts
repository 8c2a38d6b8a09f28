import { z } from "zod";

/** The longest name of a group of roles that an administrator may choose. */
const MAX_NAME = 64;
const NAME = `must be a name of 1 to ${MAX_NAME} characters`;

/**
 * `policy.groupsAsRoles`: whether groups of kind `group` become roles at the vendor, and in which group of roles they
 * are made. Switched off, roles that were made stay as they are.
 */
export const groupsAsRolesSchema = z
  .strictObject(
    {
      enabled: z.boolean("must be true or false").default(false),
      /** Made at the vendor when the first role is; roles that exist stay in the group that they were made in. */
      roleGroup: z.string(NAME).trim().min(1, NAME).max(MAX_NAME, NAME).default("SCIM"),
    },
    "must be an object",
  )
  .prefault({});
