import type { AccessGrant } from "../../src/auth/access-grant.js";

/** A grant of a client that may call from anywhere until 2100. */
export function accessGrant(facts: Partial<AccessGrant> = {}): AccessGrant {
  return {
    tenantId: "00000000-0000-0000-0000-000000000001",
    clientRef: "00000000-0000-4000-8000-00000000c11e",
    clientId: "test-client",
    scopes: [],
    profile: "auto",
    authMethod: "access_token",
    ipAllowList: [],
    rateLimit: null,
    expiresAt: new Date("2100-01-01"),
    ...facts,
  };
}
