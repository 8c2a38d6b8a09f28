import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";

/** A resource as the directory hands it out. */
export interface Resource {
  id: string;
  type: ResourceTypeId;
  /** The number in the entity tag; raised by one with every change. */
  version: number;
  createdAt: Date;
  modifiedAt: Date;
  /** After a replace or patch: whether anything changed. */
  changed?: boolean;
  /**
   * Canonical attributes, without `id`, `meta`, `schemas` and `$ref`. With `members`, `groups` and the provisioning
   * extension only where they were needed; both lists are present, though empty, when they were looked up.
   */
  attributes: JsonObject;
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
  /** 1 or more. */
  startIndex: number;
  /** 0 asks for the total alone. */
  count: number;
  needs: ResourceNeeds;
}

/** One page of a list. */
export interface ListPage {
  resources: Resource[];
  totalResults: number;
}
