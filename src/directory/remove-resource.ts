import { rememberMembers } from "../persistence/former-membership-store.js";
import { removeOtherMembers } from "../persistence/membership-store.js";
import { buryResource, lockResource, raiseVersions } from "../persistence/resource-store.js";
import { isId } from "../platform/ids.js";
import type { ResourceTypeId } from "../scim/schema/attribute.js";
import { PARENT_PATH } from "./change-notes.js";
import { lockTree, releaseOtherChildren } from "./department-tree.js";
import {
  changed,
  type DirectoryParts,
  missing,
  type WriteOutcome,
  type Writing,
  write,
} from "./directory-parts.js";
import { checkPrecondition } from "./precondition.js";
import { removeUser } from "./remove-user.js";
import type { RequestContext } from "./request-context.js";
import { releaseAllClaims } from "./unique-values.js";

/**
 * Removes a resource (RFC 7644 section 3.6): a tombstone stays for the deliveries, its userName and unique values
 * are free at once, its memberships end, and groups below it stand alone.
 * @throws ScimError 404, 412
 */
export async function removeResource(
  parts: DirectoryParts,
  context: RequestContext,
  type: ResourceTypeId,
  id: string,
  ifMatch: string | undefined,
): Promise<void> {
  if (!isId(id)) throw missing(type, id);
  if (type === "User") return removeUser(parts, context, id, ifMatch);
  await write(parts, context, (writing) => removeGroup(writing, id, ifMatch));
}

async function removeGroup(
  { tx, tenantId, now, notes }: Writing,
  id: string,
  ifMatch: string | undefined,
): Promise<WriteOutcome<void>> {
  await lockTree(tx, tenantId);
  const stored = await lockResource(tx, tenantId, "Group", id);
  if (!stored) throw missing("Group", id);
  checkPrecondition(ifMatch, stored.version);
  const node = { tenantId, groupId: id };
  await rememberMembers(tx, { tenantId, id }, now);
  const userIds = await removeOtherMembers(tx, node, []);
  const childIds = await releaseOtherChildren(tx, node, [], now);
  await releaseAllClaims(tx, { tenantId, type: "Group", resourceId: id });
  await buryResource(tx, stored, { tenantId, now });
  const parents = stored.parent.id === null ? [] : [stored.parent.id];
  await raiseVersions(tx, { tenantId, ids: parents, now });
  notes.add("delete", [id], []);
  notes.add("update", childIds, [PARENT_PATH]);
  notes.add("update", parents, ["members"]);
  return {
    result: undefined,
    touched: [...changed("Group", [id, ...childIds]), ...changed("User", userIds)],
  };
}
