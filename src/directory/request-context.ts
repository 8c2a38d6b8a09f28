import type { Dialect } from "../scim/dialect/dialect.js";

/** On whose behalf, and as part of which request, something is done to the directory. */
export interface RequestContext {
  tenantId: string;
  /** The OAuth client's id. */
  actor: string;
  /** Goes from the request into deliveries, attempts and logs. */
  correlationId: string;
  /** What the request may deviate from the RFCs in; collects what it did. */
  dialect: Dialect;
  /** The revision of the dictionary that a write was checked against; the directory sets it itself. */
  dictionaryRevision?: string | undefined;
}
