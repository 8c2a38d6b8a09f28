import type { Queryable, Transaction } from "./queryable.js";

/**
 * Lets the changes that could take away the last administrator happen one after the other within a tenant, until
 * the end of the transaction. Rows that refer to the tenant can be written meanwhile.
 */
export async function lockAdministration(tx: Transaction, tenantId: string): Promise<void> {
  await tx.query("select 1 from tenant where id = $1 for no key update", [tenantId]);
}

/** Whether anybody can get into the tenant's administration: an enabled client with the scope and a valid credential. */
export async function hasAdministrator(db: Queryable, tenantId: string, now: Date): Promise<boolean> {
  const [row] = await db.query<{ found: boolean }>(FIND, [tenantId, now]);
  return row?.found === true;
}

const FIND = `
  select exists (
    select 1 from oauth_client c
     where c.tenant_id = $1 and c.enabled and 'admin' = any(c.scopes)
       and (c.auth_methods && '{client_secret_basic,client_secret_post,http_basic}'
            and exists (select 1 from oauth_client_secret s
                         where s.tenant_id = c.tenant_id and s.client_ref = c.id
                           and (s.expires_at is null or s.expires_at > $2))
            or 'private_key_jwt' = any(c.auth_methods) and c.jwks is not null
            or 'long_lived_token' = any(c.auth_methods)
            and exists (select 1 from long_lived_token t
                         where t.tenant_id = c.tenant_id and t.client_ref = c.id
                           and 'admin' = any(t.scopes) and t.expires_at > $2))
  ) as found`;

/** Whether any enabled client, of whichever tenant, may authenticate by HTTP Basic. */
export async function hasBasicClient(db: Queryable): Promise<boolean> {
  const [row] = await db.query<{ found: boolean }>(
    "select exists (select 1 from oauth_client where enabled and 'http_basic' = any(auth_methods)) as found",
  );
  return row?.found === true;
}
