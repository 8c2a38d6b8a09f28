/** On whose behalf, and as part of which request, something is done to the directory. */
export interface RequestContext {
  tenantId: string;
  /** The OAuth client's id. */
  actor: string;
  /** Goes from the request into deliveries, attempts and logs. */
  correlationId: string;
  /** The client's compatibility profile; "auto" where none was chosen. */
  profile: string;
}
