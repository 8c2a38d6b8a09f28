import { lockResource, type StoredResource } from "../persistence/resource-store.js";
import { isId } from "../platform/ids.js";
import { memberReferences } from "../scim/patch/membership.js";
import { readResource } from "../scim/resource/read-resource.js";
import { replaceResource as replaceAttributes } from "../scim/resource/replace-resource.js";
import type { JsonObject, ResourceTypeDefinition, ResourceTypeId } from "../scim/schema/attribute.js";
import { ORGANIZATION_GROUP_URN } from "../scim/schema/urns.js";
import {
  type DocumentParts,
  dictionaryValue,
  splitHidden,
  takeApart,
  withDictionaryValues,
} from "./canonical-document.js";
import { changeUser } from "./change-user.js";
import { lockTree, parentFor } from "./department-tree.js";
import { type DirectoryParts, missing, write } from "./directory-parts.js";
import { lookUpMembers, replaceMembership, settleMembership } from "./membership.js";
import { checkPrecondition } from "./precondition.js";
import type { RequestContext } from "./request-context.js";
import type { Resource } from "./resource.js";
import { resourceAfterWrite } from "./resource-after-write.js";
import { type NextContent, storeChange } from "./store-change.js";
import type { TenantSchema, TypeSchema } from "./tenant-schema.js";

/**
 * Replaces a resource by a PUT body (RFC 7644 section 3.5.1). What the body omits is cleared, except for: vendors'
 * ids, values of disabled dictionary fields, the password, and the parent of a group when the body does not have
 * the organization extension at all (such a client places groups by nesting them, if it does).
 * @throws ScimError 400, 404, 409, 412
 */
export async function replaceResource(
  parts: DirectoryParts,
  context: RequestContext,
  typeId: ResourceTypeId,
  id: string,
  body: unknown,
  ifMatch: string | undefined,
): Promise<Resource> {
  const schema = await parts.schemaOf(context.tenantId);
  const type = schema.registry.type(typeId);
  const attributes = readResource(body, type, context.dialect);
  if (!isId(id)) throw missing(typeId, id);
  const taken = takeApart(typeId, attributes);
  if (typeId === "User") {
    const passwordHash = await parts.passwords.changedHash(context.tenantId, id, taken.password);
    const next = (stored: StoredResource): NextContent => ({
      doc: nextDocument(schema.of("User"), type, stored, taken.doc),
      parent: stored.parent,
      passwordHash,
    });
    return changeUser(parts, context, schema, { id, ifMatch, needs: NEEDS, next });
  }
  const keepsParent = !mentionsOrganization(body);
  return replaceGroup(parts, context, schema, { id, ifMatch, taken, keepsParent });
}

const NEEDS = { members: true, groups: true, provisioning: false };

async function replaceGroup(
  parts: DirectoryParts,
  context: RequestContext,
  schema: TenantSchema,
  replacement: { id: string; ifMatch: string | undefined; taken: DocumentParts; keepsParent: boolean },
): Promise<Resource> {
  const { id, ifMatch, taken, keepsParent } = replacement;
  const type = schema.registry.type("Group");
  const members = memberReferences(taken.members);
  return write(parts, context, async (writing) => {
    const { tx, tenantId, now } = writing;
    const changes = members.length > 0 ? [{ kind: "replace" as const, members }] : [];
    const known = await lookUpMembers(tx, tenantId, changes);
    await lockTree(tx, tenantId);
    const stored = await lockResource(tx, tenantId, "Group", id);
    if (!stored) throw missing("Group", id);
    checkPrecondition(ifMatch, stored.version);

    const doc = nextDocument(schema.of("Group"), type, stored, taken.doc);
    const parent = keepsParent ? stored.parent : await parentFor(tx, tenantId, stored.parent, taken.parent);
    const next: NextContent = { doc, parent };
    const touched = await storeChange(writing, schema.of("Group"), stored, next);
    const node = { tenantId, groupId: id };
    const effect = await replaceMembership(tx, node, members, known, now);
    touched.push(...(await settleMembership(writing, node, effect, touched.length > 0)));
    const isChanged = touched.length > 0;
    const presentation = { queryable: tx, tenantId, schema };
    const result = await resourceAfterWrite(presentation, { stored, next, isChanged, now, needs: NEEDS });
    return { result, touched };
  });
}

/** The document to store: the given one, completed by what a PUT keeps, and checked. */
function nextDocument(
  schema: TypeSchema,
  type: ResourceTypeDefinition,
  stored: StoredResource,
  given: JsonObject,
): JsonObject {
  const { visible, hidden } = splitHidden(type.id, stored.doc, schema.enabledKeys);
  const kept: JsonObject = {};
  for (const key of schema.remoteIdKeys) {
    const value = dictionaryValue(type.id, stored.doc, key);
    if (value !== undefined) kept[key] = value;
  }
  const shown = replaceAttributes(visible, withDictionaryValues(type.id, given, kept), type);
  schema.validate(shown);
  return withDictionaryValues(type.id, shown, hidden);
}

/** Whether a body has the organization extension, in any spelling that SCIM allows. */
function mentionsOrganization(body: unknown): boolean {
  const urn = ORGANIZATION_GROUP_URN.toLowerCase();
  return (
    typeof body === "object" && body !== null && Object.keys(body).some((key) => key.toLowerCase() === urn)
  );
}
