import type { Authorization } from "./obtain-token.js";
import type { JsonObject, ScimClient } from "./scim-client.js";

/** What the server says of itself, read once. */
export interface Discovered {
  /** ServiceProviderConfig. */
  config: JsonObject;
  resourceTypes: readonly JsonObject[];
  schemas: readonly JsonObject[];
  /** The addresses below the base, with a leading slash, e.g. "/Users". */
  endpoints: { users: string; groups: string };
}

/** What a check has to work with. What it creates with `createUser` and `createGroup` is deleted afterwards. */
export interface Surroundings {
  client: ScimClient;
  discovered: Discovered;
  authorization: Authorization;
  /** A name that nobody has used, e.g. "conformance-x8k2-7"; only small letters, digits and hyphens. */
  unique(): string;
  /** Creates a user with a random userName and whatever else is given; fails the check where it is refused. */
  createUser(attributes?: JsonObject): Promise<Created>;
  /** Creates a group with a random displayName; fails the check where it is refused. */
  createGroup(attributes?: JsonObject): Promise<Created>;
  /** Has a resource deleted at the end of the check; for those that are created in another way. */
  discardLater(path: string): void;
  /** Ends the check as skipped. */
  skip(reason: string): never;
  /** Ends the check as skipped unless ServiceProviderConfig announces the feature. */
  needs(feature: "patch" | "bulk" | "filter" | "sort" | "etag" | "changePassword"): void;
}

/** A resource that a check made. */
export interface Created {
  id: string;
  /** Below the base address, e.g. "/Users/2819c223". */
  path: string;
  /** As it was answered. */
  body: JsonObject;
}

/** One question to the server, from outside. */
export interface Check {
  /** A sentence that is true of a conforming server. */
  title: string;
  /** The requirements that it decides. */
  covers: readonly string[];
  run(surroundings: Surroundings): Promise<void>;
}

/** Shorthand for the tables of checks. */
export function check(title: string, covers: readonly string[], run: Check["run"]): Check {
  return { title, covers, run };
}
