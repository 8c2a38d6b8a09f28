/** Names one row of a tenant. */
export interface RowKey {
  tenantId: string;
  id: string;
}

/** One page of a keyset list: rows behind `after`, at most `limit` of them. */
export interface Page {
  /** The key of the last row of the page before; absent for the first page. */
  after?: string | undefined;
  limit: number;
}
