import type { Directory, Resource } from "../directory/directory.js";
import type { RequestContext } from "../directory/request-context.js";
import type { ResourceTypeId } from "../scim/schema/attribute.js";

/** Nothing but the resource itself. */
export const ITSELF = { members: false, groups: false, provisioning: false };

/** External ids asked for in one filter. */
const IDS_AT_ONCE = 20;

/** The resource with this external id (the oldest, should several have it), or undefined. */
export async function findPushed(
  directory: Pick<Directory, "list">,
  context: RequestContext,
  type: ResourceTypeId,
  externalId: string,
): Promise<Resource | undefined> {
  return findFirst(directory, context, type, `externalId eq ${JSON.stringify(externalId)}`);
}

/** The oldest resource that a filter finds, or undefined. */
export async function findFirst(
  directory: Pick<Directory, "list">,
  context: RequestContext,
  type: ResourceTypeId,
  filter: string,
): Promise<Resource | undefined> {
  // Two and not one: a page that is not full tells the total without counting.
  const page = await directory.list(context, type, { filter, startIndex: 1, count: 2, needs: ITSELF });
  return page.resources[0];
}

/** The ids of groups by their external ids; those that are not there are left out. */
export async function findGroupIds(
  directory: Pick<Directory, "list">,
  context: RequestContext,
  externalIds: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let start = 0; start < externalIds.length; start += IDS_AT_ONCE) {
    const some = externalIds.slice(start, start + IDS_AT_ONCE);
    const filter = some.map((id) => `externalId eq ${JSON.stringify(id)}`).join(" or ");
    const page = await directory.list(context, "Group", { filter, startIndex: 1, count: 200, needs: ITSELF });
    for (const { id, attributes } of page.resources) {
      const externalId = attributes["externalId"];
      if (typeof externalId === "string" && !found.has(externalId)) found.set(externalId, id);
    }
  }
  return found;
}
