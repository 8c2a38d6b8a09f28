import type { ResourceTypeId } from "../scim/schema/attribute.js";
import type { Queryable } from "./database.js";
import {
  type DirectGroup,
  directGroupsOf,
  type GroupAbove,
  groupsOfUser,
  type MemberOf,
} from "./groups-of-users.js";
import type { Landmark } from "./list-landmarks.js";
import {
  type ListPart,
  type ListPosition,
  type ListWindow,
  type PageBranch,
  type PageOrder,
  pageBranches,
  pageOrder,
} from "./page-keys.js";
import { ownColumns, type ResourceRow, type StoredResource, toResource } from "./resource-row.js";
import type { SqlParameters } from "./sql-parameters.js";

export type { ListPart, ListPosition, ListWindow } from "./page-keys.js";

/** One page of a list: its parts, and the parameters that their conditions and keys refer to (`$1` is the tenant). */
export interface PageQuery {
  /** One for each resource type, in order. */
  parts: readonly ListPart[];
  descending: boolean;
  window: ListWindow;
  limit: number;
  parameters: SqlParameters;
  /** Whether the groups of users are wanted as well. */
  withGroups?: boolean;
  /** Which parts of the documents are wanted; all of them without it. The other parts are then absent or null. */
  keys?: readonly string[] | undefined;
}

/** A resource on a page, with its place in the list. */
export interface PageRow {
  resource: StoredResource;
  position: ListPosition;
  /** The groups that a user is in, where they were wanted. */
  groups: readonly MemberOf[] | undefined;
}

/**
 * Reads a page of all resources of one type by age, starting from a landmark instead of from the first resource.
 * Undefined where the landmark does not serve: nothing is behind the offset, or too much was created before it since.
 */
export async function listPageFrom(
  queryable: Queryable,
  landmark: Landmark,
  query: {
    type: ResourceTypeId;
    offset: number;
    limit: number;
    parameters: SqlParameters;
    withGroups: boolean;
    keys?: readonly string[] | undefined;
  },
): Promise<{ rows: PageRow[]; total: number } | undefined> {
  const { parameters, type } = query;
  const mark = parameters.bind(landmark.seq, "bigint");
  const part: ListPart = { type, condition: undefined, key: undefined };
  const moved = `select coalesce(sum(step), 0)::int as anywhere, coalesce(sum(step) filter (where seq <= ${mark}), 0)::int as before
     from (${stepsSince(landmark, type, parameters)}) since`;
  const skipped = `(select greatest(${parameters.bind(query.offset - landmark.before, "int")} - before, 0) from moved)`;
  const page = `with moved as materialized (${moved}), page as materialized (
      select row_number() over () as place, found.seq
        from (select r.seq from resource r
               where r.tenant_id = $1 and r.type = '${type}' and r.deleted_at is null and r.seq > ${mark}
               order by r.seq limit ${query.limit} offset ${skipped}) found)
    select ${columnsOf([part], query)}, null::text as sort_key, 0 as part, moved.anywhere, moved.before
      from page
      join resource r on r.tenant_id = $1 and r.type = '${type}' and r.seq = page.seq and r.deleted_at is null
     cross join moved
     order by page.place`;
  const sql = query.withGroups ? withGroups(page) : page;
  const rows = await queryable.query<ListedRow & { anywhere: number; before: number }>(
    sql,
    parameters.values,
  );
  const [first] = rows;
  if (first === undefined || landmark.before + first.before > query.offset) return undefined;
  return {
    rows: toPageRows(rows, query.withGroups),
    total: landmark.total + first.anywhere,
  };
}

/** Creates and deletes of a type that a landmark's snapshot did not show and the one of the statement does. */
function stepsSince({ oldest, snapshot }: Landmark, type: ResourceTypeId, parameters: SqlParameters): string {
  return `select case c.kind when 'create' then 1 else -1 end as step, changed.seq
            from change c join resource changed on changed.tenant_id = c.tenant_id and changed.id = c.resource_id
           where c.tenant_id = $1 and c.xact >= ${parameters.bind(oldest, "xid8")}
             and not pg_visible_in_snapshot(c.xact, ${parameters.bind(snapshot, "pg_snapshot")})
             and c.resource_type = '${type}' and c.kind in ('create', 'delete')`;
}

/** How many resources of a type there are, by what happened since a landmark was made. */
export async function countFrom(
  queryable: Queryable,
  landmark: Landmark,
  type: ResourceTypeId,
  parameters: SqlParameters,
): Promise<number> {
  const [row] = await queryable.query<{ since: number }>(
    `select coalesce(sum(step), 0)::int as since from (${stepsSince(landmark, type, parameters)}) since`,
    parameters.values,
  );
  return landmark.total + (row?.since ?? 0);
}

/** Reads one page. Backward windows give it in reverse, too: the nearest to the position comes first. */
export async function listPage(queryable: Queryable, query: PageQuery): Promise<PageRow[]> {
  const branches = pageBranches(query.parts, query.descending, query.window, query.parameters);
  const [first, ...others] = branches;
  if (first === undefined) return [];
  const order = pageOrder(query.descending, query.window);
  const skipped = query.window.kind === "offset" ? query.window.offset : 0;
  const page =
    others.length === 0 && skipped === 0
      ? pageOfDocuments(first, order, query)
      : pageOfKeys(branches, order, query, skipped);
  return readPage(queryable, page, query.parameters.values, query.withGroups === true);
}

