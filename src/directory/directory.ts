import { createDictionary, type Dictionary } from "../dictionary/dictionary.js";
import type { Database } from "../persistence/database.js";
import { createListLandmarks } from "../persistence/list-landmarks.js";
import type { Clock } from "../platform/clock.js";
import { newId, newSecret } from "../platform/ids.js";
import { createTextSigner, type TextSigner } from "../platform/text-signer.js";
import type { ScimError } from "../scim/errors.js";
import type { ResourceTypeId } from "../scim/schema/attribute.js";
import type { SchemaRegistry } from "../scim/schema/registry.js";
import { createResource } from "./create-resource.js";
import { createUsers, type UserDraft } from "./create-users.js";
import type { DirectoryParts, ProvisioningStates } from "./directory-parts.js";
import { createListCursors } from "./list-cursor.js";
import { listResources } from "./list-resources.js";
import { loadResource } from "./load-resource.js";
import { createPasswords, type PasswordPolicy } from "./passwords.js";
import { type PatchOptions, patchResource } from "./patch-resource.js";
import { removeResource } from "./remove-resource.js";
import { replaceResource } from "./replace-resource.js";
import type { RequestContext } from "./request-context.js";
import type { ListPage, ListQuery, Resource, ResourceNeeds } from "./resource.js";
import { type Alongside, restoreResource } from "./restore-resource.js";
import { tenantSchemas } from "./tenant-schema.js";
import { createTurns } from "./turns.js";
import { withCurrentDictionary } from "./with-current-dictionary.js";

export type { UserDraft } from "./create-users.js";
export type { ProvisioningStates } from "./directory-parts.js";
export type { PasswordPolicy } from "./passwords.js";
export type { PatchOptions } from "./patch-resource.js";
export type { ListPage, ListQuery, Resource, ResourceNeeds } from "./resource.js";

/**
 * What may happen to users and groups. Every write is one transaction, and mostly one statement: the change, what
 * follows from it for others, its row in the change log, and the order of the deliveries to whoever is touched. A write that changes nothing keeps version and lastModified
 * and orders nothing. Refusals are ScimError.
 */
export interface Directory {
  /** The schemas of a tenant, with its dictionary as it was at most a second ago. */
  registry(tenantId: string): Promise<SchemaRegistry>;
  /** @param options `id`: the id the resource gets, an unused one; a new one otherwise */
  create(
    context: RequestContext,
    type: ResourceTypeId,
    body: unknown,
    options?: { id?: string },
  ): Promise<Resource>;
  /**
   * Creates many users at a fraction of the cost, each with an outcome of its own in the order given. Of two that want
   * one userName or unique value, the first gets it.
   */
  createUsers(context: RequestContext, drafts: readonly UserDraft[]): Promise<(Resource | ScimError)[]>;
  read(context: RequestContext, type: ResourceTypeId, id: string, needs: ResourceNeeds): Promise<Resource>;
  list(context: RequestContext, type: ResourceTypeId, query: ListQuery): Promise<ListPage>;
  /** As `list`, over the resources of every type (RFC 7644 section 3.4.2.1). */
  search(context: RequestContext, query: ListQuery): Promise<ListPage>;
  /** @param ifMatch the If-Match header, if there was one */
  replace(
    context: RequestContext,
    type: ResourceTypeId,
    id: string,
    body: unknown,
    ifMatch?: string,
  ): Promise<Resource>;
  patch(
    context: RequestContext,
    type: ResourceTypeId,
    id: string,
    body: unknown,
    options: PatchOptions,
  ): Promise<Resource>;
  remove(context: RequestContext, type: ResourceTypeId, id: string, ifMatch?: string): Promise<void>;
  /** Takes a deletion back; see {@link restoreResource}. `alongside` is stored with it or not at all. */
  restore(context: RequestContext, type: ResourceTypeId, id: string, alongside: Alongside): Promise<void>;
}

/** What the keys of the signer of cursors are derived for. */
export const CURSOR_PURPOSE = "list-cursor";

/** What a directory needs. */
export interface DirectoryDeps {
  database: Database;
  clock: Clock;
  /** The dictionaries, where somebody else has to know them too; the directory's own otherwise. */
  dictionary?: Dictionary | undefined;
  /** Signs the cursors of lists; without it they can be used at this directory only, until the process ends. */
  cursorSigner?: TextSigner | undefined;
  /** What becomes of passwords; "hash" by default. */
  passwords?: PasswordPolicy | undefined;
  /** Without it, no resource has the provisioning extension. */
  provisioningStates?: ProvisioningStates | undefined;
}

/** Puts a directory together. */
export function createDirectory(deps: DirectoryDeps): Directory {
  const { database, clock, provisioningStates } = deps;
  const dictionary = deps.dictionary ?? createDictionary({ queryable: database, clock });
  const schemaOf = tenantSchemas(dictionary);
  const current = <T>(context: RequestContext, work: (context: RequestContext) => Promise<T>) =>
    withCurrentDictionary(dictionary, context, work);
  const signer = deps.cursorSigner ?? createTextSigner([newSecret()], CURSOR_PURPOSE);
  const cursors = createListCursors(signer, clock);
  const landmarks = createListLandmarks(clock);
  const passwords = createPasswords(database, deps.passwords ?? "hash");
  const turns = createTurns();
  const parts: DirectoryParts = {
    database,
    clock,
    schemaOf,
    provisioningStates,
    cursors,
    landmarks,
    passwords,
    turns,
  };
  return {
    registry: async (tenantId) => (await schemaOf(tenantId)).registry,
    create: (given, type, body, options) => {
      const id = options?.id ?? newId();
      return current(given, (context) => createResource(parts, context, type, body, id));
    },
    createUsers: (context, drafts) => createUsers(parts, context, drafts, current),
    read: (context, type, id, needs) => loadResource(parts, context, type, id, needs),
    list: (context, type, query) => listResources(parts, context, [type], query),
    search: (context, query) => listResources(parts, context, ["User", "Group"], query),
    replace: (given, type, id, body, ifMatch) =>
      current(given, (context) => replaceResource(parts, context, type, id, body, ifMatch)),
    patch: (given, type, id, body, options) =>
      current(given, (context) => patchResource(parts, context, type, id, body, options)),
    remove: (context, type, id, ifMatch) => removeResource(parts, context, type, id, ifMatch),
    restore: (given, type, id, alongside) =>
      current(given, (context) => restoreResource(parts, context, type, id, alongside)),
  };
}
