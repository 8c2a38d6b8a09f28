import { DELIVERY_CHANNEL } from "../outbox/delivery.js";
import { UniqueViolation } from "../persistence/database.js";
import { findUserWithGroups, type MemberOf } from "../persistence/groups-of-users.js";
import { changeUserRow, readUser } from "../persistence/hot/change-user.js";
import { lockResource, type StoredResource } from "../persistence/resource-store.js";
import { retryingContention } from "../persistence/retry-contention.js";
import { notUnique } from "../scim/errors.js";
import type { JsonObject } from "../scim/schema/attribute.js";
import { dictionaryValue } from "./canonical-document.js";
import { changedAttributes } from "./changed-attributes.js";
import { causeOf, type DirectoryParts, missing, write } from "./directory-parts.js";
import { changedNames, managerNames } from "./manager-references.js";
import { checkPrecondition } from "./precondition.js";
import type { RequestContext } from "./request-context.js";
import type { Resource, ResourceNeeds } from "./resource.js";
import { resourceAfterWrite } from "./resource-after-write.js";
import { isUnchanged, type NextContent, refuseOversize, storeChange } from "./store-change.js";
import type { TenantSchema } from "./tenant-schema.js";
import { claimDifference, claimRefusal } from "./unique-values.js";

/** Which user is to be changed, under which condition, and what the answer needs. */
export interface UserChange {
  id: string;
  ifMatch: string | undefined;
  needs: ResourceNeeds;
  /** Works out the new content; may be called again when the user changed meanwhile. */
  next(stored: StoredResource): NextContent;
}

/** Tries without a lock; who loses that often to another process queues up for the lock. */
const OPTIMISTIC_TRIES = 3;

/**
 * Changes a user: reads it, works out and checks the new content, and stores it if nobody was faster. What has to look
 * at other rows meanwhile, or lost too often, is done under the row's lock.
 * @throws ScimError 400, 404, 409, 412
 */
export function changeUser(
  parts: DirectoryParts,
  context: RequestContext,
  schema: TenantSchema,
  change: UserChange,
): Promise<Resource> {
  return parts.turns(change.id, () => changeInTurn(parts, context, schema, change));
}

async function changeInTurn(
  parts: DirectoryParts,
  context: RequestContext,
  schema: TenantSchema,
  change: UserChange,
): Promise<Resource> {
  for (let attempt = 0; attempt < OPTIMISTIC_TRIES; attempt++) {
    const { stored, groups } = await read(parts, context, change);
    checkPrecondition(change.ifMatch, stored.version);
    const next = change.next(stored);
    const now = parts.clock.now();
    const isChanged = !isUnchanged(stored, next);
    if (isChanged) {
      const text = refuseOversize(stored.doc, next.doc);
      if (replacesRemoteId(schema.of("User").remoteIdKeys, stored.doc, next.doc)) break;
      if (!(await compareAndSet(parts, context, schema, { stored, next, text }, now))) continue;
      parts.database.hint(DELIVERY_CHANNEL);
    }
    const presentation = {
      queryable: parts.database,
      tenantId: context.tenantId,
      schema,
      provisioningStates: parts.provisioningStates,
    };
    return resourceAfterWrite(presentation, { stored, next, isChanged, now, needs: change.needs, groups });
  }
  return changeLocked(parts, context, schema, change);
}

/** The user, and where the answer shows its groups, those in the same statement. */
async function read(
  { database }: DirectoryParts,
  { tenantId }: RequestContext,
  { id, needs }: UserChange,
): Promise<{ stored: StoredResource; groups?: ReadonlyMap<string, MemberOf[]> }> {
  if (needs.groups) {
    const found = await findUserWithGroups(database, tenantId, id);
    if (found) return { stored: found.stored, groups: new Map([[id, found.groups]]) };
  } else {
    const stored = await readUser(database, tenantId, id);
    if (stored) return { stored };
  }
  throw missing("User", id);
}

async function compareAndSet(
  { database }: DirectoryParts,
  context: RequestContext,
  schema: TenantSchema,
  { stored, next, text }: { stored: StoredResource; next: NextContent; text: string },
  now: Date,
): Promise<boolean> {
  const { doc, passwordHash } = next;
  const { dictionary } = schema.of("User");
  const claims = claimDifference("User", dictionary, stored.doc, doc);
  const update = {
    stored,
    doc,
    text,
    passwordHash,
    attributes: [...changedAttributes(stored.doc, doc), ...(passwordHash === undefined ? [] : ["password"])],
    ...claims,
    managerNames: changedNames(managerNames(stored.id, stored.doc), managerNames(stored.id, doc)),
  };
  try {
    return await retryingContention(() => changeUserRow(database, causeOf(context, now), update));
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    if (error.constraint === "resource_user_name_key") throw notUnique("userName");
    throw await claimRefusal(database, context.tenantId, dictionary, "User", claims.fresh);
  }
}

/** Whether a vendor's id goes, which only the lock can keep from being linked at the same moment. */
function replacesRemoteId(keys: readonly string[], before: JsonObject, after: JsonObject): boolean {
  return keys.some((key) => {
    const held = dictionaryValue("User", before, key);
    return typeof held === "string" && held !== dictionaryValue("User", after, key);
  });
}

async function changeLocked(
  parts: DirectoryParts,
  context: RequestContext,
  schema: TenantSchema,
  change: UserChange,
): Promise<Resource> {
  return write(parts, context, async (writing) => {
    const { tx, tenantId, now } = writing;
    const stored = await lockResource(tx, tenantId, "User", change.id);
    if (!stored) throw missing("User", change.id);
    checkPrecondition(change.ifMatch, stored.version);
    const next = change.next(stored);
    const touched = await storeChange(writing, schema.of("User"), stored, next);
    const presentation = { queryable: tx, tenantId, schema, provisioningStates: parts.provisioningStates };
    const isChanged = touched.length > 0;
    const { needs } = change;
    const result = await resourceAfterWrite(presentation, { stored, next, isChanged, now, needs });
    return { result, touched };
  });
}
