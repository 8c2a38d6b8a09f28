import { describe, expect, it } from "vitest";
import { listNotifications } from "../../../src/notifications/list-notifications.js";
import { shareReconciliation } from "./share-reconciliation.js";

const { engine, addGroup, addUser, join, settle, reconcile, person, fail, department, database } =
  shareReconciliation();

async function company() {
  const group = await addGroup("研发");
  const people = [await addUser("王一"), await addUser("李二")];
  for (const id of people) await join(group, id);
  await settle();
  return people;
}
const told = async () =>
  (await listNotifications(database(), engine.context.tenantId, { limit: 20 })).map(
    ({ kind, reason, numbers, repeats, subject }) => ({ kind, code: reason.code, numbers, repeats, subject }),
  );

describe("the end of a run", () => {
  it("is told where it found differences, with what came of them, and not where all is in line [004-18]", async () => {
    const [first = ""] = await company();
    await reconcile();
    expect(await told()).toEqual([]);
    person(first).name = "由人改过";
    const { run } = await reconcile();
    const repaired = {
      kind: "run-differences",
      code: "differences-repaired",
      numbers: { drift: 1, done: 1 },
      repeats: 0,
      subject: { type: "Run", id: run.id },
    };
    expect(await told()).toEqual([repaired]);
    person(first).name = "由人改过";
    await reconcile();
    expect(await told()).toEqual([{ ...repaired, repeats: 1 }]);
    await engine.clock.advance(3_600_000);
    person(first).name = "由人改过";
    await reconcile();
    expect(await told()).toMatchObject([{ repeats: 0 }, { repeats: 1 }]);
  });

  it("is told where something stays out of line, also in the quiet interval of another end", async () => {
    const [first = "", second = ""] = await company();
    person(first).name = "由人改过";
    await reconcile();
    person(second).name = "由人改过";
    fail("users.update", "rejected");
    await reconcile();
    const ends = (await told()).filter(({ kind }) => kind === "run-differences");
    expect(ends).toMatchObject([
      { code: "differences-open", numbers: { drift: 1, failed: 1 } },
      { code: "differences-repaired" },
    ]);
  });

  it("is told where it could not be carried out, or not to its end", async () => {
    await company();
    fail("users.listMembers", "rejected");
    await reconcile();
    await engine.clock.advance(1);
    fail("readScope", "unauthorized");
    await reconcile();
    await engine.clock.advance(1);
    engine.vendor.scope = {
      ...engine.vendor.scope,
      wholeCompany: false,
      departmentRemoteIds: [department("研发").remoteId],
    };
    await reconcile();
    expect(await told()).toMatchObject([
      { kind: "scope-shrunk", code: "scope-shrunk" },
      { kind: "run-ended", code: "injected" },
      { kind: "run-ended", code: "incomplete-read" },
    ]);
  });

  it("of a dry run is told to nobody", async () => {
    const [first = ""] = await company();
    person(first).name = "由人改过";
    await reconcile({ dryRun: true });
    expect(await told()).toEqual([]);
  });
});
