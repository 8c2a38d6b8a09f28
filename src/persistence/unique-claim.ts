import type { Queryable } from "./queryable.js";

/** A value that one resource of a type alone may have. */
export interface UniqueClaim {
  /** The attribute's name in lower case. */
  attribute: string;
  key: string;
}

/** Which of the claims somebody holds. */
export async function findHeldClaims(
  queryable: Queryable,
  tenantId: string,
  type: string,
  claims: readonly UniqueClaim[],
): Promise<UniqueClaim[]> {
  return queryable.query<{ attribute: string; key: string }>(
    `select held.attribute, held.value_key as key
       from unnest($3::text[], $4::text[]) as claim (attribute, key)
       join resource_unique_value held
         on held.tenant_id = $1 and held.type = $2
        and held.attribute = claim.attribute and held.value_key = claim.key`,
    [tenantId, type, claims.map((claim) => claim.attribute), claims.map((claim) => claim.key)],
  );
}
