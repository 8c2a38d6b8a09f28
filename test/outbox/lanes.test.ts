import { beforeEach, describe, expect, it } from "vitest";
import { appendDeliveries } from "../../src/outbox/append.js";
import { appendBacklog } from "../../src/outbox/append-backlog.js";
import { claimDeliveries, nextDueAt } from "../../src/outbox/claim.js";
import type { ClaimedDelivery, Lane } from "../../src/outbox/delivery.js";
import { holdsLease, settle } from "../../src/outbox/settle.js";
import type { Queryable } from "../../src/persistence/database.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";
import { insertConnectionRow, insertGroupRow, later, start } from "../support/outbox-rows.js";

const test = shareTestDatabase();

beforeEach(async () => {
  await test.database.query("truncate delivery_wait, delivery, connection, resource cascade");
  await insertConnectionRow(test.database);
});

async function groups(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push(await insertGroupRow(test.database));
  return ids;
}

/** One change of all of these. */
function append(ids: string[], now = start): Promise<void> {
  const resources = ids.map((id) => ({ type: "Group" as const, id }));
  return test.database.transaction((tx) =>
    appendDeliveries(tx, { tenantId: defaultTenantId, correlationId: "c", now, resources }),
  );
}

const claim = (limit: number, first: Lane = "single", now = later(60_000)): Promise<ClaimedDelivery[]> =>
  claimDeliveries(test.database, { now, leaseMs: 30_000, limit, first });

async function lanes(): Promise<Record<string, number>> {
  const rows = await test.database.query<{ lane: number; number: string }>(
    "select lane, count(*) as number from delivery group by lane",
  );
  return Object.fromEntries(rows.map(({ lane, number }) => [lane === 0 ? "single" : "load", Number(number)]));
}

async function settleSynced(delivery: ClaimedDelivery): Promise<void> {
  await test.database.transaction(async (tx) => {
    await holdsLease(tx, delivery);
    await settle(tx, delivery, { kind: "synced", notes: [], awaited: [] }, { now: later(1), inDoubt: false });
  });
}

