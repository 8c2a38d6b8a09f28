import { randomUUID } from "node:crypto";
import type pg from "pg";
import { DEFAULT_TENANT_ID as TENANT } from "../../src/persistence/tenant.js";
import type { JsonObject, ResourceTypeId } from "../../src/scim/schema/attribute.js";
import { ENTERPRISE_USER_URN, ORGANIZATION_GROUP_URN } from "../../src/scim/schema/urns.js";
import { searchEntries } from "../../src/scim/search-entries.js";
import { SAMPLE_FIELDS, sampleUser } from "./sample-user.js";

/** People of one department; everybody but the newcomers is in exactly one. */
const DEPARTMENT_SIZE = 25;
const BATCH = 1_000;

/** What is in the directory before the first request; the ids are the same in both databases. */
export interface Population {
  /** Ids of people by number, each in one department. */
  users: readonly string[];
  /** Ids of people in no group; their numbers follow on those of `users`. */
  newcomers: readonly string[];
  /** Ids of groups with ten members. */
  smallGroups: readonly string[];
  /** Ids of groups with `largeGroup` members. */
  largeGroups: readonly string[];
  largeGroup: number;
  /** A connection that is enabled and paused: deliveries to it are ordered, and nobody carries them out. */
  connectionId: string;
}

export const SMALL_GROUP = 10;

/** Draws the ids. `largeGroup` may not exceed `users`. */
export function planPopulation(sizes: {
  users: number;
  newcomers: number;
  largeGroup: number;
  groups: number;
}): Population {
  const ids = (count: number) => Array.from({ length: count }, () => randomUUID());
  return {
    users: ids(sizes.users),
    newcomers: ids(sizes.newcomers),
    smallGroups: ids(sizes.groups),
    largeGroups: ids(sizes.groups),
    largeGroup: sizes.largeGroup,
    connectionId: randomUUID(),
  };
}

/** Fills the gateway's database with people, departments and the connection: rows as the gateway itself writes them. */
export async function populate(client: pg.Client, population: Population): Promise<void> {
  await client.query(
    `insert into dictionary_field (tenant_id, id, name, key, category, type)
     select $1, gen_random_uuid(), key, key, 'user', type from unnest($2::text[], $3::text[]) as field (key, type)`,
    [TENANT, SAMPLE_FIELDS.map((field) => field.key), SAMPLE_FIELDS.map((field) => field.type)],
  );
  await addResources(client, "User", [...population.users, ...population.newcomers], personDocument);
  const departments = Array.from({ length: Math.ceil(population.users.length / DEPARTMENT_SIZE) }, () =>
    randomUUID(),
  );
  await addResources(client, "Group", departments, (number) => groupDocument(`部门${number + 1}`));
  await addResources(client, "Group", population.smallGroups, (number) =>
    groupDocument(`项目组${number + 1}`),
  );
  await addResources(client, "Group", population.largeGroups, (number) =>
    groupDocument(`全体员工${number + 1}`),
  );
  await inBatches(population.users, (batch, offset) =>
    client.query(
      `insert into membership (tenant_id, group_id, member_id, added_at)
       select $1, ($2::uuid[])[given.place], given.member, now() from unnest($3::uuid[], $4::int[]) as given (member, place)`,
      [
        TENANT,
        departments,
        batch,
        batch.map((_, index) => 1 + Math.floor((offset + index) / DEPARTMENT_SIZE)),
      ],
    ),
  );
  await client.query(
    `insert into connection (tenant_id, id, connector, name, corp_key, enabled, paused_until, created_at, modified_at)
     values ($1, $2, 'dingtalk', 'bench', 'bench', false, '2999-01-01', now(), now())`,
    [TENANT, population.connectionId],
  );
}

/** Adds people who are in no group; their numbers begin at `first`. Returns their ids. */
export async function addPeople(
  client: pg.Client,
  { first, count }: { first: number; count: number },
): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await addResources(client, "User", ids, (number) => personDocument(first + number));
  return ids;
}

/** Fills the small and the large groups, people in the order of their numbers. */
export async function fillGroups(client: pg.Client, population: Population): Promise<void> {
  const { smallGroups, largeGroups, users, largeGroup } = population;
  const fill = (groups: readonly string[], size: number) =>
    client.query(
      `insert into membership (tenant_id, group_id, member_id, added_at)
       select $1, g, m, now() from unnest($2::uuid[]) as g cross join unnest($3::uuid[]) as m`,
      [TENANT, groups, users.slice(0, size)],
    );
  await fill(smallGroups, SMALL_GROUP);
  await fill(largeGroups, largeGroup);
}

/** Leaves tables as an autovacuum does: no dead rows, statistics fresh, pages known to be visible. */
export async function tidy(client: pg.Client): Promise<void> {
  await client.query("vacuum (analyze)");
}

const INSERT_RESOURCES = `
  with added as (
    insert into resource (tenant_id, id, type, doc, user_name_key, external_id, display_name_key, active,
                          employee_number, kind, created_at, modified_at)
    select $1, given.id, $2, given.doc, lower(given.doc ->> 'userName'), given.doc ->> 'externalId',
           lower(given.doc ->> 'displayName'), (given.doc ->> 'active')::boolean,
           given.doc #>> array[$5, 'employeeNumber'], given.doc #>> array[$6, 'kind'], now(), now()
      from unnest($3::uuid[], $4::jsonb[]) with ordinality as given (id, doc, place)
     order by given.place
    returning id, seq)
  insert into resource_value (tenant_id, type, attribute, value_key, seq)
  select $1, $2, entry.attribute, entry.key, added.seq
    from unnest($7::uuid[], $8::text[], $9::text[]) as entry (id, attribute, key)
    join added on added.id = entry.id`;

async function addResources(
  client: pg.Client,
  type: ResourceTypeId,
  ids: readonly string[],
  docOf: (number: number) => JsonObject,
): Promise<void> {
  await inBatches(ids, async (batch, offset) => {
    const docs = batch.map((_, index) => docOf(offset + index));
    const entries = docs.flatMap((doc, index) =>
      searchEntries(type, doc).map((entry) => ({ ...entry, id: batch[index] })),
    );
    await client.query(INSERT_RESOURCES, [
      TENANT,
      type,
      batch,
      docs.map((doc) => JSON.stringify(doc)),
      ENTERPRISE_USER_URN,
      ORGANIZATION_GROUP_URN,
      entries.map((entry) => entry.id),
      entries.map((entry) => entry.attribute),
      entries.map((entry) => entry.key),
    ]);
  });
}

function personDocument(number: number): JsonObject {
  const { schemas: _announced, ...doc } = sampleUser(number);
  return doc;
}

function groupDocument(displayName: string): JsonObject {
  return { displayName, [ORGANIZATION_GROUP_URN]: { kind: "group" } };
}

async function inBatches(
  ids: readonly string[],
  send: (batch: string[], offset: number) => Promise<unknown>,
): Promise<void> {
  for (let offset = 0; offset < ids.length; offset += BATCH)
    await send(ids.slice(offset, offset + BATCH), offset);
}
