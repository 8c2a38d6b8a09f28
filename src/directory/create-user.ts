import { DELIVERY_CHANNEL } from "../outbox/delivery.js";
import { UniqueViolation } from "../persistence/database.js";
import { createUserRow, type NewUser } from "../persistence/hot/create-user.js";
import { NO_PARENT, type StoredResource } from "../persistence/resource-store.js";
import { retryingContention } from "../persistence/retry-contention.js";
import { notUnique } from "../scim/errors.js";
import type { DocumentParts } from "./canonical-document.js";
import { causeOf, type DirectoryParts, missing } from "./directory-parts.js";
import { managerNames } from "./manager-references.js";
import { presentResources } from "./present-resources.js";
import type { RequestContext } from "./request-context.js";
import type { Resource } from "./resource.js";
import type { TenantSchema } from "./tenant-schema.js";
import { claimDifference, claimRefusal } from "./unique-values.js";

/** A checked user that is to be created. */
export type UserToCreate = Pick<DocumentParts, "doc" | "password"> & { id: string };

/** Creates a checked user in one statement. @throws ScimError 409 uniqueness naming the attribute */
export async function createUser(
  parts: DirectoryParts,
  context: RequestContext,
  schema: TenantSchema,
  user: UserToCreate,
): Promise<Resource> {
  const { database } = parts;
  const row = await newUser(parts, schema, user);
  const now = parts.clock.now();
  const seq = await insert(parts, context, schema, row, now);
  if (seq === undefined) throw notUnique("userName");
  database.hint(DELIVERY_CHANNEL);
  const presentation = { queryable: database, tenantId: context.tenantId, schema };
  const needs = { members: false, groups: false, provisioning: false };
  const [resource] = await presentResources(presentation, "User", [storedUser(row, seq, now)], needs);
  if (!resource) throw missing("User", user.id);
  return resource;
}

/** What has to be stored of a user. Hashes the password, which takes long by design. */
export async function newUser(
  parts: DirectoryParts,
  schema: TenantSchema,
  { id, doc, password }: UserToCreate,
): Promise<NewUser> {
  const { dictionary } = schema.of("User");
  return {
    id,
    doc,
    passwordHash: await parts.passwords.hash(password),
    claims: claimDifference("User", dictionary, undefined, doc).fresh,
    managerNames: managerNames(id, doc),
  };
}

/** A user as the row holds it right after its creation. */
export function storedUser({ id, doc }: NewUser, seq: string, now: Date): StoredResource {
  return {
    id,
    type: "User",
    seq,
    version: 1,
    doc,
    text: undefined,
    parent: NO_PARENT,
    createdAt: now,
    modifiedAt: now,
  };
}

async function insert(
  { database }: DirectoryParts,
  context: RequestContext,
  schema: TenantSchema,
  row: NewUser,
  now: Date,
): Promise<string | undefined> {
  try {
    return await retryingContention(() => createUserRow(database, causeOf(context, now), row));
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    throw await claimRefusal(database, context.tenantId, schema.of("User").dictionary, "User", row.claims);
  }
}
