import type pg from "pg";
import { createDictionary } from "../src/dictionary/dictionary.js";
import { createDirectory, type Directory, type ListQuery } from "../src/directory/directory.js";
import type { RequestContext } from "../src/directory/request-context.js";
import { claimDeliveries, nextDueAt } from "../src/outbox/claim.js";
import {
  type Database,
  openDatabase,
  type Queryable,
  type Transaction,
} from "../src/persistence/database.js";
import { DEFAULT_TENANT_ID } from "../src/persistence/tenant.js";
import { systemClock } from "../src/platform/clock.js";
import { createDialect } from "../src/scim/dialect/dialect.js";
import { DICTIONARY_USER_URN, ENTERPRISE_USER_URN } from "../src/scim/schema/urns.js";
import { withClient } from "./bench-databases.js";
import { type ExplainedRequest, summarizePlans } from "./plan-summary.js";
import { addMemberBody, patchActiveBody } from "./scenarios/patch-bodies.js";
import { fillGroups, type Population, SMALL_GROUP, tidy } from "./scenarios/population.js";
import { badgeOf, employeeNumberOf, externalIdOf, sampleUser, userNameOf } from "./scenarios/sample-user.js";

/** Deliveries waiting in the claim's plans. */
const BACKLOG = 20_000;

/** What a request's projection makes of the defaults of users, and of a quiet group PATCH. */
const WITH_GROUPS = { members: false, groups: true, provisioning: false };
const WITH_NOTHING = { members: false, groups: false, provisioning: false };

const CONTEXT: RequestContext = {
  tenantId: DEFAULT_TENANT_ID,
  actor: "bench",
  correlationId: "bench",
  dialect: createDialect("auto"),
};

interface Case {
  title: string;
  /** Calls the product; its statements are what is explained. */
  call(directory: Directory, queryable: Queryable): Promise<unknown>;
}

/**
 * EXPLAIN (ANALYZE, BUFFERS) of every statement that the commonest requests and an idle worker send, as Markdown.
 * The statements come out of the product itself, and whatever they write is rolled back.
 */
export async function explainHotQueries(url: string, population: Population): Promise<string> {
  await withClient(url, async (client) => {
    await fillGroups(client, population);
    await client.query("update connection set enabled = true where id = $1", [population.connectionId]);
    await tidy(client);
  });
  const database = await openDatabase({ url, poolSize: 2 });
  try {
    const explained: Explained[] = [];
    for (const each of requestCases(population)) explained.push(await explain(database, each));
    await withClient(url, (client) => addBacklog(client, population));
    const backlog = `${BACKLOG.toLocaleString("en-US")} pending deliveries, due at one moment`;
    for (const each of claimCases(`${backlog}, of a paused connection`)) {
      explained.push(await explain(database, each));
    }
    await withClient(url, (client) => client.query("update connection set paused_until = null"));
    for (const each of claimCases(backlog)) explained.push(await explain(database, each));
    return [summarizePlans(explained), ...explained.map(({ text }) => text)].join("\n\n");
  } finally {
    await database.close();
  }
}

function requestCases({ users, newcomers, smallGroups, largeGroups, largeGroup }: Population): Case[] {
  const chosen = 4_711 % users.length;
  const id = users[chosen] ?? "";
  const deep = Math.floor(users.length * 0.95);
  const list = (title: string, query: Omit<ListQuery, "needs">): Case => ({
    title,
    call: (directory) => directory.list(CONTEXT, "User", { ...query, needs: WITH_GROUPS }),
  });
  const add = (size: number, group = ""): Case => ({
    title: `PATCH of a group of ${size.toLocaleString("en-US")}: one member more`,
    call: (directory) =>
      directory.patch(CONTEXT, "Group", group, addMemberBody(newcomers[0] ?? ""), { needs: WITH_NOTHING }),
  });
  return [
    { title: "GET by id", call: (directory) => directory.read(CONTEXT, "User", id, WITH_GROUPS) },
    ...filters(chosen).map(([title, filter, count]) =>
      list(`List filtered by ${title}`, { filter, startIndex: 1, count }),
    ),
    list("List of 100, first page", { startIndex: 1, count: 100 }),
    list(`List of 100 from ${deep + 1}`, { startIndex: deep + 1, count: 100 }),
    list("List of 100 by cursor, first page", { cursor: "", startIndex: 1, count: 100 }),
    ...sorts().map(([title, sortBy, sortOrder]) =>
      list(`List of 100 sorted by ${title}`, { sortBy, sortOrder, startIndex: 1, count: 100 }),
    ),
    list("What changed lately, sorted by meta.lastModified", {
      filter: `meta.lastModified gt "${new Date(Date.now() - 1_000).toISOString()}"`,
      sortBy: "meta.lastModified",
      startIndex: 1,
      count: 100,
    }),
    {
      title: "POST of a user",
      call: (directory) => directory.create(CONTEXT, "User", sampleUser(1_000_000)),
    },
    {
      title: "PATCH of a user: active",
      call: (directory) =>
        directory.patch(CONTEXT, "User", id, patchActiveBody(false), { needs: WITH_GROUPS }),
    },
    {
      title: "PUT of a user",
      call: (directory) =>
        directory.replace(CONTEXT, "User", id, { ...sampleUser(chosen), title: "顾问" }, undefined),
    },
    {
      title: "DELETE of a user",
      call: (directory) => directory.remove(CONTEXT, "User", newcomers.at(-1) ?? "", undefined),
    },
    add(SMALL_GROUP, smallGroups[0]),
    add(largeGroup, largeGroups[0]),
    {
      title: `GET of a group of ${largeGroup.toLocaleString("en-US")} without members`,
      call: (directory) => directory.read(CONTEXT, "Group", largeGroups[0] ?? "", WITH_NOTHING),
    },
    {
      title: `Is somebody a member of a group of ${largeGroup.toLocaleString("en-US")}`,
      call: (directory) =>
        directory.list(CONTEXT, "Group", {
          filter: `id eq "${largeGroups[0]}" and members eq "${users[3]}"`,
          startIndex: 1,
          count: 100,
          needs: WITH_NOTHING,
        }),
    },
  ];
}

