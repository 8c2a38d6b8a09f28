/** A refusal of the admin API (RFC 9457). `code` is stable: consoles and scripts key on it, not on the sentence. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";

  constructor(
    readonly status: number,
    /** Stable word in snake case, e.g. "connection_exists". */
    readonly code: string,
    /** What is wrong and what to do, for the caller. */
    readonly detail: string,
    /** Members beside the standard ones, e.g. `{ errors: [{ field, message }] }`. */
    readonly extensions: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
  }
}