/** Reads the rows of a page that a select of {@link columnsOf}, `sort_key` and `part` gives. */
export async function readPage(
  queryable: Queryable,
  page: string,
  parameters: readonly unknown[],
  wantsGroups: boolean,
): Promise<PageRow[]> {
  const rows = await queryable.query<ListedRow>(wantsGroups ? withGroups(page) : page, parameters);
  return toPageRows(rows, wantsGroups);
}

/** The rows of a page; what is above the groups of all of them stands in the first row only. */
function toPageRows(rows: readonly ListedRow[], hasGroups: boolean): PageRow[] {
  const above = rows[0]?.above ?? null;
  return rows.map((row) => ({
    resource: toResource(row),
    position: { key: row.sort_key, part: row.part, seq: row.seq },
    groups: hasGroups ? groupsOfUser(row.groups ?? null, above) : undefined,
  }));
}

interface ListedRow extends ResourceRow {
  sort_key: string | null;
  part: number;
  groups?: readonly DirectGroup[] | null;
  above?: readonly GroupAbove[] | null;
}

/** The page and, in the same statement, the groups of the people on it. Each parent is walked up once for all of them. */
function withGroups(page: string): string {
  return `with listed as materialized (
      select row_number() over () as number, each.* from (${page}) each
    ), grouped as materialized (
      select listed.*, d.groups, d.parents from listed ${directGroupsOf("listed.id")}
    )
    select grouped.*, case when grouped.number = 1 then
             (select groups_above($1, array_agg(distinct parent)) from grouped one, unnest(one.parents) parent) end as above
      from grouped order by grouped.number`;
}

/**
 * The columns of resources `r` on a page. Only groups have a parent; a look-up for each of a hundred people would find
 * nothing a hundred times.
 */
export function columnsOf(
  parts: readonly Pick<ListPart, "type">[],
  { keys, parameters }: Pick<PageQuery, "keys" | "parameters">,
): string {
  const display = parts.every((part) => part.type === "User")
    ? "null::text"
    : "(select p.doc ->> 'displayName' from resource p where p.tenant_id = r.tenant_id and p.id = r.parent_id)";
  const own = ownColumns(keys?.map((key) => parameters.bind(key, "text")));
  return `${own}, ${display} as parent_display`;
}

/**
 * The limit is written out: a prepared plan then knows how few rows are wanted, while for an unknown limit PostgreSQL
 * assumes a tenth of the table. Clients page by few different counts, so the texts recur.
 */
function pageOfDocuments({ part, rank, where }: PageBranch, order: PageOrder, query: PageQuery): string {
  const key = part.key === undefined ? "null::text" : `(${part.key.sql})::text`;
  return `select ${columnsOf([part], query)}, ${key} as sort_key, ${rank} as part
    from resource r where ${where} ${orderOf(part, order)} limit ${query.limit}`;
}

/**
 * The keys of the page are found first and only then its documents are fetched: without a filter the walk to a deep
 * page stays inside the index (4.6 ms against 326 ms at 99,000 of 100,000 rows).
 */
function pageOfKeys(
  branches: readonly PageBranch[],
  order: PageOrder,
  query: PageQuery,
  skipped: number,
): string {
  const { parts, limit, parameters } = query;
  const offset = skipped === 0 ? "" : `offset ${parameters.bind(skipped, "bigint")}`;
  const [single, ...others] = branches;
  const keys =
    single !== undefined && others.length === 0
      ? `${keysOf(single, order)} limit ${limit} ${offset}`
      : `select each.* from (${branches
          .map((branch) => `(${keysOf(branch, order)} limit ${nearest(limit, skipped, parameters)})`)
          .join(" union all ")}) each
         order by each.k ${order.key}, each.part ${order.rank}, each.seq ${order.seq} limit ${limit} ${offset}`;
  const type = parts.length === 1 ? `'${parts[0]?.type}'` : "page.type";
  return `with page as materialized (select row_number() over () as place, found.* from (${keys}) found)
    select ${columnsOf(parts, query)}, page.k::text as sort_key, page.part
      from page join resource r
        on r.tenant_id = $1 and r.type = ${type} and r.seq = page.seq and r.deleted_at is null
     order by page.place`;
}

/** As many rows of each branch as may come before the end of the page. */
function nearest(limit: number, skipped: number, parameters: SqlParameters): string {
  return skipped === 0 ? String(limit) : parameters.bind(skipped + limit, "bigint");
}

function keysOf({ part, rank, where }: PageBranch, order: PageOrder): string {
  const key = part.key === undefined ? "null::text" : part.key.sql;
  return `select ${rank} as part, '${part.type}'::text as type, r.seq, ${key} as k
    from resource r where ${where} ${orderOf(part, order)}`;
}

function orderOf(part: ListPart, order: PageOrder): string {
  const seq = `r.seq ${order.seq}`;
  return `order by ${part.key === undefined ? seq : `${part.key.sql} ${order.key}, ${seq}`}`;
}

/** Counts the resources of a list. */
export async function countResources(
  queryable: Queryable,
  parts: readonly Omit<ListPart, "key">[],
  parameters: readonly unknown[],
): Promise<number> {
  const counts = parts.map(
    ({ type, condition }) => `(select count(*) from resource r
      where r.tenant_id = $1 and r.type = '${type}' and r.deleted_at is null${condition === undefined ? "" : ` and ${condition}`})`,
  );
  const rows = await queryable.query<{ total: string }>(`select ${counts.join(" + ")} as total`, parameters);
  return Number(rows[0]?.total ?? 0);
}
