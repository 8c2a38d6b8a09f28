/** The error codes of RFC 6749 section 5.2, with `server_error` and `temporarily_unavailable` of section 4.1.2.1. */
export type OAuthErrorCode =
  | "invalid_request"
  | "invalid_client"
  | "unauthorized_client"
  | "unsupported_grant_type"
  | "invalid_scope"
  | "server_error"
  | "temporarily_unavailable";

const STATUS: Record<OAuthErrorCode, number> = {
  invalid_request: 400,
  invalid_client: 401,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  server_error: 500,
  temporarily_unavailable: 503,
};

/** A refusal in OAuth's terms. `description` is for the client's developer. */
export class OAuthError extends Error {
  override readonly name = "OAuthError";
  readonly status: number;

  constructor(
    readonly code: OAuthErrorCode,
    readonly description: string,
    options?: { status?: number; cause?: unknown },
  ) {
    super(description, options);
    this.status = options?.status ?? STATUS[code];
  }
}
