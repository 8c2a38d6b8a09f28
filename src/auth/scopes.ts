/** What an access token may be good for: reading or writing SCIM resources, and administration. */
export const SCOPES = ["scim:read", "scim:write", "admin"] as const;

/** One of `SCOPES`. */
export type Scope = (typeof SCOPES)[number];

/** Whether a text names a scope of this gateway. Scopes are case-sensitive (RFC 6749 section 3.3). */
export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}
