import { afterEach, beforeEach } from "vitest";
import { claimRun } from "../../../src/persistence/run-lease.js";
import { listRunRows, type RunRow } from "../../../src/persistence/run-row-store.js";
import type { Run, RunDepth } from "../../../src/persistence/run-store.js";
import { createAdoptValues } from "../../../src/provisioning/reconciliation/adopt-values.js";
import { finishRun } from "../../../src/provisioning/reconciliation/finish-run.js";
import { performRun } from "../../../src/provisioning/reconciliation/perform-run.js";
import { type CountedRun, createRuns, type Runs } from "../../../src/provisioning/reconciliation/runs.js";
import type { JsonObject } from "../../../src/scim/schema/attribute.js";
import { GROUP_URN, ORGANIZATION_USER_URN, USER_URN } from "../../../src/scim/schema/urns.js";
import type { SimulatorOptions } from "../../../src/simulator/index.js";
import { emptyTables, shareTestDatabase } from "../../support/database.js";
import { createSimulatedEngine } from "../plan/simulated-engine.js";
import { nothing } from "../share-engine.js";

type Engine = Awaited<ReturnType<typeof createSimulatedEngine>>;
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

const TABLES = [
  ...["membership", "resource_unique_value", "link", "delivery_wait", "delivery", "attempt", "before_image"],
  ...["notification", "notification_quiet", "run_row", "run", "ignored_drift", "run_schedule", "audit_entry"],
  ...["connection", "resource"],
];

/** A company at a simulated DingTalk for the tests of the calling file; each begins with an empty one. */
export function shareCompany(settings: SimulatorOptions = {}) {
  const test = shareTestDatabase();
  const engine = {} as Engine;
  let runs: Runs;
  let mobiles = 0;

  beforeEach(async () => {
    await emptyTables(test.database, ...TABLES);
    Object.assign(engine, await createSimulatedEngine(test.database, settings));
    runs = createRuns({ database: test.database, clock: engine.clock });
  });
  afterEach(() => engine.close());

  async function patch(type: "User" | "Group", id: string, ...Operations: JsonObject[]): Promise<void> {
    await engine.directory.patch(
      engine.context,
      type,
      id,
      { schemas: [PATCH], Operations },
      { needs: nothing },
    );
  }

  async function carryOut(run: Run): Promise<void> {
    const { clock, openConnections: connections, directory } = engine;
    const { database } = test;
    const adoptValues = createAdoptValues({ database, clock, directory });
    let over = false;
    const ending = performRun(
      { database, clock, connections, adoptValues, leaseMs: 60_000 },
      run,
      new AbortController().signal,
    ).finally(() => {
      over = true;
    });
    // What it ordered is delivered when it waits for that, and not before.
    while (!over) {
      if (clock.sleeping() > 0) await engine.drain();
      await clock.advance(clock.sleeping() > 0 ? 1_000 : 0);
    }
    await finishRun(database, run, await ending, clock.now());
  }

  const remoteIdOf = async (id: string): Promise<string> => {
    const [row] = await test.database.query<{ remote_id: string }>(
      "select remote_id from link where resource_id = $1",
      [id],
    );
    if (row === undefined) throw new Error(`${id} has no link`);
    return row.remote_id;
  };

  return {
    engine,
    runs: () => runs,
    database: () => test.database,
    query: <Row extends object = Record<string, unknown>>(sql: string, params?: unknown[]) =>
      test.database.query<Row>(sql, params),
    patch,
    carryOut,
    async addGroup(displayName: string, extra: JsonObject = {}): Promise<string> {
      const body = { schemas: [GROUP_URN], displayName, ...extra };
      return (await engine.directory.create(engine.context, "Group", body)).id;
    },
    async addUser(displayName: string, extra: JsonObject = {}): Promise<string> {
      mobiles += 1;
      const phoneNumbers = [{ type: "mobile", value: `1990000${String(mobiles).padStart(4, "0")}` }];
      const body = {
        schemas: [USER_URN, ORGANIZATION_USER_URN],
        userName: `user-${mobiles}`,
        displayName,
        phoneNumbers,
        ...extra,
      };
      return (await engine.directory.create(engine.context, "User", body)).id;
    },
    join: (group: string, user: string) =>
      patch("Group", group, { op: "add", path: "members", value: [{ value: user }] }),
    attributes: async (type: "User" | "Group", id: string) =>
      (await engine.directory.read(engine.context, type, id, { ...nothing, groups: true })).attributes,
    remoteIdOf,
    /** What an administrator of DingTalk does by hand with a person. */
    byHand: (userid: string, changes: Record<string, unknown>) =>
      engine.simulator.act("/topapi/v2/user/update", { userid, ...changes }),
    /** What DingTalk's administrator sees of a person. */
    held: (userid: string) =>
      engine.simulator.act("/topapi/v2/user/get", { userid })["result"] as Record<string, unknown>,
    /** The calls to a path since the last look. */
    callsOf(path: string): number {
      return engine.simulator.requests.all({}).filter((request) => request.path === path).length;
    },
    /** Starts a run, or takes up one that waits, and carries it out. */
    async reconcile(
      options: { dryRun?: boolean; depth?: RunDepth } = {},
    ): Promise<CountedRun & { rows: RunRow[] }> {
      const { tenantId } = engine.context;
      const { dryRun = false, depth = "full" } = options;
      await runs.start(engine.context, engine.connectionId, { dryRun, depth, acceptScope: false });
      const run = await claimRun(test.database, engine.clock.now(), 60_000, 5);
      if (run === undefined) throw new Error("the run was not queued");
      engine.simulator.requests.clear();
      engine.made.length = 0;
      await carryOut(run);
      const seen = await runs.get(tenantId, engine.connectionId, run.id);
      return { ...seen, rows: await listRunRows(test.database, tenantId, { runId: run.id, limit: 1_000 }) };
    },
  };
}
