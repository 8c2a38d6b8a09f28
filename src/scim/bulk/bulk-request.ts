import type { ScimError } from "../errors.js";
import type { JsonValue, ResourceTypeId } from "../schema/attribute.js";

/** The methods of a bulk operation (RFC 7644 section 3.7). */
export const BULK_METHODS = ["POST", "PUT", "PATCH", "DELETE"] as const;
export type BulkMethod = (typeof BULK_METHODS)[number];

/** A bulk request that can be carried out; each operation may still be refused on its own. */
export interface BulkRequest {
  /** After this many errors nothing more is carried out; undefined for no limit. */
  failOnErrors: number | undefined;
  /** In the order of the request. */
  operations: BulkOperation[];
}

/** What every operation has, for its answer. */
interface OperationHead {
  /** Its place in the request, from 0. */
  index: number;
  /** As the client wrote it, where it is one of the four. */
  method?: BulkMethod;
  bulkId?: string;
}

/** One operation of a bulk request. */
export type BulkOperation = ReadableOperation | UnreadableOperation;

/** An operation that can be tried. */
export interface ReadableOperation extends OperationHead {
  method: BulkMethod;
  type: ResourceTypeId;
  /** Of the resource; absent for POST. May be `bulkId:` and the bulkId of a POST. */
  id?: string;
  /** The entity tag that the resource must have. */
  version?: string;
  /** The body of the single request; absent for DELETE. */
  data?: JsonValue;
}

/** An operation that says nothing that could be tried. */
export interface UnreadableOperation extends OperationHead {
  error: ScimError;
}
