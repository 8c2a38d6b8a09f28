import type { Directory, ListQuery, Resource, ResourceNeeds } from "../../../src/directory/directory.js";
import { checkPrecondition } from "../../../src/directory/precondition.js";
import { notFound, notUnique, type ScimError } from "../../../src/scim/errors.js";
import type { JsonObject, ResourceTypeId, SchemaDefinition } from "../../../src/scim/schema/attribute.js";
import { buildRegistry } from "../../../src/scim/schema/registry.js";
import { DICTIONARY_GROUP_URN, DICTIONARY_USER_URN } from "../../../src/scim/schema/urns.js";

const dictionary = (id: string): SchemaDefinition => ({
  id,
  name: "Dictionary",
  description: "",
  attributes: [],
});

/** A directory that keeps what it is given and remembers how it was asked; it checks nothing but versions. */
export interface FakeDirectory extends Directory {
  put(type: ResourceTypeId, attributes: JsonObject, id?: string): Resource;
  /** The last `list` query and the last needs, as the router worded them. */
  seen: { list?: ListQuery; needs?: ResourceNeeds; patch?: unknown };
}

export function createFakeDirectory(): FakeDirectory {
  const registry = buildRegistry({
    user: dictionary(DICTIONARY_USER_URN),
    group: dictionary(DICTIONARY_GROUP_URN),
  });
  const resources = new Map<string, Resource>();
  let made = 0;

  function find(type: ResourceTypeId, id: string): Resource {
    const resource = resources.get(id);
    if (resource?.type !== type) throw notFound(`There is no ${type} with the id "${id}".`);
    return resource;
  }

  function change(type: ResourceTypeId, id: string, attributes: JsonObject, ifMatch?: string): Resource {
    const before = find(type, id);
    checkPrecondition(ifMatch, before.version);
    const after = { ...before, attributes, version: before.version + 1, changed: true };
    resources.set(id, after);
    return after;
  }

  const directory: FakeDirectory = {
    seen: {},
    put(type, attributes, id) {
      made += 1;
      const moment = new Date("2026-01-05T08:00:00.000Z");
      const resource: Resource = {
        id: id ?? `00000000-0000-4000-8000-${String(made).padStart(12, "0")}`,
        type,
        version: 1,
        createdAt: moment,
        modifiedAt: moment,
        attributes,
      };
      resources.set(resource.id, resource);
      return resource;
    },
    registry: async () => registry,
    async create(_context, type, body, options = {}) {
      const { schemas: _, ...attributes } = body as JsonObject;
      if (attributes["userName"] === "taken") throw notUnique("userName");
      return directory.put(type, attributes, options.id);
    },
    async createUsers(context, drafts) {
      const create = async ({ id, body }: (typeof drafts)[number]) =>
        directory.create(context, "User", body, { id }).catch((error: ScimError) => error);
      return Promise.all(drafts.map(create));
    },
    async read(_context, type, id, needs) {
      directory.seen.needs = needs;
      return find(type, id);
    },
    async list(_context, type, query) {
      directory.seen.list = query;
      const all = [...resources.values()].filter((resource) => resource.type === type);
      const page = all.slice(query.startIndex - 1, query.startIndex - 1 + query.count);
      return { resources: page, totalResults: all.length };
    },
    async search(_context, query) {
      directory.seen.list = query;
      const all = [...resources.values()];
      return { resources: all.slice(0, query.count), totalResults: all.length, nextCursor: "next" };
    },
    async replace(_context, type, id, body, ifMatch) {
      const { schemas: _, ...attributes } = body as JsonObject;
      return change(type, id, attributes, ifMatch);
    },
    async patch(_context, type, id, body, { ifMatch, needs }) {
      directory.seen.needs = needs;
      directory.seen.patch = body;
      return change(type, id, { ...find(type, id).attributes, active: false }, ifMatch);
    },
    restore: () => Promise.reject(new Error("nothing is restored here")),
    async remove(_context, type, id, ifMatch) {
      checkPrecondition(ifMatch, find(type, id).version);
      resources.delete(id);
    },
  };
  return directory;
}
