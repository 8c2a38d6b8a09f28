/** What an access token may be good for: reading or writing SCIM resources, and administration. */
export const SCOPES = ["scim:read", "scim:write", "admin"] as const;

/** One of `SCOPES`. */
export type Scope = (typeof SCOPES)[number];
