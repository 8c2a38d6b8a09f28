import { compileFilter } from "../persistence/compile-filter.js";
import { compileSort } from "../persistence/compile-sort.js";
import { refuseCostlyFilter } from "../persistence/filter-cost.js";
import { countResources, listPage } from "../persistence/resource-pages.js";
import { sqlParameters } from "../persistence/sql-parameters.js";
import { parseFilter } from "../scim/filter/parse-filter.js";
import { resolveFilter, resolveSortPath } from "../scim/filter/resolve-filter.js";
import type { ResourceTypeId } from "../scim/schema/attribute.js";
import type { DirectoryParts } from "./directory-parts.js";
import { presentResources } from "./present-resources.js";
import type { RequestContext } from "./request-context.js";
import type { ListPage, ListQuery } from "./resource.js";

/**
 * Lists resources (RFC 7644 section 3.4.2): filter, sort and page are executed by the database. Without sorting the
 * order is that of creation. The total is counted only where the page does not tell it.
 * @throws ScimError 400 invalidFilter, invalidPath
 */
export async function listResources(
  parts: DirectoryParts,
  context: RequestContext,
  typeId: ResourceTypeId,
  query: ListQuery,
): Promise<ListPage> {
  const { tenantId } = context;
  const { database, provisioningStates } = parts;
  const schema = await parts.schemaOf(tenantId);
  const type = schema.registry.type(typeId);
  const parameters = sqlParameters(tenantId);
  const parsed =
    query.filter === undefined ? undefined : parseFilter(query.filter, { dialect: context.dialect });
  const filter = parsed && resolveFilter(parsed, type, context.dialect);
  if (filter) refuseCostlyFilter(filter, type);
  const condition = filter && compileFilter(filter, type, parameters);
  const selection = { type: typeId, condition, parameters: [...parameters.values] };
  const sorting =
    query.sortBy === undefined
      ? undefined
      : { path: resolveSortPath(query.sortBy, type, context.dialect), order: query.sortOrder ?? "ascending" };
  const order = compileSort(sorting, type, parameters);
  if (query.count === 0) return { resources: [], totalResults: await countResources(database, selection) };

  const offset = query.startIndex - 1;
  const stored = await listPage(database, {
    ...selection,
    parameters: parameters.values,
    order,
    offset,
    limit: query.count,
  });
  const isLastPage = stored.length < query.count && (stored.length > 0 || offset === 0);
  const totalResults = isLastPage ? offset + stored.length : await countResources(database, selection);
  const presentation = { queryable: database, tenantId, schema, provisioningStates };
  return { resources: await presentResources(presentation, typeId, stored, query.needs), totalResults };
}
