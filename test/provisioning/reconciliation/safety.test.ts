import { describe, expect, it } from "vitest";
import type { Database } from "../../../src/persistence/database.js";
import { claimRun } from "../../../src/persistence/run-lease.js";
import { performRun } from "../../../src/provisioning/reconciliation/perform-run.js";
import { startReconciler } from "../../../src/provisioning/reconciliation/reconciler.js";
import { ConnectionOffError, RunActiveError } from "../../../src/provisioning/reconciliation/runs.js";
import { shareReconciliation } from "./share-reconciliation.js";

const {
  engine,
  addGroup,
  addUser,
  join,
  fail,
  settle,
  reconcile,
  writes,
  person,
  department,
  query,
  runs,
  deps,
  database,
  carryOut,
} = shareReconciliation();

async function company() {
  const group = await addGroup("研发");
  const people: string[] = [];
  for (const name of ["王一", "李二", "张三"]) people.push(await addUser(name));
  for (const id of people) await join(group, id);
  await settle();
  return { group, people };
}

const start = (options = {}) =>
  runs().start(engine.context, engine.connectionId, { dryRun: false, acceptScope: false, ...options });

describe("a run that could not read everything", () => {
  it.each(["users.listMembers", "departments.listChildren", "departments.read"] as const)(
    "because %s was refused ends incomplete, and concludes nothing from what is missing",
    async (operation) => {
      const { people } = await company();
      const orphan = await addGroup("撤销");
      await settle();
      const { remoteId } = department("撤销");
      await engine.directory.remove(engine.context, "Group", orphan);
      await settle();
      engine.vendor.departments.set(remoteId, {
        remoteId,
        name: "撤销",
        parentRemoteId: "1",
        sourceId: orphan,
      });
      for (const id of people) engine.vendor.users.delete(id);
      fail(operation, "rejected");
      const { run, rows } = await reconcile();
      expect(run).toMatchObject({ status: "incomplete", reason: { code: "incomplete-read" } });
      expect(rows).toContainEqual(
        expect.objectContaining({
          kind: "not-comparable",
          reason: expect.objectContaining({ code: "injected" }),
        }),
      );
      expect(rows.some((row) => row.kind === "missing" || row.kind === "orphan")).toBe(false);
      expect(writes()).toEqual([]);
      expect(engine.vendor.departments.has(remoteId)).toBe(true);
      expect((await reconcile()).summary.results).toMatchObject({ done: 4, failed: 0 });
    },
  );

  it("waits for trouble that passes, and reads on", async () => {
    await company();
    fail("users.listMembers", "throttled", {}, { retryAfterMs: 5_000 });
    fail("departments.listChildren", "transient");
    const { run, summary } = await reconcile();
    expect(run.status).toBe("succeeded");
    expect(summary.same).toBe(4);
  });

  it("ends failed with the reason where the vendor refuses the whole connection", async () => {
    await company();
    fail("readScope", "unauthorized", {}, { remedy: "Check the key." });
    const { run } = await reconcile();
    expect(run).toMatchObject({ status: "failed", reason: { code: "injected", remedy: "Check the key." } });
  });
});

describe("a contact scope that shrank", () => {
  const smaller = () => {
    engine.vendor.scope = {
      ...engine.vendor.scope,
      wholeCompany: false,
      departmentRemoteIds: [department("研发").remoteId],
    };
  };

  it("stops the run before anything is compared, until it is accepted [000-15]", async () => {
    await company();
    await reconcile();
    const calls = engine.vendor.calls.length;
    smaller();
    for (let times = 0; times < 2; times++) {
      const { run, rows } = await reconcile();
      expect(run).toMatchObject({ status: "stopped", reason: { code: "scope-shrunk" } });
      expect(rows).toEqual([]);
    }
    expect(engine.vendor.calls.slice(calls).every((call) => call.operation === "readScope")).toBe(true);
    const accepted = await reconcile({ acceptScope: true });
    expect(accepted.run.status).toBe("succeeded");
    expect((await reconcile()).run.status).toBe("succeeded");
  });

  it("hides people without their being taken for removed [000-15]", async () => {
    const { people } = await company();
    const other = await addGroup("市场");
    const hidden = await addUser("外面");
    await join(other, hidden);
    await settle();
    smaller();
    fail("users.read", "rejected", {}, { code: "50002", message: "out of scope" });
    const { rows, run } = await reconcile();
    expect(run.progress.peopleRead).toBe(people.length);
    expect(rows).toContainEqual(
      expect.objectContaining({
        kind: "not-comparable",
        resourceId: hidden,
        reason: expect.objectContaining({ code: "50002" }),
      }),
    );
    expect(rows.some((row) => row.kind === "missing")).toBe(false);
    expect(person(hidden).name).toBe("外面");
    expect(writes()).toEqual([]);
  });
});

