import { badRequest, type ScimType } from "../../scim/errors.js";

/** Resources on a page when the caller names no `count`. */
export const DEFAULT_PAGE_SIZE = 100;

/** Most resources on one page, announced as `filter.maxResults`; a larger `count` is read as this. */
export const MAX_PAGE_SIZE = 500;

/** Past every list there can be, and still a number that every layer below counts exactly. */
const LAST_INDEX = 2_147_483_647;

/** The query string of a request: each parameter at most once. */
export type QueryParameters = Readonly<Record<string, string | undefined>>;

/** What a list request asks for, without the projection. */
export interface ListParameters {
  filter?: string;
  sortBy?: string;
  sortOrder?: "ascending" | "descending";
  /** 1 or more. */
  startIndex: number;
  /** 0 to {@link MAX_PAGE_SIZE}. */
  count: number;
  /** Present where the caller pages by cursor (RFC 9865), empty for the first page. */
  cursor?: string;
}

/**
 * Reads filter, sorting and paging of RFC 7644 sections 3.4.2.2 to 3.4.2.4. A `startIndex` below 1 is 1 and a
 * negative `count` is 0, as the RFC says; numbers too large to mean anything are brought down to the largest
 * that do.
 * @throws ScimError 400 invalidValue naming the parameter that is no integer (invalidCount for `count` beside a cursor),
 * or an unknown sort order; 400 invalidCursor for a cursor beside a startIndex
 */
export function readListParameters(query: QueryParameters): ListParameters {
  const sortOrder = readSortOrder(query.sortOrder);
  const { cursor } = query;
  if (cursor !== undefined && query.startIndex !== undefined) {
    throw badRequest("invalidCursor", '"cursor" and "startIndex" are two ways of paging; give one of them.');
  }
  const count = readInteger("count", query.count, cursor === undefined ? "invalidValue" : "invalidCount");
  return {
    ...(query.filter !== undefined && { filter: query.filter }),
    ...(query.sortBy !== undefined && { sortBy: query.sortBy }),
    ...(sortOrder !== undefined && { sortOrder }),
    ...(cursor !== undefined && { cursor }),
    startIndex: Math.max(1, Math.min(readInteger("startIndex", query.startIndex) ?? 1, LAST_INDEX)),
    count: Math.max(0, Math.min(count ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)),
  };
}

function readInteger(
  name: string,
  text: string | undefined,
  scimType: ScimType = "invalidValue",
): number | undefined {
  if (text === undefined) return undefined;
  // A number of more digits than a double holds becomes a rounded or infinite one; the caller clamps both.
  if (!/^[+-]?\d{1,400}$/.test(text)) {
    throw badRequest(scimType, `"${name}" must be a whole number, e.g. ${name}=10.`);
  }
  return Number(text);
}

function readSortOrder(text: string | undefined): "ascending" | "descending" | undefined {
  switch (text?.toLowerCase()) {
    case undefined:
      return undefined;
    case "ascending":
      return "ascending";
    case "descending":
      return "descending";
    default:
      throw badRequest("invalidValue", '"sortOrder" must be "ascending" or "descending".');
  }
}
