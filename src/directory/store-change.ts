import type { ChangedResource } from "../outbox/append.js";
import { findMemberIds } from "../persistence/membership-store.js";
import { raiseVersions, type StoredResource, updateResource } from "../persistence/resource-store.js";
import { ScimError } from "../scim/errors.js";
import type { JsonObject } from "../scim/schema/attribute.js";
import { ORGANIZATION_GROUP_URN } from "../scim/schema/urns.js";
import { isSameJson, objectOf } from "./canonical-document.js";
import { PARENT_PATH } from "./change-notes.js";
import { changedAttributes } from "./changed-attributes.js";
import { attachWaiting, cycle, type ParentPlace, refuseCycle } from "./department-tree.js";
import { changed, type Writing } from "./directory-parts.js";
import { refuseLinkedIdChange } from "./linked-ids.js";
import { changedNames, findUsersManagedBy, managerNames } from "./manager-references.js";
import type { TypeSchema } from "./tenant-schema.js";
import { moveClaims } from "./unique-values.js";

/** What a locked resource is to become. */
export interface NextContent {
  doc: JsonObject;
  parent: ParentPlace;
  /** Undefined keeps the password. */
  passwordHash?: string | undefined;
}

/**
 * Stores the new content of a locked resource, with its claims and everything that follows from it for others.
 * Returns the touched resources, itself first; none when nothing changed, and then nothing was written.
 * For a group whose parent or externalId may change, the caller holds the tree.
 * @throws ScimError 400 mutability or invalidValue, 409 uniqueness, 413 for a resource that grows beyond 1 MiB
 */
export async function storeChange(
  writing: Writing,
  schema: TypeSchema,
  stored: StoredResource,
  next: NextContent,
): Promise<ChangedResource[]> {
  const { tx, tenantId, now, notes } = writing;
  const { id, type } = stored;
  if (isUnchanged(stored, next)) return [];
  const isMoved = isElsewhere(stored, next);

  refuseOversize(stored.doc, next.doc);
  await refuseLinkedIdChange(tx, { tenantId, type, id }, schema.remoteIdKeys, stored.doc, next.doc);
  await moveClaims(tx, { tenantId, type, resourceId: id }, schema.dictionary, stored.doc, next.doc);
  const { doc, parent, passwordHash } = next;
  const content = { doc, parentId: parent.id, parentRef: parent.ref, passwordHash };
  await updateResource(tx, stored, { ...content, tenantId, now });
  notes.add(
    "update",
    [id],
    [
      ...changedAttributes(stored.doc, doc),
      ...(isMoved ? [PARENT_PATH] : []),
      ...(passwordHash === undefined ? [] : ["password"]),
    ],
  );

  const itself = { type, id };
  if (type === "User") {
    const names = changedNames(managerNames(id, stored.doc), managerNames(id, doc));
    return [itself, ...changed("User", await findUsersManagedBy(tx, tenantId, names))];
  }
  return [itself, ...(await followGroupChange(writing, stored, next, isMoved))];
}

/** Whether the new content is the one that is stored. */
export function isUnchanged(stored: StoredResource, next: NextContent): boolean {
  return !isElsewhere(stored, next) && next.passwordHash === undefined && isSameJson(stored.doc, next.doc);
}

function isElsewhere({ parent }: StoredResource, next: NextContent): boolean {
  return next.parent.id !== parent.id || next.parent.ref !== parent.ref;
}

/**
 * Largest document of a resource, in bytes of JSON: what one request can bring. Patches may not pile up more, since
 * every filter on the document reads all of it: 4 MB under a hundred conditions took the embedded database 7 s and
 * all its memory.
 */
const MAX_DOCUMENT_BYTES = 1024 * 1024;

/**
 * Refuses a document beyond the limit. A resource that is over it already may still change, as long as it does not grow.
 * Returns the document as JSON.
 * @throws ScimError 413
 */
export function refuseOversize(before: JsonObject, after: JsonObject): string {
  const text = JSON.stringify(after);
  // No character takes more than three bytes (a surrogate pair, two of them, takes four): short texts need no counting.
  if (text.length * 3 <= MAX_DOCUMENT_BYTES) return text;
  const size = Buffer.byteLength(text);
  if (size <= MAX_DOCUMENT_BYTES || size <= Buffer.byteLength(JSON.stringify(before))) return text;
  throw new ScimError(
    413,
    `The resource would become larger than ${MAX_DOCUMENT_BYTES} bytes; remove values first.`,
  );
}

async function followGroupChange(
  { tx, tenantId, now, notes }: Writing,
  stored: StoredResource,
  next: NextContent,
  isMoved: boolean,
): Promise<ChangedResource[]> {
  const node = { tenantId, groupId: stored.id };
  const touched: ChangedResource[] = [];
  const externalId = next.doc["externalId"];
  const isRenamed = typeof externalId === "string" && externalId !== stored.doc["externalId"];
  if (isRenamed) {
    if (next.parent.ref === externalId) throw cycle();
    const attached = await attachWaiting(tx, node, [externalId], now);
    notes.add("update", attached, [PARENT_PATH]);
    touched.push(...changed("Group", attached));
  }
  if (isMoved || touched.length > 0) await refuseCycle(tx, node);
  if (isMoved) {
    const parents = [stored.parent.id, next.parent.id].filter((parentId) => parentId !== null);
    await raiseVersions(tx, { tenantId, ids: parents, now });
    notes.add("update", parents, ["members"]);
  }
  // Whether a group counts as a department decides where its people are.
  if (kindOf(stored.doc) !== kindOf(next.doc)) {
    touched.push(...changed("User", await findMemberIds(tx, node)));
  }
  return touched;
}

function kindOf(doc: JsonObject) {
  return objectOf(doc[ORGANIZATION_GROUP_URN])["kind"];
}
