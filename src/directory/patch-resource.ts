import type { ChangedGroup } from "../persistence/hot/change-members.js";
import { lockResource, type StoredResource } from "../persistence/resource-store.js";
import { isId } from "../platform/ids.js";
import type { Dialect } from "../scim/dialect/dialect.js";
import { applyPatch } from "../scim/patch/apply-patch.js";
import { combineChanges, splitMembership } from "../scim/patch/membership.js";
import type { PatchOperation } from "../scim/patch/operation.js";
import { parsePatch } from "../scim/patch/parse-patch.js";
import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";
import { ORGANIZATION_GROUP_URN } from "../scim/schema/urns.js";
import { splitHidden, takeApart, withDictionaryValues } from "./canonical-document.js";
import { changeNamedMembers } from "./change-members.js";
import { changeUser } from "./change-user.js";
import { lockTree, parentFor } from "./department-tree.js";
import { type DirectoryParts, missing, type Writing, write } from "./directory-parts.js";
import { changeMembership, lookUpMembers, mayMoveGroups, settleMembership } from "./membership.js";
import { checkPrecondition } from "./precondition.js";
import { presentResources, visibleAttributes } from "./present-resources.js";
import type { RequestContext } from "./request-context.js";
import type { Resource, ResourceNeeds } from "./resource.js";
import { resourceAfterWrite } from "./resource-after-write.js";
import { type NextContent, storeChange } from "./store-change.js";
import type { TenantSchema } from "./tenant-schema.js";

/** How a PATCH is to be carried out and answered. */
export interface PatchOptions {
  ifMatch?: string | undefined;
  needs: ResourceNeeds;
}

/**
 * Applies a PATCH body (RFC 7644 section 3.5.2), wholly or not at all. Operations on the members of a group are
 * carried out on the membership rows: the cost depends on what the request names, not on the size of the group.
 * @throws ScimError 400, 404, 409, 412
 */
export async function patchResource(
  parts: DirectoryParts,
  context: RequestContext,
  typeId: ResourceTypeId,
  id: string,
  body: unknown,
  options: PatchOptions,
): Promise<Resource> {
  const schema = await parts.schemaOf(context.tenantId);
  const type = schema.registry.type(typeId);
  const operations = parsePatch(body, type, context.dialect, id);
  if (!isId(id)) throw missing(typeId, id);
  if (typeId === "User") return patchUser(parts, context, schema, { id, operations, ...options });
  return patchGroup(parts, context, schema, { id, operations, ...options });
}

interface Patch extends PatchOptions {
  id: string;
  operations: readonly PatchOperation[];
}

async function patchUser(
  parts: DirectoryParts,
  context: RequestContext,
  schema: TenantSchema,
  { id, operations, ifMatch, needs }: Patch,
): Promise<Resource> {
  const password = passwordIn(operations);
  const passwordHash = await parts.passwords.changedHash(context.tenantId, id, password);
  const parent = { id: null, ref: null };
  const next = (stored: StoredResource): NextContent => ({
    doc: documentAfter(schema, stored, operations, context.dialect).doc,
    parent,
    passwordHash,
  });
  return changeUser(parts, context, schema, { id, ifMatch, needs, next });
}

async function patchGroup(
  parts: DirectoryParts,
  context: RequestContext,
  schema: TenantSchema,
  { id, operations, ifMatch, needs }: Patch,
): Promise<Resource> {
  const { rest, membership } = splitMembership(operations);
  if (rest.length === 0 && ifMatch === undefined) {
    const group = await changeNamedMembers(parts, context, id, membership);
    if (group) return changedGroup(parts, context, schema, group, needs);
  }
  return write(parts, context, async (writing) => {
    const { tx, tenantId, now } = writing;
    const known = await lookUpMembers(tx, tenantId, membership);
    if (rest.some(concernsTree) || mayMoveGroups(membership, known)) await lockTree(tx, tenantId);
    const stored = await lockResource(tx, tenantId, "Group", id);
    if (!stored) throw missing("Group", id);
    checkPrecondition(ifMatch, stored.version);

    const next = await groupAfter(writing, schema, stored, rest, context.dialect);
    const touched = await storeChange(writing, schema.of("Group"), stored, next);
    if (membership.length > 0) {
      const node = { tenantId, groupId: id };
      const type = schema.registry.type("Group");
      const effect = await changeMembership(tx, node, type, combineChanges(membership), known, now);
      touched.push(...(await settleMembership(writing, node, effect, touched.length > 0)));
    }
    const presentation = { queryable: tx, tenantId, schema, provisioningStates: parts.provisioningStates };
    const isChanged = touched.length > 0;
    const result = await resourceAfterWrite(presentation, { stored, next, isChanged, now, needs });
    return { result, touched };
  });
}

async function changedGroup(
  { database, provisioningStates }: DirectoryParts,
  { tenantId }: RequestContext,
  schema: TenantSchema,
  { stored, isChanged }: ChangedGroup,
  needs: ResourceNeeds,
): Promise<Resource> {
  const presentation = { queryable: database, tenantId, schema, provisioningStates };
  const [resource] = await presentResources(presentation, "Group", [stored], needs);
  if (!resource) throw missing("Group", stored.id);
  resource.changed = isChanged;
  return resource;
}

/** Applies the operations on attributes to a locked group, without storing anything. */
async function groupAfter(
  { tx, tenantId }: Writing,
  schema: TenantSchema,
  stored: StoredResource,
  operations: readonly PatchOperation[],
  dialect: Dialect,
): Promise<NextContent> {
  if (operations.length === 0) return { doc: stored.doc, parent: stored.parent };
  const { doc, parent } = documentAfter(schema, stored, operations, dialect);
  return { doc, parent: await parentFor(tx, tenantId, stored.parent, parent) };
}

/** The document to store after the operations, checked, and the name of the parent. */
function documentAfter(
  schema: TenantSchema,
  stored: StoredResource,
  operations: readonly PatchOperation[],
  dialect: Dialect,
): { doc: JsonObject; parent: string | undefined } {
  const typeSchema = schema.of(stored.type);
  const type = schema.registry.type(stored.type);
  const before = visibleAttributes(stored, schema);
  const after = applyPatch(before, operations, type, dialect);
  typeSchema.validate(after, before);
  const { doc, parent } = takeApart(stored.type, after);
  const { hidden } = splitHidden(stored.type, stored.doc, typeSchema.enabledKeys);
  return { doc: withDictionaryValues(stored.type, doc, hidden), parent };
}

/** Whether an operation may change a group's parent, or the name that groups without a parent wait for. */
function concernsTree({ target: { extension, attribute } }: PatchOperation): boolean {
  return extension === undefined
    ? attribute.name === "externalId"
    : extension === ORGANIZATION_GROUP_URN && attribute.name === "parent";
}

/** The password that the operations leave, if they set one. */
function passwordIn(operations: readonly PatchOperation[]): string | undefined {
  const last = operations.findLast(
    ({ target }) => target.extension === undefined && target.attribute.name === "password",
  );
  return last && last.op !== "remove" && typeof last.value === "string" ? last.value : undefined;
}