/** Each kind of filter that an index serves: title, filter, page size. */
function filters(chosen: number): [string, string, number][] {
  const mail = userNameOf(chosen);
  return [
    ["userName eq", `userName eq "${mail}"`, 100],
    ["externalId eq", `externalId eq "${externalIdOf(chosen)}"`, 100],
    ["emails[type eq and value eq]", `emails[type eq "work" and value eq "${mail}"]`, 100],
    ["emails[type eq and value sw]", `emails[type eq "work" and value sw "${mail.slice(0, 14)}"]`, 10],
    [
      "enterprise employeeNumber eq",
      `${ENTERPRISE_USER_URN}:employeeNumber eq "${employeeNumberOf(chosen)}"`,
      100,
    ],
    ["enterprise department eq", `${ENTERPRISE_USER_URN}:department eq "平台研发部"`, 10],
    ["dictionary badge eq", `${DICTIONARY_USER_URN}:badge eq "${badgeOf(chosen)}"`, 100],
    ["displayName sw", 'displayName sw "王"', 10],
  ];
}

/** Each kind of order that an index gives: title, attribute, direction. */
function sorts(): [string, string, "ascending" | "descending"][] {
  return [
    ["userName", "userName", "ascending"],
    ["dictionary badge", `${DICTIONARY_USER_URN}:badge`, "ascending"],
    ["dictionary grade, descending", `${DICTIONARY_USER_URN}:grade`, "descending"],
    ["dictionary joinedAt", `${DICTIONARY_USER_URN}:joinedAt`, "ascending"],
    ["dictionary remote, descending", `${DICTIONARY_USER_URN}:remote`, "descending"],
    ["name.familyName", "name.familyName", "ascending"],
    ["meta.lastModified", "meta.lastModified", "ascending"],
  ];
}

function claimCases(situation: string): Case[] {
  return [
    {
      title: `Claim of 20: ${situation}`,
      call: (_, queryable) => claimDeliveries(queryable, { now: new Date(), leaseMs: 30_000, limit: 20 }),
    },
    { title: `When the next one is due: ${situation}`, call: (_, queryable) => nextDueAt(queryable) },
  ];
}

/** What enabling a connection leaves: a delivery of everything, all due at the same moment. */
async function addBacklog(client: pg.Client, { connectionId }: Population): Promise<void> {
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

interface Explained extends ExplainedRequest {
  /** The statements with their plans, as Markdown. */
  text: string;
}

async function explain(database: Database, { title, call }: Case): Promise<Explained> {
  const statements: { sql: string; plan: string }[] = [];
  const undone = new Error("the bench undoes what it explains");
  try {
    await database.transaction(async (tx) => {
      const explaining = explainingDatabase(tx, statements);
      // Read outside of the explained session: a server reads the dictionary once a second, not for each request.
      const dictionary = createDictionary({ queryable: database, clock: systemClock });
      const directory = createDirectory({ database: explaining, clock: systemClock, dictionary });
      await call(directory, explaining);
      throw undone;
    });
  } catch (error) {
    if (error !== undone) throw error;
  }
  const shown = statements.map(
    ({ sql, plan }) => `\`\`\`sql\n${unindent(sql)}\n\`\`\`\n\n\`\`\`text\n${plan}\n\`\`\``,
  );
  return { title, plans: statements.map(({ plan }) => plan), text: `## ${title}\n\n${shown.join("\n\n")}` };
}

/** A database that is one open transaction, and that keeps the plan of each statement it runs. */
function explainingDatabase(tx: Transaction, statements: { sql: string; plan: string }[]): Database {
  const inside: Transaction = {
    ...tx,
    async query(sql, params) {
      await tx.query("savepoint before_explain");
      // The first run fills caches; the second is what a busy server sees.
      await tx.query(`explain analyze ${sql}`, params);
      await tx.query("rollback to savepoint before_explain");
      const rows = await tx.query<{ "QUERY PLAN": string }>(`explain (analyze, buffers) ${sql}`, params);
      await tx.query("rollback to savepoint before_explain");
      const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
      statements.push({ sql, plan });
      return tx.query(sql, params);
    },
  };
  return {
    kind: "postgres",
    query: (sql, params) => inside.query(sql, params),
    transaction: (work) => work(inside),
    listen: async () => async () => undefined,
    hint: () => undefined,
    ping: async () => undefined,
    close: async () => undefined,
  };
}

function unindent(sql: string): string {
  const lines = sql.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").join("\n");
}
