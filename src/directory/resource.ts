import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";

/** A resource as the directory hands it out. */
export interface Resource {
  readonly id: string;
  readonly type: ResourceTypeId;
  /** The number in the entity tag; raised by one with every change. */
  readonly version: number;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  /** After a replace or patch: whether anything changed. */
  changed?: boolean;
  /**
   * Canonical attributes, without `id`, `meta`, `schemas` and `$ref`. With `members`, `groups` and the provisioning
   * extension only where they were needed; both lists are present, though empty, when they were looked up.
   */
  readonly attributes: JsonObject;
  /** `attributes` without `groups`, as the database wrote it; absent where they hold more or less than is stored. */
  readonly document?: string | undefined;
  /** The `groups` among the attributes. */
  readonly groups?: readonly JsonObject[] | undefined;
}

/** Which parts that live in rows of their own have to be looked up. */
export interface ResourceNeeds {
  members: boolean;
  groups: boolean;
  provisioning: boolean;
}

/** A list request, with its limits applied already. */
export interface ListQuery {
  filter?: string;
  sortBy?: string;
  sortOrder?: "ascending" | "descending";
  /** 1 or more; without meaning where there is a cursor. */
  startIndex: number;
  /** 0 asks for the total alone. */
  count: number;
  /** Asks for paging by cursor (RFC 9865): empty for the first page, then what the page before gave. */
  cursor?: string;
  needs: ResourceNeeds;
  /** The top names of the attributes that the answer shows, of resources of one type; all of them without it. */
  keys?: readonly string[] | undefined;
}

/** One page of a list. */
export interface ListPage {
  resources: Resource[];
  /** Matches over all pages; on a page by cursor, those there were at the first page. */
  totalResults: number;
  /** Where the next page begins; absent on the last one and without a cursor. */
  nextCursor?: string;
  /** Where the page before begins; absent on the first one and without a cursor. */
  previousCursor?: string;
}
