/** One call as it went over the wire, redacted. */
export interface VendorCall {
  method: string;
  path: string;
  startedAt: Date;
  durationMs: number;
  /** "ok", a vendor code, or a connector-made word such as "timeout". */
  outcome: string;
  vendorRequestId?: string;
  request?: unknown;
  response?: unknown;
  /** Set in a rehearsal: the call was not sent. Its outcome is "ok", or the code with which it would be refused. */
  planned?: true;
}