describe("the lanes of a connection", () => {
  it("let a single change pass a load of one request", async () => {
    await append(await groups(300));
    const [single = ""] = await groups(1);
    await append([single], later(1_000));
    expect(await lanes()).toEqual({ single: 1, load: 300 });
    expect((await claim(1))[0]).toMatchObject({ resourceId: single, lane: "single" });
  });

  it("let a single change pass the backlog of a connection", async () => {
    const all = await groups(50);
    const [connection] = await test.database.query<{ id: string }>("select id from connection");
    await test.database.transaction((tx) =>
      appendBacklog(tx, {
        tenantId: defaultTenantId,
        connectionId: connection?.id ?? "",
        correlationId: "c",
        now: start,
        departmentFirst: { code: "department-first", message: "later" },
      }),
    );
    const [single = ""] = await groups(1);
    await append([single], later(1_000));
    expect(await lanes()).toEqual({ single: 1, load: all.length });
    expect((await claim(1)).map(({ resourceId }) => resourceId)).toEqual([single]);
  });

  it("let a change of what is there pass a load that comes as single requests", async () => {
    const [known = ""] = await groups(1);
    await append([known]);
    for (const delivery of await claim(1)) await settleSynced(delivery);
    for (const id of await groups(60)) await append([id], later(10));
    await append([known], later(20));
    expect(await lanes()).toEqual({ single: 21, load: 40 });
    const before = (await claim(21)).findIndex(({ resourceId }) => resourceId === known);
    expect(before).toBeGreaterThanOrEqual(0);
  });

  it("keep a delivery that waits as a single change there, whatever raises it", async () => {
    const [single = "", ...others] = await groups(31);
    await append([single]);
    await append([single, ...others]);
    expect((await claim(1))[0]).toMatchObject({ resourceId: single, lane: "single", generation: 2n });
  });

  it("do not keep the load waiting: it goes first when it is its turn, and gets what singles leave", async () => {
    await append(await groups(40));
    for (const id of await groups(5)) await append([id]);
    expect((await claim(2, "load")).map(({ lane }) => lane)).toEqual(["load", "load"]);
    const mixed = (await claim(8)).map(({ lane }) => lane);
    expect(mixed.filter((lane) => lane === "single")).toHaveLength(5);
    expect(mixed.filter((lane) => lane === "load")).toHaveLength(3);
  });

  it("take along what a single change waits for, and what that waits for", async () => {
    const load = await groups(30);
    await append(load);
    const [parent = "", grandparent = ""] = load;
    const [child = ""] = await groups(1);
    await append([child], later(1_000));
    await test.database.query(
      `insert into delivery_wait (tenant_id, connection_id, resource_id, awaited_id)
       select tenant_id, connection_id, $1, $2 from delivery where resource_id = $1`,
      [parent, grandparent],
    );
    await test.database.query("update delivery set state = 'blocked' where resource_id = $1", [parent]);
    const [held] = await claim(1);
    if (held === undefined) throw new Error("nothing was claimed");
    await test.database.transaction(async (tx) => {
      await holdsLease(tx, held);
      const reason = { code: "parent", message: "waits" };
      const awaited = [{ resourceId: parent, settles: 0n }];
      await settle(tx, held, { kind: "blocked", reason, awaited }, { now: later(2), inDoubt: false });
    });
    expect((await claim(1))[0]).toMatchObject({ resourceId: grandparent, lane: "single" });
  });

  it("are read in turns of departments and people, so that neither keeps the calls of the other waiting", async () => {
    await test.database.query(
      `insert into delivery (tenant_id, id, connection_id, resource_id, resource_type, state, requested_at,
                             correlation_id, next_attempt_at)
       select $1, gen_random_uuid(), (select id from connection limit 1), gen_random_uuid(), kind, 'pending', $2, 'c', $2
         from generate_series(1, 20), unnest(array['Group', 'User']) kind`,
      [defaultTenantId, start],
    );
    const types = (await claim(8)).map(({ resourceType }) => resourceType).sort();
    expect(types).toEqual([...Array(4).fill("Group"), ...Array(4).fill("User")]);
    const one = { now: later(60_000), leaseMs: 30_000, limit: 1 };
    expect(await claimDeliveries(test.database, one)).toMatchObject([{ resourceType: "Group" }]);
    const person = await claimDeliveries(test.database, { ...one, firstType: "User" });
    expect(person).toMatchObject([{ resourceType: "User" }]);
  });

  it("are both looked at for when the next delivery is due", async () => {
    await append(await groups(25), later(500));
    expect(await nextDueAt(test.database)).toEqual(later(500));
  });

  it("are read through the index: a claim of 12 among 5,000 due reads no more than twice as many rows", async () => {
    await test.database.query(
      `insert into delivery (tenant_id, id, connection_id, resource_id, resource_type, state, requested_at,
                             correlation_id, next_attempt_at, lane)
       select $1, gen_random_uuid(), (select id from connection limit 1), gen_random_uuid(), 'User', 'pending', $2, 'c', $2, n % 2
         from generate_series(1, 5000) n`,
      [defaultTenantId, start],
    );
    await test.database.query("analyze delivery");
    const rows = await rowsReadBy((queryable) =>
      claimDeliveries(queryable, { now: later(1), leaseMs: 30_000, limit: 12 }),
    );
    expect(rows).toBeGreaterThanOrEqual(12);
    expect(rows).toBeLessThanOrEqual(24);
  });
});

interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  Plans?: PlanNode[];
}

/** How many rows of table delivery the statement of the work reads at the most in one place of its plan. */
async function rowsReadBy(work: (queryable: Queryable) => Promise<unknown>): Promise<number> {
  let plan: PlanNode | undefined;
  const query: Queryable["query"] = async <Row extends object>(sql: string, params?: readonly unknown[]) => {
    const [row] = await test.database.query<{ "QUERY PLAN": { Plan: PlanNode }[] }>(
      `explain (analyze, format json) ${sql}`,
      params,
    );
    plan = row?.["QUERY PLAN"][0]?.Plan;
    return [] as Row[];
  };
  await work({ query });
  if (plan === undefined) throw new Error("nothing was explained");
  const scans = nodesOf(plan).filter(
    (node) => node["Relation Name"] === "delivery" && node["Node Type"] !== "ModifyTable",
  );
  return Math.max(...scans.map((node) => node["Actual Rows"] * node["Actual Loops"]));
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
