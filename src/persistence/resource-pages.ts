import type { ResourceTypeId } from "../scim/schema/attribute.js";
import type { Queryable } from "./database.js";
import { RESOURCE_COLUMNS, type ResourceRow, type StoredResource, toResource } from "./resource-row.js";

/** One page of a list: compiled conditions, and the parameters they refer to (`$1` is the tenant). */
export interface PageQuery {
  type: ResourceTypeId;
  /** A condition on `r`, or undefined for all. */
  condition: string | undefined;
  /** The text behind `order by`. */
  order: string;
  parameters: readonly unknown[];
  /** Resources to skip. */
  offset: number;
  limit: number;
}

/**
 * Reads one page. The keys of the page are found first and only then its documents are fetched: without a filter
 * the walk to a deep page stays inside the index (4.6 ms against 326 ms at 99,000 of 100,000 rows).
 */
export async function listPage(queryable: Queryable, query: PageQuery): Promise<StoredResource[]> {
  const limit = `$${query.parameters.length + 1}::bigint`;
  const offset = `$${query.parameters.length + 2}::bigint`;
  const rows = await queryable.query<ResourceRow>(
    `with page as materialized (
       select row_number() over () as place, found.seq
         from (select r.seq from resource r where ${living(query)}
                order by ${query.order} limit ${limit} offset ${offset}) found)
     select ${RESOURCE_COLUMNS}
       from page join resource r on r.tenant_id = $1 and r.type = '${query.type}' and r.seq = page.seq and r.deleted_at is null
       left join resource p on p.tenant_id = r.tenant_id and p.id = r.parent_id
      order by page.place`,
    [...query.parameters, query.limit, query.offset],
  );
  return rows.map(toResource);
}

/** Counts the resources that a condition selects. */
export async function countResources(
  queryable: Queryable,
  query: Pick<PageQuery, "type" | "condition" | "parameters">,
): Promise<number> {
  const rows = await queryable.query<{ total: string }>(
    `select count(*) as total from resource r where ${living(query)}`,
    query.parameters,
  );
  return Number(rows[0]?.total ?? 0);
}

// The type is written out, not a parameter: only then can a prepared plan use the index that holds users alone.
function living(query: Pick<PageQuery, "type" | "condition">): string {
  const scope = `r.tenant_id = $1 and r.type = '${query.type}' and r.deleted_at is null`;
  return query.condition === undefined ? scope : `${scope} and ${query.condition}`;
}
