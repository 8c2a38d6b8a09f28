import { DELIVERY_CHANNEL } from "../outbox/delivery.js";
import { DictionaryChangedError, UniqueViolation } from "../persistence/database.js";
import type { NewUser } from "../persistence/hot/create-user.js";
import { createUserRows } from "../persistence/hot/create-users.js";
import { retryingContention } from "../persistence/retry-contention.js";
import { notUnique, ScimError } from "../scim/errors.js";
import { readResource } from "../scim/resource/read-resource.js";
import { takeApart } from "./canonical-document.js";
import { createUser, newUser, storedUser, type UserToCreate } from "./create-user.js";
import { causeOf, type DirectoryParts } from "./directory-parts.js";
import { presentResources } from "./present-resources.js";
import type { RequestContext } from "./request-context.js";
import type { Resource } from "./resource.js";
import type { TenantSchema } from "./tenant-schema.js";

/** A user to be created as one of many. */
export interface UserDraft {
  /** A random UUID, which the user gets. */
  id: string;
  /** As of a POST. */
  body: unknown;
}

/** Runs work against the dictionary as it is, and anew if that changes; see with-current-dictionary.ts. */
type RunWithCurrentDictionary = <Result>(
  context: RequestContext,
  work: (context: RequestContext) => Promise<Result>,
) => Promise<Result>;

/** Users of one statement: some 1 MB of documents, and locks that are held for some 50 ms. */
const CHUNK = 500;

/** Creates many users, see `Directory.createUsers`. */
export async function createUsers(
  parts: DirectoryParts,
  context: RequestContext,
  drafts: readonly UserDraft[],
  current: RunWithCurrentDictionary,
): Promise<(Resource | ScimError)[]> {
  const outcomes: (Resource | ScimError)[] = [];
  for (let start = 0; start < drafts.length; start += CHUNK) {
    const chunk = drafts.slice(start, start + CHUNK);
    outcomes.push(...(await current(context, (checked) => createChunk(parts, checked, chunk))));
  }
  return outcomes;
}

async function createChunk(
  parts: DirectoryParts,
  context: RequestContext,
  drafts: readonly UserDraft[],
): Promise<(Resource | ScimError)[]> {
  const schema = await parts.schemaOf(context.tenantId);
  const checked = drafts.map((draft) => check(context, schema, draft));
  const users = checked.filter((one): one is UserToCreate => !(one instanceof ScimError));
  const created = await createChecked(parts, context, schema, users);
  return checked.map((one) =>
    one instanceof ScimError ? one : (created.get(one.id) ?? notUnique("userName")),
  );
}

function check(context: RequestContext, schema: TenantSchema, draft: UserDraft): UserToCreate | ScimError {
  try {
    const attributes = readResource(draft.body, schema.registry.type("User"), context.dialect);
    schema.of("User").validate(attributes);
    const { doc, password } = takeApart("User", attributes);
    return { id: draft.id, doc, password };
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
}

/** Returns the outcomes by id; absent where the userName was taken. */
async function createChecked(
  parts: DirectoryParts,
  context: RequestContext,
  schema: TenantSchema,
  users: readonly UserToCreate[],
): Promise<Map<string, Resource | ScimError>> {
  if (users.length === 0) return new Map();
  const rows = await Promise.all(users.map((user) => newUser(parts, schema, user)));
  const now = parts.clock.now();
  const ids = sharesClaim(rows) ? undefined : await insertAll(parts, context, rows, now);
  if (ids === undefined) return createSingly(parts, context, schema, users);
  parts.database.hint(DELIVERY_CHANNEL);
  const presentation = { queryable: parts.database, tenantId: context.tenantId, schema };
  const stored = rows.filter(({ id }) => ids.has(id)).map((row) => storedUser(row, "0", now));
  const needs = { members: false, groups: false, provisioning: false };
  const resources = await presentResources(presentation, "User", stored, needs);
  return new Map(resources.map((resource) => [resource.id, resource]));
}

/** A refused claim refuses the whole statement without saying whose it was; then each user has its own. */
async function createSingly(
  parts: DirectoryParts,
  context: RequestContext,
  schema: TenantSchema,
  users: readonly UserToCreate[],
): Promise<Map<string, Resource | ScimError>> {
  const outcomes = new Map<string, Resource | ScimError>();
  for (const user of users) {
    try {
      outcomes.set(user.id, await createUser(parts, context, schema, user));
    } catch (error) {
      outcomes.set(user.id, refusalOf(error));
    }
  }
  return outcomes;
}

/** Some are stored already, so the whole cannot begin anew when the dictionary changes in between. */
function refusalOf(error: unknown): ScimError {
  if (error instanceof ScimError) return error;
  if (error instanceof DictionaryChangedError) return DICTIONARY_CHANGED;
  throw error;
}

const DICTIONARY_CHANGED = new ScimError(503, "An attribute was just redefined; send this user again.");

/** The ids of those added; undefined, with nothing stored, when a unique value was refused. */
async function insertAll(
  { database }: DirectoryParts,
  context: RequestContext,
  rows: readonly NewUser[],
  now: Date,
): Promise<Set<string> | undefined> {
  try {
    return await retryingContention(() => createUserRows(database, causeOf(context, now), rows));
  } catch (error) {
    if (error instanceof UniqueViolation) return undefined;
    throw error;
  }
}

function sharesClaim(rows: readonly NewUser[]): boolean {
  const claims = rows.flatMap((row) => row.claims.map(({ attribute, key }) => `${attribute}\0${key}`));
  return new Set(claims).size < claims.length;
}