describe("the runs of a connection", () => {
  it("are one at a time; the second is told which is active [004-17]", async () => {
    const first = await start();
    await expect(start()).rejects.toThrow(RunActiveError);
    await expect(start({ dryRun: true })).rejects.toMatchObject({ runId: first.run.id });
  });

  it("need a connection that is on, unless they are dry", async () => {
    await engine.connections.disable(engine.context, engine.connectionId);
    await expect(start()).rejects.toThrow(ConnectionOffError);
    expect((await start({ dryRun: true })).run.status).toBe("queued");
  });

  it("whose process died are taken up by another, and the first one, should it live, gives up", async () => {
    await company();
    const { run } = await start();
    const claim = () => claimRun(database(), engine.clock.now(), 60_000, 5);
    const first = await claim();
    expect(first).toMatchObject({ id: run.id, restarts: 0 });
    expect(await claim()).toBeUndefined();
    await engine.clock.advance(60_001);
    expect(await claim()).toMatchObject({ id: run.id, restarts: 1, startedAt: first?.startedAt });
    await expect(start()).rejects.toThrow(RunActiveError);
    if (first === undefined) return;
    await expect(performRun(deps(), first, new AbortController().signal)).rejects.toThrow("lease");
    expect(writes()).toEqual([]);
  });

  it.each([0, 1, 3, 5])(
    "killed at transaction %i go on under the same id, and nothing is done or noted twice",
    async (at) => {
      const { people } = await company();
      const [drifted = "", removed = ""] = people;
      const undelivered = await addUser("没有手机", { phoneNumbers: [] });
      await settle();
      const gone = await addUser("离职");
      await settle();
      const { ...kept } = person(gone);
      await engine.directory.remove(engine.context, "User", gone);
      await settle();
      engine.vendor.users.set(gone, kept);
      person(drifted).name = "由人改过";
      engine.vendor.users.delete(removed);
      engine.vendor.departments.set("77", { remoteId: "77", name: "工会", parentRemoteId: "1" });

      const { run } = await start();
      const claimed = await claimRun(database(), engine.clock.now(), 60_000, 5);
      if (claimed === undefined) throw new Error("not queued");
      let transactions = 0;
      const mortal: Database = {
        ...database(),
        query: database().query.bind(database()),
        transaction: (work) => {
          if (transactions++ === at) throw new Error("killed");
          return database().transaction(work);
        },
      };
      const died = performRun(deps({ database: mortal }), claimed, new AbortController().signal);
      await expect(died).rejects.toThrow("killed");
      await engine.clock.advance(60_001);
      const resumed = await claimRun(database(), engine.clock.now(), 60_000, 5);
      if (resumed === undefined) throw new Error("nobody took it up");
      await carryOut(resumed);

      const seen = await runs().get(engine.context.tenantId, engine.connectionId, run.id);
      // Who has no mobile stays undelivered.
      expect(seen.run).toMatchObject({ id: run.id, status: "partial", restarts: 1 });
      const rows = await runs().rows(engine.context.tenantId, engine.connectionId, {
        runId: run.id,
        limit: 100,
      });
      expect(rows.map(({ kind, name, result }) => `${kind} ${name} ${result}`).sort()).toEqual(
        [
          "drift 王一 done",
          "missing 李二 done",
          "undelivered 没有手机 null",
          "foreign 工会 null",
          "orphan 离职 done",
        ].sort(),
      );
      expect(seen.summary.same).toBeGreaterThanOrEqual(2);
      expect(person(drifted).name).toBe("王一");
      expect(person(removed).name).toBe("李二");
      expect(engine.vendor.users.has(gone)).toBe(false);
      const creations = engine.vendor.calls.filter((call) => call.operation === "users.create");
      expect(creations.filter(({ remoteId }) => remoteId === removed)).toHaveLength(1);
      expect(engine.vendor.users.has(undelivered)).toBe(false);
    },
  );

  it("that kill whoever carries them out end as interrupted at last, and block nobody any more", async () => {
    const { run } = await start();
    await query("update run set status = 'running', restarts = 5, lease_until = $1", [engine.clock.now()]);
    await engine.clock.advance(1);
    const ended: string[] = [];
    const reconciler = await startReconciler({
      ...deps(),
      onRunEnded: ({ id }, end) => ended.push(`${id} ${end.status} ${end.reason?.code}`),
      onError: (error) => {
        throw error;
      },
    });
    while (ended.length === 0) await engine.clock.advance(10);
    await reconciler.stop();
    expect(ended).toEqual([`${run.id} interrupted process-died`]);
    await expect(start()).resolves.toBeDefined();
  });

  it("of a process that stops are handed back, and of several connections several go on at once", async () => {
    await company();
    const { id: other } = await engine.connections.create(engine.context, {
      connector: "memory",
      name: "second",
      config: { corpId: "second" },
      scope: {},
      mapping: {},
      policy: {},
      schedule: {},
    });
    await engine.connections.enable(engine.context, other);
    await settle();
    const startAt = () =>
      startReconciler({
        ...deps(),
        // Time passes here faster than the database works: no lease may end by it, as this is about handing back.
        leaseMs: 86_400_000,
        onRunEnded: () => undefined,
        onError: (error) => {
          throw error;
        },
      });
    // Nobody delivers, so both wait for what they ordered.
    engine.vendor.departments.delete(department("研发").remoteId);
    await runs().start(engine.context, other, { dryRun: false, acceptScope: false });
    const { run } = await start();
    const first = await startAt();
    const statuses = async () =>
      (
        await query<{ status: string; phase: string | null; restarts: number }>(
          "select status, phase, restarts from run order by id",
        )
      ).map(({ status, phase, restarts }) => `${status} ${phase} ${restarts}`);
    const both = (one: string) => [one, one].join();
    while ((await statuses()).join() !== both("running delivering 0")) await engine.clock.advance(10);
    const stopping = first.stop();
    while ((await statuses()).join() !== both("queued null 0")) await engine.clock.advance(1_000);
    await stopping;
    const second = await startAt();
    while ((await statuses()).some((one) => !one.startsWith("succeeded"))) {
      await engine.step();
      await engine.clock.advance(1_000);
    }
    expect(await statuses()).toEqual(["succeeded null 1", "succeeded null 1"]);
    await second.stop();
    const rows = await runs().rows(engine.context.tenantId, engine.connectionId, {
      runId: run.id,
      limit: 10,
    });
    // It reads while the department is being made anew, and may see its person in between.
    const missing = rows.filter(({ kind }) => kind === "missing");
    expect(missing).toMatchObject([{ name: "研发", result: "done" }]);
  });

  it("are found by trigger, status and time, newest first [004-18]", async () => {
    await company();
    const first = await reconcile();
    await engine.clock.advance(60_000);
    const second = await reconcile({ dryRun: true });
    const list = async (query = {}) =>
      (
        await runs().list(engine.context.tenantId, {
          connectionId: engine.connectionId,
          limit: 10,
          ...query,
        })
      ).map(({ run }) => run.id);
    expect(await list()).toEqual([second.run.id, first.run.id]);
    expect(await list({ trigger: "schedule" })).toEqual([]);
    expect(await list({ statuses: ["succeeded"], since: second.run.requestedAt })).toEqual([second.run.id]);
    expect(await list({ until: second.run.requestedAt })).toEqual([first.run.id]);
    const [last] = await runs().last(engine.context.tenantId, [engine.connectionId]);
    expect(last?.run).toMatchObject({ id: second.run.id, status: "succeeded", dryRun: true });
  });

  it("tell how far they are while they go on", async () => {
    const { group } = await company();
    const { run } = await start();
    const claimed = await claimRun(database(), engine.clock.now(), 60_000, 5);
    if (claimed === undefined) throw new Error("not queued");
    // Nobody delivers, so the run waits for what it ordered.
    engine.vendor.departments.delete(department("研发").remoteId);
    const abort = new AbortController();
    const going = performRun(deps(), claimed, abort.signal).catch((error: unknown) => String(error));
    const seen = async () => (await runs().get(engine.context.tenantId, engine.connectionId, run.id)).run;
    while ((await seen()).phase !== "delivering") await engine.clock.advance(10);
    expect(await seen()).toMatchObject({ status: "running", progress: { peopleRead: 0 } });
    const rows = await runs().rows(engine.context.tenantId, engine.connectionId, {
      runId: run.id,
      limit: 10,
    });
    expect(rows[0]).toMatchObject({ kind: "missing", resourceId: group, result: "ordered" });
    abort.abort();
    await engine.clock.advance(1_000);
    expect(await going).toContain("stopping");
  });

  it("are carried out by whichever worker is there", async () => {
    await company();
    const ended: string[] = [];
    const reconciler = await startReconciler({
      ...deps(),
      onRunEnded: (_run, end) => ended.push(end.status),
      onError: (error) => {
        throw error;
      },
    });
    const { run } = await start();
    const status = async () =>
      (await runs().get(engine.context.tenantId, engine.connectionId, run.id)).run.status;
    while (["queued", "running"].includes(await status())) await engine.clock.advance(1_000);
    expect(await status()).toBe("succeeded");
    await reconciler.stop();
    expect(ended).toEqual(["succeeded"]);
    expect(await query("select lease_id from run")).toEqual([{ lease_id: null }]);
  });
});
