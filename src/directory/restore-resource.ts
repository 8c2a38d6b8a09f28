import type { Transaction } from "../persistence/database.js";
import { formerChildren, formerGroups, restoreMemberships } from "../persistence/former-membership-store.js";
import { exhumeResource, lockTombstone, raiseVersions } from "../persistence/resource-store.js";
import type { ResourceTypeId } from "../scim/schema/attribute.js";
import { PARENT_PATH } from "./change-notes.js";
import { adoptChildren, attachWaiting, lockTree, refuseCycle } from "./department-tree.js";
import { changed, type DirectoryParts, missing, type Writing, write } from "./directory-parts.js";
import { findUsersManagedBy, managerNames } from "./manager-references.js";
import type { RequestContext } from "./request-context.js";
import { moveClaims } from "./unique-values.js";

/** Something to be stored with a restoration or not at all. */
export type Alongside = (tx: Transaction) => Promise<void>;

/**
 * Takes a deletion back: the resource is there again under its id, with its values, a new version, and its places in
 * groups as far as those are there; whoever refers to it is delivered again. A password is not restored.
 * @throws ScimError 404 when there is no deleted resource of that id; 409 uniqueness naming the attribute when
 * somebody has the userName or a unique value meanwhile; 400 when a group would come to stand above itself
 */
export async function restoreResource(
  parts: DirectoryParts,
  context: RequestContext,
  type: ResourceTypeId,
  id: string,
  alongside: Alongside,
): Promise<void> {
  const schema = await parts.schemaOf(context.tenantId);
  await write(parts, context, async (writing) => {
    const { tx, tenantId, now, notes } = writing;
    const key = { tenantId, id };
    await lockTree(tx, tenantId);
    // Groups before the person, the order of all writers.
    const groups = await formerGroups(tx, key);
    await raiseVersions(tx, { tenantId, ids: groups, now });
    const stored = await lockTombstone(tx, tenantId, type, id);
    if (stored === undefined) throw missing(type, id);
    await exhumeResource(tx, stored, { tenantId, now });
    const claimant = { tenantId, type, resourceId: id };
    await moveClaims(tx, claimant, schema.of(type).dictionary, undefined, stored.doc);
    const children = type === "Group" ? await hangAgain(writing, id, stored.doc["externalId"], groups) : [];
    const pairs = await restoreMemberships(tx, key);
    notes.add("create", [id], []);
    notes.add("update", groups, ["members"]);
    notes.add("update", children, [PARENT_PATH]);
    await alongside(tx);
    const people = new Set(pairs.map((pair) => pair.memberId));
    const managed = type === "User" ? managerNames(id, stored.doc) : [];
    for (const user of await findUsersManagedBy(tx, tenantId, managed)) people.add(user);
    if (type === "User") people.add(id);
    return {
      result: undefined,
      touched: [...changed("User", people), ...changed("Group", type === "Group" ? [id, ...children] : [])],
    };
  });
}

/** Hangs a restored group below its former parent, and its former children below it. Answers the children. */
async function hangAgain(
  { tx, tenantId, now }: Writing,
  id: string,
  externalId: unknown,
  parents: readonly string[],
): Promise<string[]> {
  const node = { tenantId, groupId: id };
  const [parent] = parents;
  if (parent !== undefined) {
    await tx.query("update resource set parent_id = $3 where tenant_id = $1 and id = $2", [
      tenantId,
      id,
      parent,
    ]);
  }
  const names = typeof externalId === "string" ? [id, externalId] : [id];
  const attached = await attachWaiting(tx, node, names, now);
  const adopted = await adoptChildren(tx, node, await formerChildren(tx, { tenantId, id }), now);
  await refuseCycle(tx, node);
  return [...attached, ...adopted.children];
}
