import { afterAll, beforeAll } from "vitest";
import { createDictionary } from "../../src/dictionary/dictionary.js";
import { createDirectory } from "../../src/directory/directory.js";
import type { RequestContext } from "../../src/directory/request-context.js";
import type { Resource, ResourceNeeds } from "../../src/directory/resource.js";
import type { Database, Queryable, Transaction } from "../../src/persistence/database.js";
import { createDialect } from "../../src/scim/dialect/dialect.js";
import { ScimError } from "../../src/scim/errors.js";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import { GROUP_URN, ORGANIZATION_GROUP_URN, USER_URN } from "../../src/scim/schema/urns.js";
import { defaultTenantId, openTestDatabase } from "../support/database.js";
import { createFakeClock } from "../support/fake-clock.js";
import { insertConnectionRow } from "../support/outbox-rows.js";

/** On whose behalf the tests write. */
export const context: RequestContext = {
  tenantId: defaultTenantId,
  actor: "test-client",
  correlationId: "request-1",
  dialect: createDialect("auto"),
};

/** Nothing but the resource itself. */
export const nothing: ResourceNeeds = { members: false, groups: false, provisioning: false };
/** Members and groups as well. */
export const everything: ResourceNeeds = { members: true, groups: true, provisioning: false };

type TestDirectory = Awaited<ReturnType<typeof openDirectory>>;

/** One directory for all tests of the calling file: there from the first test on, closed after the last. */
export function shareDirectory(): TestDirectory {
  const shared = {} as TestDirectory;
  beforeAll(async () => {
    Object.assign(shared, await openDirectory());
  });
  afterAll(() => shared.close());
  return shared;
}

/** A directory on a database of its own, with a connection that nobody works for, which remembers the statements it sent. */
async function openDirectory() {
  const opened = await openTestDatabase();
  const clock = createFakeClock("2026-03-01T08:00:00Z");
  const connectionId = await insertConnectionRow(opened.database);
  const statements: string[] = [];
  const database = recording(opened.database, statements);
  // On the database itself: the store of the dictionary knows only databases that openDatabase() made.
  const dictionary = createDictionary({ queryable: opened.database, clock });
  const directory = createDirectory({ database, clock, dictionary });
  let count = 0;

  /** How often the delivery of each resource was ordered. */
  async function generations(): Promise<Map<string, number>> {
    const rows = await opened.database.query<{ resource_id: string; generation: string }>(
      "select resource_id, generation from delivery where connection_id = $1",
      [connectionId],
    );
    return new Map(rows.map((row) => [row.resource_id, Number(row.generation)]));
  }

  return {
    directory,
    /** A second directory on the same database, as another process has one. */
    elsewhere: createDirectory({ database, clock, dictionary }),
    clock,
    database: opened.database,
    close: () => opened.close(),

    /** Creates a user with a name of its own. */
    user: (attributes: JsonObject = {}) =>
      directory.create(context, "User", { schemas: [USER_URN], userName: `user-${++count}`, ...attributes }),

    /** Creates a group with a name of its own. */
    group: (attributes: JsonObject = {}) =>
      directory.create(context, "Group", {
        schemas: [GROUP_URN],
        displayName: `group-${++count}`,
        ...attributes,
      }),

    /** Changes a user or group by the operations of a PATCH. */
    patch: ({ type, id }: Resource, ...operations: JsonObject[]) =>
      directory.patch(context, type, id, patchBody(...operations), { needs: nothing }),

    /** Reads a user or group anew, with its members and groups. */
    read: ({ type, id }: Resource) => directory.read(context, type, id, everything),

    /** Runs work, and returns the ids whose deliveries it ordered. One that is ordered twice is an error. */
    async ordered(work: () => Promise<unknown>): Promise<string[]> {
      const before = await generations();
      await work();
      const raised = [...(await generations())].filter(([id, generation]) => generation !== before.get(id));
      for (const [id, generation] of raised) {
        if (generation !== (before.get(id) ?? 0) + 1) throw new Error(`${id} was ordered more than once`);
      }
      return raised.map(([id]) => id).sort();
    },

    /** Runs work, and returns the statements it sent. */
    async sent(work: () => Promise<unknown>): Promise<string[]> {
      statements.length = 0;
      await work();
      return [...statements];
    },
  };
}

function recording(database: Database, statements: string[]): Database {
  const query: Queryable["query"] = (sql, params) => {
    statements.push(sql);
    return database.query(sql, params);
  };
  return {
    ...database,
    query,
    transaction: (work) =>
      database.transaction((tx) => {
        const recorded: Transaction = {
          query: (sql, params) => {
            statements.push(sql);
            return tx.query(sql, params);
          },
          afterCommit: (action) => tx.afterCommit(action),
          notify: (channel, payload) => tx.notify(channel, payload),
          hint: (channel) => tx.hint(channel),
        };
        return work(recorded);
      }),
  };
}

/** A PATCH body. */
export function patchBody(...operations: JsonObject[]): JsonObject {
  return { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: operations };
}

/** A PUT body of a resource: what it was answered with, changed. */
export function putBody(resource: Resource, changes: JsonObject = {}): JsonObject {
  const core = resource.type === "User" ? USER_URN : GROUP_URN;
  return { schemas: [core], ...resource.attributes, ...changes };
}

/** The organization extension of a group. */
export function organization(resource: Resource): JsonObject {
  return Object(resource.attributes[ORGANIZATION_GROUP_URN]);
}

/** The id of a group's parent. */
export function parentOf(resource: Resource): string | undefined {
  return Object(organization(resource)["parent"]).value;
}

/** The ids of a group's members. */
export function memberIds(resource: Resource): string[] {
  const members: { value: string }[] = Object(resource.attributes["members"] ?? []);
  return members.map((member) => member.value);
}

/** The refusal that work ends with. */
export async function refusal(work: Promise<unknown>): Promise<ScimError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}
