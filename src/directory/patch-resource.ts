import { lockResource, type StoredResource } from "../persistence/resource-store.js";
import { isId } from "../platform/ids.js";
import type { Dialect } from "../scim/dialect/dialect.js";
import { applyPatch } from "../scim/patch/apply-patch.js";
import { combineChanges, splitMembership } from "../scim/patch/membership.js";
import type { PatchOperation } from "../scim/patch/operation.js";
import { parsePatch } from "../scim/patch/parse-patch.js";
import type { ResourceTypeDefinition, ResourceTypeId } from "../scim/schema/attribute.js";
import { ORGANIZATION_GROUP_URN } from "../scim/schema/urns.js";
import { splitHidden, takeApart, withDictionaryValues } from "./canonical-document.js";
import { lockTree, parentFor } from "./department-tree.js";
import { type DirectoryParts, missing, type Writing, write } from "./directory-parts.js";
import { changeMembership, lookUpMembers, mayMoveGroups, settleMembership } from "./membership.js";
import { checkPrecondition } from "./precondition.js";
import { visibleAttributes } from "./present-resources.js";
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
  const { rest, membership } =
    typeId === "Group" ? splitMembership(operations) : { rest: operations, membership: [] };
  const password = typeId === "User" ? passwordIn(rest) : undefined;
  const passwordHash = await parts.passwords.changedHash(context.tenantId, id, password);

  return write(parts, context, async (writing) => {
    const { tx, tenantId, now } = writing;
    const known = await lookUpMembers(tx, tenantId, membership);
    if (typeId === "Group" && (rest.some(concernsTree) || mayMoveGroups(membership, known))) {
      await lockTree(tx, tenantId);
    }
    const stored = await lockResource(tx, tenantId, typeId, id);
    if (!stored) throw missing(typeId, id);
    checkPrecondition(options.ifMatch, stored.version);

    const content = await contentAfter(writing, schema, type, stored, rest, context.dialect);
    const next: NextContent = { ...content, passwordHash };
    const touched = await storeChange(writing, schema.of(typeId), stored, next);
    if (membership.length > 0) {
      const node = { tenantId, groupId: id };
      const effect = await changeMembership(tx, node, type, combineChanges(membership), known, now);
      touched.push(...(await settleMembership(writing, node, effect, touched.length > 0)));
    }
    const presentation = { queryable: tx, tenantId, schema, provisioningStates: parts.provisioningStates };
    const isChanged = touched.length > 0;
    const { needs } = options;
    const result = await resourceAfterWrite(presentation, { stored, next, isChanged, now, needs });
    return { result, touched };
  });
}

/** Applies the operations on attributes to a locked resource, without storing anything. */
async function contentAfter(
  { tx, tenantId }: Writing,
  schema: TenantSchema,
  type: ResourceTypeDefinition,
  stored: StoredResource,
  operations: readonly PatchOperation[],
  dialect: Dialect,
): Promise<NextContent> {
  const unchanged = { doc: stored.doc, parent: { id: stored.parent.id, ref: stored.parent.ref } };
  if (operations.length === 0) return unchanged;
  const typeSchema = schema.of(type.id);
  const before = visibleAttributes(stored, schema);
  const after = applyPatch(before, operations, type, dialect);
  typeSchema.validate(after, before);
  const { doc, parent } = takeApart(type.id, after);
  const { hidden } = splitHidden(type.id, stored.doc, typeSchema.enabledKeys);
  return {
    doc: withDictionaryValues(type.id, doc, hidden),
    parent: await parentFor(tx, tenantId, stored.parent, parent),
  };
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
