/**
 * Why a request is refused before it reaches a router, in words that are stable for the admin API's `code`.
 * Each surface (SCIM, OAuth, admin) shows them in its own error format.
 */
export type RequestErrorCode =
  | "invalid_json"
  | "json_too_deep"
  | "too_many_members"
  | "unsafe_key"
  | "invalid_text"
  | "invalid_query"
  | "invalid_request"
  | "body_too_large"
  | "body_incomplete"
  | "unsupported_media_type"
  | "not_acceptable"
  | "method_not_allowed"
  | "route_not_found"
  | "missing_token"
  | "invalid_token"
  | "invalid_client"
  | "address_not_allowed"
  | "too_many_requests"
  | "too_many_failures"
  | "insufficient_scope";

/** A request that cannot be served as it was sent. `detail` is written for the caller. */
export class RequestError extends Error {
  override readonly name = "RequestError";

  constructor(
    readonly status: number,
    readonly code: RequestErrorCode,
    readonly detail: string,
    /** Headers that go with the refusal, e.g. `Allow` or `WWW-Authenticate`. */
    readonly headers: Readonly<Record<string, string | string[]>> = {},
  ) {
    super(detail);
  }
}

/** A failure that is not the caller's: text and status are ours, and nothing of the cause leaves the process. */
export interface UnexpectedFailure {
  status: 500 | 503;
  detail: string;
}
