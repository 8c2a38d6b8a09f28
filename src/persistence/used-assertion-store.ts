import type { Queryable } from "./queryable.js";
import type { RowKey } from "./row-key.js";

/** Notes that a client used an assertion. Returns false when it had used it before, in whichever process. */
export async function useAssertion(
  db: Queryable,
  client: RowKey,
  jtiHash: string,
  expiresAt: Date,
): Promise<boolean> {
  const rows = await db.query(
    `insert into used_assertion (tenant_id, client_ref, jti_hash, expires_at) values ($1, $2, $3, $4)
     on conflict do nothing returning 1`,
    [client.tenantId, client.id, jtiHash, expiresAt],
  );
  return rows.length === 1;
}

/** Forgets at most `limit` assertions that expired before `now`: they are refused for that alone. */
export async function deleteExpiredAssertions(db: Queryable, now: Date, limit = 1000): Promise<void> {
  await db.query(
    `delete from used_assertion
      where (tenant_id, client_ref, jti_hash) in (
        select tenant_id, client_ref, jti_hash from used_assertion
         where expires_at < $1 order by expires_at limit $2)`,
    [now, limit],
  );
}
