import { lockResource, type StoredResource } from "../persistence/resource-store.js";
import { isId } from "../platform/ids.js";
import { memberReferences } from "../scim/patch/membership.js";
import { readResource } from "../scim/resource/read-resource.js";
import { replaceResource as replaceAttributes } from "../scim/resource/replace-resource.js";
import type { JsonObject, ResourceTypeDefinition, ResourceTypeId } from "../scim/schema/attribute.js";
import { ORGANIZATION_GROUP_URN } from "../scim/schema/urns.js";
import { dictionaryValue, splitHidden, takeApart, withDictionaryValues } from "./canonical-document.js";
import { lockTree, parentFor } from "./department-tree.js";
import { type DirectoryParts, missing, write } from "./directory-parts.js";
import { type KnownMembers, lookUpMembers, replaceMembership, settleMembership } from "./membership.js";
import { checkPrecondition } from "./precondition.js";
import type { RequestContext } from "./request-context.js";
import type { Resource } from "./resource.js";
import { resourceAfterWrite } from "./resource-after-write.js";
import { type NextContent, storeChange } from "./store-change.js";
import type { TypeSchema } from "./tenant-schema.js";

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
  const members = memberReferences(taken.members);
  const passwordHash = await parts.passwords.changedHash(context.tenantId, id, taken.password);
  const keepsParent = typeId === "Group" && !mentionsOrganization(body);

  return write(parts, context, async (writing) => {
    const { tx, tenantId, now } = writing;
    let known: KnownMembers = new Map();
    if (typeId === "Group") {
      known = await lookUpMembers(tx, tenantId, members.length > 0 ? [{ kind: "replace", members }] : []);
      await lockTree(tx, tenantId);
    }
    const stored = await lockResource(tx, tenantId, typeId, id);
    if (!stored) throw missing(typeId, id);
    checkPrecondition(ifMatch, stored.version);

    const doc = nextDocument(schema.of(typeId), type, stored, taken.doc);
    const parent = keepsParent ? stored.parent : await parentFor(tx, tenantId, stored.parent, taken.parent);
    const next: NextContent = { doc, parent, passwordHash };
    const touched = await storeChange(writing, schema.of(typeId), stored, next);
    if (typeId === "Group") {
      const node = { tenantId, groupId: id };
      const effect = await replaceMembership(tx, node, members, known, now);
      touched.push(...(await settleMembership(writing, node, effect, touched.length > 0)));
    }
    const isChanged = touched.length > 0;
    const needs = { members: true, groups: true, provisioning: false };
    const presentation = { queryable: tx, tenantId, schema };
    const result = await resourceAfterWrite(presentation, { stored, next, isChanged, now, needs });
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
