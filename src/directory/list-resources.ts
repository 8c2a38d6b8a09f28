import { compileFilter } from "../persistence/compile-filter.js";
import { absentSortKey, compileSortKey, type SortKey } from "../persistence/compile-sort.js";
import type { Queryable } from "../persistence/database.js";
import { refuseCostlyFilter } from "../persistence/filter-cost.js";
import type { ListOfType } from "../persistence/list-landmarks.js";
import {
  countFrom,
  countResources,
  type ListPart,
  listPage,
  listPageFrom,
  type PageQuery,
  type PageRow,
} from "../persistence/resource-pages.js";
import { type SqlParameters, sqlParameters } from "../persistence/sql-parameters.js";
import { listPageByValue } from "../persistence/value-pages.js";
import type { Dialect } from "../scim/dialect/dialect.js";
import { badRequest } from "../scim/errors.js";
import { parseFilter } from "../scim/filter/parse-filter.js";
import { findSortPath } from "../scim/filter/resolve-filter.js";
import { resolveFilters } from "../scim/filter/resolve-filters.js";
import type { ResourceTypeDefinition, ResourceTypeId } from "../scim/schema/attribute.js";
import { sortName } from "../scim/search-entries.js";
import type { DirectoryParts } from "./directory-parts.js";
import { type ListCursor, listFingerprint } from "./list-cursor.js";
import { presentResources } from "./present-resources.js";
import type { RequestContext } from "./request-context.js";
import type { ListPage, ListQuery, Resource } from "./resource.js";

/** A list that is ready to be read. */
interface CompiledList extends Pick<PageQuery, "withGroups" | "keys"> {
  parts: readonly ListPart[];
  parameters: SqlParameters;
  /** The first of `parameters`: those that the conditions refer to. */
  conditionValues: readonly unknown[];
  descending: boolean;
  /** What the search index sorts the list by: its name there, and then the parts have no key. */
  sortedValues?: string;
}

/**
 * Lists the resources of some types (RFC 7644 section 3.4.2): filter, sort and page are executed by the database.
 * Without sorting the order is that of the types as given, then that of creation.
 * @throws ScimError 400 invalidFilter, invalidPath, invalidCursor, expiredCursor
 */
export async function listResources(
  parts: DirectoryParts,
  context: RequestContext,
  typeIds: readonly ResourceTypeId[],
  query: ListQuery,
): Promise<ListPage> {
  const { tenantId, dialect } = context;
  const schema = await parts.schemaOf(tenantId);
  const types = typeIds.map((id) => schema.registry.type(id));
  const withGroups = query.needs.groups && typeIds.includes("User");
  const list = { ...compileList(tenantId, types, query, dialect), withGroups, keys: query.keys };
  const { rows, ...page } =
    query.cursor === undefined
      ? await pageByIndex(parts, tenantId, list, query)
      : await pageByCursor(
          parts,
          { ...list, tenantId },
          query,
          listFingerprint(tenantId, ...typeIds, ...orderOf(query, list)),
        );

  const presentation = {
    queryable: parts.database,
    tenantId,
    schema,
    provisioningStates: parts.provisioningStates,
  };
  const groups = new Map(rows.flatMap((row) => (row.groups ? [[row.resource.id, row.groups] as const] : [])));
  const presented = new Map<string, Resource>();
  for (const typeId of typeIds) {
    const stored = rows.flatMap(({ resource }) => (resource.type === typeId ? resource : []));
    const known = typeId === "User" && withGroups ? groups : undefined;
    for (const one of await presentResources(presentation, typeId, stored, query.needs, known)) {
      presented.set(one.id, one);
    }
  }
  return { ...page, resources: rows.flatMap(({ resource }) => presented.get(resource.id) ?? []) };
}

/** What a cursor belongs to. The keys of the index are other ones than those of the documents. */
function orderOf(query: ListQuery, { sortedValues }: CompiledList): (string | undefined)[] {
  const order = [query.filter, query.sortBy, query.sortBy === undefined ? undefined : query.sortOrder];
  return sortedValues === undefined ? order : [...order, sortedValues];
}

function compileList(
  tenantId: string,
  types: readonly ResourceTypeDefinition[],
  query: ListQuery,
  dialect: Dialect,
): CompiledList {
  const parameters = sqlParameters(tenantId);
  const parsed = query.filter === undefined ? undefined : parseFilter(query.filter, { dialect });
  const filters = parsed && resolveFilters(parsed, types, dialect);
  const conditions = types.map((type, index) => {
    const filter = filters?.[index];
    if (filter === undefined) return undefined;
    refuseCostlyFilter(filter, type);
    return compileFilter(filter, type, parameters);
  });
  const conditionValues = [...parameters.values];
  const sortedValues = filters === undefined ? valuesSortedBy(query.sortBy, types, dialect) : undefined;
  const keys =
    query.sortBy === undefined || sortedValues !== undefined
      ? []
      : sortKeys(query.sortBy, types, parameters, dialect);
  return {
    ...(sortedValues !== undefined && { sortedValues }),
    parts: types.map((type, index) => ({ type: type.id, condition: conditions[index], key: keys[index] })),
    parameters,
    conditionValues,
    descending: query.sortBy !== undefined && query.sortOrder === "descending",
  };
}

/** The values in the search index that are in the order of the list, if it holds all resources of one type. */
function valuesSortedBy(
  sortBy: string | undefined,
  types: readonly ResourceTypeDefinition[],
  dialect: Dialect,
): string | undefined {
  const [type, ...others] = types;
  if (sortBy === undefined || type === undefined || others.length > 0) return undefined;
  const path = findSortPath(sortBy, type, dialect);
  return path && sortName(type.id, path);
}

