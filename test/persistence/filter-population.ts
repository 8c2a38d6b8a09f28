import { dictionarySchemas } from "../../src/dictionary/dictionary-schemas.js";
import type { Database } from "../../src/persistence/database.js";
import { addMembers } from "../../src/persistence/membership-store.js";
import { insertResource } from "../../src/persistence/resource-store.js";
import type { JsonObject, ResourceTypeId } from "../../src/scim/schema/attribute.js";
import { buildRegistry, type SchemaRegistry } from "../../src/scim/schema/registry.js";
import {
  DICTIONARY_USER_URN,
  ENTERPRISE_USER_URN,
  GROUP_URN,
  ORGANIZATION_GROUP_URN,
  USER_URN,
} from "../../src/scim/schema/urns.js";
import { defaultTenantId } from "../support/database.js";
import { field } from "../support/dictionary-fields.js";

/** Resources as an in-memory evaluator sees them: with everything that answers show. */
export interface Population {
  registry: SchemaRegistry;
  resources: Record<ResourceTypeId, JsonObject[]>;
}

const NAMES = [
  "王伟",
  "Ann O'Hara",
  "100%_sure",
  "back\\slash",
  'quo"ted',
  "ann",
  "ANN",
  "李娜 (研发)",
  "a%b",
  "a_b",
];
const DATES = [
  "2024-01-01T00:00:00Z",
  "2024-01-01T08:00:00+08:00",
  "2024-01-01T00:00:00.001Z",
  "0000-05-01T00:00:00Z",
];

