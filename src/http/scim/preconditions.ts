import type { Request } from "express";
import type { Directory } from "../../directory/directory.js";
import type { RequestContext } from "../../directory/request-context.js";
import { entityTag, namesTag, namesVersion } from "../../scim/entity-tag.js";
import { preconditionFailed } from "../../scim/errors.js";
import type { ResourceTypeId } from "../../scim/schema/attribute.js";

/** Whether a GET can be answered 304: its If-None-Match header names the tag of what would be sent. */
export function isNotModified(request: Request, tag: string): boolean {
  const held = request.headers["if-none-match"];
  return held !== undefined && namesTag(held, tag);
}

const NO_NEEDS = { members: false, groups: false, provisioning: false };

/**
 * The If-Match condition of a write on one resource. An If-None-Match header is turned into one: the resource is read,
 * refused at a version that the header names (`*` names all), and the write then insists on the version that was read,
 * so that no change in between goes unnoticed.
 * @throws ScimError 412, and 404 where there is no such resource
 */
export async function writeCondition(
  request: Request,
  directory: Pick<Directory, "read">,
  context: RequestContext,
  type: ResourceTypeId,
  id: string,
): Promise<string | undefined> {
  const ifMatch = request.headers["if-match"];
  const ifNoneMatch = request.headers["if-none-match"];
  if (ifNoneMatch === undefined) return ifMatch;
  const { version } = await directory.read(context, type, id, NO_NEEDS);
  const isRefused =
    namesVersion(ifNoneMatch, version) || (ifMatch !== undefined && !namesVersion(ifMatch, version));
  if (isRefused) throw preconditionFailed(entityTag(version));
  return entityTag(version);
}
