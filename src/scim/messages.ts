import { ERROR_SCHEMA, type ScimError } from "./errors.js";
import type { JsonObject } from "./schema/attribute.js";

/** Message URNs of RFC 7644 section 8.2. */
export const LIST_RESPONSE_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
export const BULK_REQUEST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
export const BULK_RESPONSE_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
export const SEARCH_REQUEST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
export const PATCH_OP_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** One page of a query. */
export interface ResourcePage {
  resources: readonly JsonObject[];
  /** Number of matches over all pages. */
  totalResults: number;
  /** 1-based index of the first resource of this page; a page by cursor has none. */
  startIndex?: number;
  /** Number of resources in this page. */
  itemsPerPage: number;
  /** Where the pages around this one begin (RFC 9865 section 2). */
  nextCursor?: string | undefined;
  previousCursor?: string | undefined;
}

/**
 * The body of a list answer (RFC 7644 section 3.4.2). `Resources` is present even when empty: Entra ID reads a
 * missing array as a fault.
 */
export function listResponse(page: ResourcePage): JsonObject {
  return {
    schemas: [LIST_RESPONSE_SCHEMA],
    totalResults: page.totalResults,
    ...(page.startIndex === undefined ? {} : { startIndex: page.startIndex }),
    itemsPerPage: page.itemsPerPage,
    ...(page.previousCursor === undefined ? {} : { previousCursor: page.previousCursor }),
    ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }),
    Resources: [...page.resources],
  };
}

/** {@link listResponse} as JSON text, of resources that are JSON texts already: parsing them would cost more than all else. */
export function listResponseText({
  resources,
  ...page
}: Omit<ResourcePage, "resources"> & { resources: readonly string[] }): string {
  const { Resources: _none, ...head } = listResponse({ ...page, resources: [] });
  return `${JSON.stringify(head).slice(0, -1)},"Resources":[${resources.join(",")}]}`;
}

/** The body of the answer to a bulk request (RFC 7644 section 3.7): what became of each operation. */
export function bulkResponse(operations: readonly JsonObject[]): JsonObject {
  return { schemas: [BULK_RESPONSE_SCHEMA], Operations: [...operations] };
}

/** The body of an error answer (RFC 7644 section 3.12); `status` is text there. */
export function errorBody(error: ScimError): JsonObject {
  return {
    schemas: [ERROR_SCHEMA],
    status: String(error.status),
    ...(error.scimType === undefined ? {} : { scimType: error.scimType }),
    detail: error.detail,
  };
}