const id = (prefix: string, n: number) => `${prefix}0000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** The id of user `n`. */
export const userId = (n: number) => id("a", n);
/** The id of group `n`. */
export const groupId = (n: number) => id("b", n);

function pick<Item>(items: readonly Item[], n: number): Item {
  const item = items[n % items.length];
  if (item === undefined) throw new Error("an empty list");
  return item;
}

const registry = buildRegistry(
  dictionarySchemas([
    field({ key: "badge", type: "string", uniqueValue: true }),
    field({ key: "tags", type: "string", multiValued: true }),
    field({ key: "score", type: "decimal" }),
    field({ key: "level", type: "integer" }),
    field({ key: "remote", type: "boolean" }),
    field({ key: "joined", type: "dateTime" }),
  ]),
);

function userDocument(n: number): JsonObject {
  const name = pick(NAMES, n);
  return {
    userName: `${name}.${n}`,
    ...(n % 3 !== 0 && { displayName: name }),
    ...(n % 4 !== 0 && { externalId: n % 8 === 1 ? `EXT-${n}` : `ext-${n}` }),
    ...(n % 5 !== 0 && { active: n % 2 === 0 }),
    ...(n % 3 === 1 && { name: { familyName: name, ...(n % 2 === 0 && { givenName: "Élise" }) } }),
    ...(n % 4 !== 2 && {
      emails: [
        { value: `W${n}@example.com`, type: "work", primary: true },
        ...(n % 2 === 0 ? [{ value: `${name}@home.example`, type: "home" }] : []),
        ...(n % 7 === 0 ? [{ value: "bare@example.com" }] : []),
      ],
    }),
    ...(n % 2 === 0 && {
      [ENTERPRISE_USER_URN]: {
        employeeNumber: n % 4 === 0 ? `E${n}` : `e${n}`,
        ...(n % 3 === 0 && { manager: { value: userId(1) } }),
        department: name,
      },
    }),
    ...(n % 3 !== 2 && {
      [DICTIONARY_USER_URN]: {
        badge: n % 2 === 0 ? `B${n}` : `b${n}`,
        ...(n % 2 === 0 && { tags: [name, "x"] }),
        score: n / 4 - 2,
        level: n - 10,
        ...(n % 4 === 0 && { remote: n % 8 === 0 }),
        joined: pick(DATES, n),
      },
    }),
  };
}

function groupDocument(n: number): JsonObject {
  return {
    displayName: pick(NAMES, n),
    ...(n % 2 === 0 && { externalId: `dept-${n}` }),
    [ORGANIZATION_GROUP_URN]: {
      kind: n % 3 === 0 ? "group" : "department",
      ...(n % 2 === 0 && { order: n }),
      ...(n % 4 === 0 && { managers: [{ value: userId(n) }, { value: userId(n + 1) }] }),
    },
  };
}

/** Stores forty users and twelve groups of every shape, three deep, and returns them as answers show them. */
export async function seedPopulation(database: Database): Promise<Population> {
  const tenantId = defaultTenantId;
  const users: JsonObject[] = [];
  for (let n = 0; n < 40; n++) {
    const now = new Date(Date.UTC(2024, 0, 1, n));
    const doc = userDocument(n);
    await insertResource(database, {
      tenantId,
      type: "User",
      id: userId(n),
      doc,
      parentId: null,
      parentRef: null,
      now,
    });
    users.push(shown("User", userId(n), doc, now, [USER_URN]));
  }
  const groups: JsonObject[] = [];
  for (let n = 0; n < 12; n++) {
    const now = new Date(Date.UTC(2024, 1, 1, n));
    const doc = groupDocument(n);
    const parentId = n === 0 || n > 9 ? null : groupId(Math.floor((n - 1) / 3));
    const parentRef = n === 10 ? "not here yet" : null;
    await insertResource(database, {
      tenantId,
      type: "Group",
      id: groupId(n),
      doc,
      parentId,
      parentRef,
      now,
    });
    const group = shown("Group", groupId(n), doc, now, [GROUP_URN]);
    const parentName =
      parentId === null ? null : groups.find((one) => one["id"] === parentId)?.["displayName"];
    const extension = group[ORGANIZATION_GROUP_URN];
    if (parentId !== null || parentRef !== null) {
      group[ORGANIZATION_GROUP_URN] = {
        ...Object(extension),
        parent: { value: parentId ?? parentRef ?? "", ...(parentName && { display: parentName }) },
      };
    }
    groups.push(group);
  }
  for (let n = 0; n < 12; n++) {
    const members = users.filter((_, index) => n % 5 !== 4 && (index + n) % (n + 2) === 0);
    const ids = members.map((user) => String(user["id"]));
    await addMembers(database, { tenantId, groupId: groupId(n) }, ids, new Date(0));
    const children = groups.filter(
      (one) => Object(Object(one[ORGANIZATION_GROUP_URN]).parent).value === groupId(n),
    );
    const all = [
      ...members.map((one) => element(one, "User")),
      ...children.map((one) => element(one, "Group")),
    ];
    const group = groups[n];
    if (group && all.length > 0) group["members"] = all;
    for (const user of members) {
      const held = Array.isArray(user["groups"]) ? user["groups"] : [];
      user["groups"] = [...held, element(group ?? {}, "direct")];
    }
  }
  for (const user of users) addIndirectGroups(user, groups);
  return { registry, resources: { User: users, Group: groups } };
}

/** The groups above those that the user is in, each once. */
function addIndirectGroups(user: JsonObject, groups: readonly JsonObject[]): void {
  const direct = Array.isArray(user["groups"]) ? user["groups"] : [];
  const seen = new Set<unknown>(direct.map((group) => Object(group).value));
  const waiting = [...seen];
  const indirect: JsonObject[] = [];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const group = groups.find((one) => one["id"] === id);
    const parent = groups.find(
      (one) => one["id"] === Object(Object(group)[ORGANIZATION_GROUP_URN]).parent?.value,
    );
    if (parent === undefined || seen.has(parent["id"])) continue;
    seen.add(parent["id"]);
    waiting.push(parent["id"]);
    indirect.push(element(parent, "indirect"));
  }
  if (indirect.length > 0) user["groups"] = [...direct, ...indirect];
}

function element(resource: JsonObject, type: string): JsonObject {
  const display = resource["displayName"];
  return { value: String(resource["id"]), type, ...(display !== undefined && { display }) };
}

function shown(
  type: ResourceTypeId,
  resourceId: string,
  doc: JsonObject,
  now: Date,
  core: string[],
): JsonObject {
  const when = now.toISOString();
  return {
    ...structuredClone(doc),
    id: resourceId,
    schemas: [...core, ...Object.keys(doc).filter((key) => key.startsWith("urn:"))],
    meta: { resourceType: type, created: when, lastModified: when, version: 'W/"1"' },
  };
}
