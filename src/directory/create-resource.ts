import { findResource, insertResource, raiseVersions } from "../persistence/resource-store.js";
import { notUnique } from "../scim/errors.js";
import { memberReferences } from "../scim/patch/membership.js";
import { readResource } from "../scim/resource/read-resource.js";
import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";
import { type DocumentParts, takeApart } from "./canonical-document.js";
import { PARENT_PATH } from "./change-notes.js";
import { createUser } from "./create-user.js";
import { attachWaiting, cycle, findParent, lockTree, refuseCycle } from "./department-tree.js";
import { changed, type DirectoryParts, missing, type Writing, write } from "./directory-parts.js";
import { changeMembership, lookUpMembers, noEffect } from "./membership.js";
import { presentResources } from "./present-resources.js";
import type { RequestContext } from "./request-context.js";
import type { Resource } from "./resource.js";
import type { TenantSchema } from "./tenant-schema.js";
import { moveClaims } from "./unique-values.js";

/**
 * Creates a resource from a POST body (RFC 7644 section 3.3), under the given id or a new one.
 * @throws ScimError 400 for a body the schemas refuse, 409 uniqueness naming the attribute
 */
export async function createResource(
  parts: DirectoryParts,
  context: RequestContext,
  type: ResourceTypeId,
  body: unknown,
  id: string,
): Promise<Resource> {
  const schema = await parts.schemaOf(context.tenantId);
  const attributes = readResource(body, schema.registry.type(type), context.dialect);
  schema.of(type).validate(attributes);
  const taken = takeApart(type, attributes);
  return type === "User"
    ? createUser(parts, context, schema, { id, ...taken })
    : createGroup(parts, context, schema, id, taken);
}

async function createGroup(
  parts: DirectoryParts,
  context: RequestContext,
  schema: TenantSchema,
  id: string,
  { doc, parent: parentName, members }: DocumentParts,
): Promise<Resource> {
  const references = memberReferences(members);
  return write(parts, context, async (writing) => {
    const { tx, tenantId, now, notes } = writing;
    const node = { tenantId, groupId: id };
    const changes = references.length > 0 ? [{ kind: "add" as const, members: references }] : [];
    const known = await lookUpMembers(tx, tenantId, changes);
    await lockTree(tx, tenantId);
    const parent = await findParent(tx, tenantId, parentName);
    const externalId = doc["externalId"];
    // A bulk request knows the id beforehand, so the parent can be the group itself by both names.
    if (parent.ref !== null && (parent.ref === externalId || parent.ref === id)) throw cycle();
    await insert(writing, schema, { id, doc, parentId: parent.id, parentRef: parent.ref });

    const names = typeof externalId === "string" ? [id, externalId] : [id];
    const attached = await attachWaiting(tx, node, names, now);
    const effect =
      changes.length > 0
        ? await changeMembership(tx, node, schema.registry.type("Group"), changes, known, now)
        : noEffect();
    if (parent.id !== null) await refuseCycle(tx, node);
    const otherParents = new Set(
      parent.id === null ? effect.formerParents : [parent.id, ...effect.formerParents],
    );
    await raiseVersions(tx, { tenantId, ids: [...otherParents], now });
    notes.add("update", [...attached, ...effect.children], [PARENT_PATH]);
    notes.add("update", otherParents, ["members"]);

    const stored = await findResource(tx, tenantId, "Group", id);
    if (!stored) throw missing("Group", id);
    const needs = { members: true, groups: false, provisioning: false };
    const [result] = await presentResources({ queryable: tx, tenantId, schema }, "Group", [stored], needs);
    if (!result) throw missing("Group", id);
    return {
      result,
      touched: [...changed("Group", [id, ...attached, ...effect.children]), ...changed("User", effect.users)],
    };
  });
}

interface NewGroup {
  id: string;
  doc: JsonObject;
  parentId: string | null;
  parentRef: string | null;
}

async function insert(
  { tx, tenantId, now, notes }: Writing,
  schema: TenantSchema,
  row: NewGroup,
): Promise<void> {
  // Of groups only the id can be taken: one that was chosen beforehand, by another or by a tombstone.
  if ((await insertResource(tx, { ...row, type: "Group", tenantId, now })) === undefined) {
    throw notUnique("id");
  }
  notes.add("create", [row.id], []);
  const claimant = { tenantId, type: "Group" as const, resourceId: row.id };
  await moveClaims(tx, claimant, schema.of("Group").dictionary, undefined, row.doc);
}
