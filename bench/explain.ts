import type pg from "pg";
import { claimDeliveries, nextDueAt } from "../src/outbox/claim.js";
import { compileFilter } from "../src/persistence/compile-filter.js";
import { openDatabase, type Queryable, type Transaction } from "../src/persistence/database.js";
import { addMembers } from "../src/persistence/membership-store.js";
import { countResources, findResource, listPage, raiseVersions } from "../src/persistence/resource-store.js";
import { sqlParameters } from "../src/persistence/sql-parameters.js";
import { DEFAULT_TENANT_ID } from "../src/persistence/tenant.js";
import { parseFilter } from "../src/scim/filter/parse-filter.js";
import { resolveFilter } from "../src/scim/filter/resolve-filter.js";
import { buildRegistry } from "../src/scim/schema/registry.js";
import { withClient } from "./bench-databases.js";
import { fillGroups, type Population, tidy } from "./population.js";
import { userNameOf } from "./sample-user.js";

/** Deliveries waiting in the claim's plans. */
const BACKLOG = 20_000;

interface Case {
  title: string;
  /** Calls the product's own function; its statements are what is explained. */
  call(queryable: Queryable): Promise<unknown>;
}

/**
 * EXPLAIN (ANALYZE, BUFFERS) of the statements that requests and workers send most, as Markdown. The statements come
 * out of the product's own functions, and whatever they write is rolled back.
 */
export async function explainHotQueries(url: string, population: Population): Promise<string> {
  await withClient(url, async (client) => {
    await fillGroups(client, population);
    await tidy(client);
  });
  const database = await openDatabase({ url, poolSize: 2 });
  try {
    const sections: string[] = [];
    for (const each of requestCases(population)) sections.push(await explain(database, each));
    await withClient(url, (client) => addBacklog(client, population));
    for (const each of claimCases("another connection is paused, this one has nothing due")) {
      sections.push(await explain(database, each));
    }
    await withClient(url, (client) => client.query("update connection set paused_until = null"));
    for (const each of claimCases("all of them due")) sections.push(await explain(database, each));
    return sections.join("\n\n");
  } finally {
    await database.close();
  }
}

function requestCases({ users, newcomers, smallGroups, largeGroups, largeGroup }: Population): Case[] {
  const tenantId = DEFAULT_TENANT_ID;
  const page = {
    type: "User",
    condition: undefined,
    order: "r.seq",
    parameters: [tenantId],
    limit: 100,
  } as const;
  const deep = Math.floor(users.length * 0.95);
  const add = (title: string, groupId = ""): Case => ({
    title,
    call: (queryable) => addMembers(queryable, { tenantId, groupId }, newcomers.slice(0, 1), new Date()),
  });
  return [
    {
      title: "GET by id",
      call: (queryable) => findResource(queryable, tenantId, "User", users[4_711 % users.length] ?? ""),
    },
    {
      title: "Filter userName eq",
      call: (queryable) => {
        const type = buildRegistry({}).type("User");
        const parameters = sqlParameters(tenantId);
        const filter = resolveFilter(parseFilter(`userName eq "${userNameOf(4_711 % users.length)}"`), type);
        const condition = compileFilter(filter, type, parameters);
        return listPage(queryable, { ...page, condition, parameters: parameters.values, offset: 0 });
      },
    },
    { title: "List of 100, first page", call: (queryable) => listPage(queryable, { ...page, offset: 0 }) },
    {
      title: `List of 100, from ${deep + 1}`,
      call: (queryable) => listPage(queryable, { ...page, offset: deep }),
    },
    { title: "Total of a list", call: (queryable) => countResources(queryable, page) },
    add("Member added to a group of 10", smallGroups[0]),
    add(`Member added to a group of ${largeGroup}`, largeGroups[0]),
    {
      title: `Version raised of a group of ${largeGroup}`,
      call: (queryable) =>
        raiseVersions(queryable, { tenantId, ids: largeGroups.slice(0, 1), now: new Date() }),
    },
  ];
}

function claimCases(situation: string): Case[] {
  const backlog = `${BACKLOG.toLocaleString("en-US")} pending deliveries`;
  return [
    {
      title: `Claim of 20 out of ${backlog}: ${situation}`,
      call: (queryable) => claimDeliveries(queryable, { now: new Date(), leaseMs: 30_000, limit: 20 }),
    },
    {
      title: `When the next one is due, ${backlog}: ${situation}`,
      call: (queryable) => nextDueAt(queryable),
    },
  ];
}

/** What `appendBacklog` leaves when a connection is enabled: rows that are all due at the same moment. */
async function addBacklog(client: pg.Client, { connectionId }: Population): Promise<void> {
  await client.query("update connection set enabled = true where id = $1", [connectionId]);
  await client.query(
    `insert into delivery (tenant_id, id, connection_id, resource_id, resource_type, state, requested_at,
                           correlation_id, next_attempt_at)
     select $1, gen_random_uuid(), $2, gen_random_uuid(), case when n % 20 = 0 then 'Group' else 'User' end, 'pending',
            now(), 'bench', now()
       from generate_series(1, $3::int) n`,
    [DEFAULT_TENANT_ID, connectionId, BACKLOG],
  );
  await tidy(client);
}

async function explain(
  database: { transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> },
  { title, call }: Case,
): Promise<string> {
  const plans: string[] = [];
  const undone = new Error("the bench undoes what it explains");
  try {
    await database.transaction(async (tx) => {
      await call({
        async query(sql, params) {
          // The first run reads pages from the disk and fills caches; the second is what a busy server sees.
          await tx.query("savepoint before_explain");
          await tx.query(`explain (analyze, buffers) ${sql}`, params);
          await tx.query("rollback to savepoint before_explain");
          const rows = await tx.query<{ "QUERY PLAN": string }>(`explain (analyze, buffers) ${sql}`, params);
          const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
          plans.push(`\`\`\`sql\n${trimLines(sql)}\n\`\`\`\n\n\`\`\`text\n${plan}\n\`\`\``);
          return [];
        },
      });
      throw undone;
    });
  } catch (error) {
    if (error !== undone) throw error;
  }
  return `## ${title}\n\n${plans.join("\n\n")}`;
}

function trimLines(sql: string): string {
  return sql
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
}
