import type { OauthClient } from "./entities/oauth-client-entity.js";

/** What a request is judged by besides its credential: its client as it is now. */
export type GrantingClient = Pick<
  OauthClient,
  | "tenantId"
  | "id"
  | "clientId"
  | "scopes"
  | "authMethods"
  | "profile"
  | "ipAllowList"
  | "requestsPerSecond"
  | "requestBurst"
  | "userId"
  | "enabled"
  | "lastUsedAt"
>;

/** The columns of a GrantingClient, for statements in which `c` is oauth_client. */
export const GRANTING_CLIENT_COLUMNS = `
  c.tenant_id as "tenantId", c.id, c.client_id as "clientId", c.scopes, c.auth_methods as "authMethods", c.profile,
  c.ip_allow_list as "ipAllowList", c.requests_per_second as "requestsPerSecond", c.request_burst as "requestBurst",
  c.user_id as "userId", c.enabled, c.last_used_at as "lastUsedAt"`;
