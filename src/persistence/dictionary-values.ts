import type { ResourceTypeId } from "../scim/schema/attribute.js";
import type { Queryable } from "./queryable.js";

/** Where the values of a dictionary field are stored. */
export interface ValuePlace {
  tenantId: string;
  type: ResourceTypeId;
  /** The URN of the extension. */
  urn: string;
  /** The name of the attribute as its definition spells it; documents are spelled like that. */
  key: string;
}

/** How many living resources have a value there. */
export async function countValues(db: Queryable, place: ValuePlace): Promise<number> {
  const [row] = await db.query<{ count: string }>(
    `select count(*) as count from resource
      where tenant_id = $1 and type = $2 and deleted_at is null and doc #> $3::text[] is not null`,
    [place.tenantId, place.type, [place.urn, place.key]],
  );
  return Number(row?.count ?? 0);
}