function sortKeys(
  sortBy: string,
  types: readonly ResourceTypeDefinition[],
  parameters: SqlParameters,
  dialect: Dialect,
): SortKey[] {
  const keys = types.map((type) => {
    const path = findSortPath(sortBy, type, dialect);
    return path && compileSortKey(path, type, parameters);
  });
  const known = keys.find((key) => key !== undefined);
  if (known === undefined) {
    throw badRequest("invalidPath", `Resources cannot be sorted by "${sortBy.slice(0, 200)}".`);
  }
  return keys.map((key) => key ?? absentSortKey(known.type));
}

/** What a way of paging finds. */
type FoundPage = Omit<ListPage, "resources"> & { rows: PageRow[] };

/** Paging by startIndex and count (RFC 7644 section 3.4.2.4). The total is counted only where the page does not tell it. */
async function pageByIndex(
  parts: DirectoryParts,
  tenantId: string,
  list: CompiledList,
  query: ListQuery,
): Promise<FoundPage> {
  const { database } = parts;
  const { startIndex, count } = query;
  const whole = wholeList(tenantId, list);
  const isByAge = list.sortedValues === undefined && list.parts[0]?.key === undefined;
  const fromLandmark =
    whole && isByAge && count > 0 ? await pageFromLandmark(parts, whole, list, query) : undefined;
  if (fromLandmark !== undefined) return fromLandmark;
  const total = () => totalOf(parts, tenantId, list);
  if (count === 0) return { rows: [], totalResults: await total() };
  const offset = startIndex - 1;
  const rows = await readList(database, { ...list, window: { kind: "offset", offset }, limit: count });
  const isLastPage = rows.length < count && (rows.length > 0 || offset === 0);
  return { rows, totalResults: isLastPage ? offset + rows.length : await total() };
}

/** How many resources are in the list. Of a long list of all, only what happened since a survey is counted. */
async function totalOf(
  { database, landmarks }: DirectoryParts,
  tenantId: string,
  list: CompiledList,
): Promise<number> {
  const whole = wholeList(tenantId, list);
  const landmark = whole && (await landmarks.near(database, whole, 0));
  const total =
    landmark === undefined || whole === undefined
      ? await countResources(database, list.parts, list.conditionValues)
      : await countFrom(database, landmark, whole.type, sqlParameters(tenantId));
  if (whole !== undefined) landmarks.learn(whole, total);
  return total;
}

function readList(
  database: Queryable,
  list: CompiledList & Pick<PageQuery, "window" | "limit">,
): Promise<PageRow[]> {
  const { sortedValues, parts } = list;
  const [part] = parts;
  if (sortedValues === undefined || part === undefined) return listPage(database, list);
  return listPageByValue(database, { ...list, type: part.type, values: sortedValues });
}

/** The list as that of all resources of a type, in whatever order, if it is that. */
function wholeList(tenantId: string, { parts: [part, ...others] }: CompiledList): ListOfType | undefined {
  if (part === undefined || others.length > 0 || part.condition !== undefined) return undefined;
  return { tenantId, type: part.type };
}

async function pageFromLandmark(
  { database, landmarks }: DirectoryParts,
  whole: ListOfType,
  { withGroups = false, keys }: CompiledList,
  { startIndex, count }: ListQuery,
): Promise<FoundPage | undefined> {
  const offset = startIndex - 1;
  const landmark = await landmarks.near(database, whole, offset);
  const parameters = sqlParameters(whole.tenantId);
  const page =
    landmark &&
    (await listPageFrom(database, landmark, {
      type: whole.type,
      offset,
      limit: count,
      parameters,
      withGroups,
      keys,
    }));
  if (page === undefined) return undefined;
  landmarks.learn(whole, page.total);
  return { rows: page.rows, totalResults: page.total };
}

/**
 * Paging by cursor (RFC 9865): each page begins at the place of a resource in the order, not at a count, so creates and
 * deletes elsewhere neither repeat nor skip anything. Counting all matches for every page would cost more than the page,
 * so the total is that of the first page, carried along.
 */
async function pageByCursor(
  parts: DirectoryParts,
  { tenantId, ...list }: CompiledList & { tenantId: string },
  { cursor: text, count }: ListQuery,
  fingerprint: string,
): Promise<FoundPage> {
  const { database, cursors } = parts;
  const cursor = text ? cursors.read(text, fingerprint) : undefined;
  const total = () => totalOf(parts, tenantId, list);
  if (count === 0) return { rows: [], totalResults: cursor?.total ?? (await total()) };
  const backward = cursor?.backward ?? false;
  const window = { kind: "keyset", from: cursor?.from, backward } as const;
  // One row more than asked for tells whether there is another page.
  const found = await readList(database, { ...list, window, limit: count + 1 });
  const hasMore = found.length > count;
  const rows = backward ? found.slice(0, count).reverse() : found.slice(0, count);
  const totalResults = cursor?.total ?? (hasMore ? await total() : rows.length);

  const edge = (row: PageRow | undefined, towards: Pick<ListCursor, "backward">) =>
    row && cursors.issue({ ...towards, from: row.position, total: totalResults }, fingerprint);
  const next = backward || hasMore ? edge(rows.at(-1), { backward: false }) : undefined;
  const previous = (backward ? hasMore : cursor !== undefined)
    ? edge(rows[0], { backward: true })
    : undefined;
  return {
    rows,
    totalResults,
    ...(next !== undefined && { nextCursor: next }),
    ...(previous !== undefined && { previousCursor: previous }),
  };
}
