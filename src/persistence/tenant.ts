/** The tenant that exists from the first migration on. OAuth clients that name no other belong to it. */
export const DEFAULT_TENANT_ID = "00000000-0000-0000-0000-000000000001";
