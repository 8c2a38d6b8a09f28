import { expect, it } from "vitest";
import { shareReconciliation } from "./share-reconciliation.js";

const { engine, addGroup, settle, reconcile, writes, department, query } = shareReconciliation();

/** Departments that carry our stamp although their groups were removed, as after a restored database. */
async function leaveOrphans(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push(await addGroup(`撤销${n}`));
  await settle();
  const records = ids.map((_id, n) => ({ ...department(`撤销${n}`) }));
  for (const id of ids) await engine.directory.remove(engine.context, "Group", id);
  await settle();
  for (const record of records) engine.vendor.departments.set(record.remoteId, record);
  await query("delete from removal");
  engine.vendor.calls.length = 0;
  return ids;
}

it.each([
  ["removes nothing when its removals together exceed the limit", 3, 0, "held", 1],
  ["removes all of them when together they are within it", 2, 2, "done", 0],
])("a run %s [004-12]", async (_title, count, removed, result, told) => {
  const orphans = await leaveOrphans(count);
  const deletionProtection = { departments: { number: 2, percent: 0 } };
  await engine.connections.update(engine.context, engine.connectionId, { policy: { deletionProtection } });
  await settle();
  await query("delete from notification");
  const { rows } = await reconcile();
  expect(writes()).toHaveLength(removed);
  expect(rows.map((row) => [row.kind, row.result])).toEqual(orphans.map(() => ["orphan", result]));
  const notes = await query<{ reason: { code: string }; numbers: object }>(
    "select reason, numbers from notification where kind = 'removals-held'",
  );
  expect(notes).toHaveLength(told);
  if (told === 1) {
    expect(notes[0]).toMatchObject({
      reason: { code: "run-protection" },
      numbers: { planned: 3, allowed: 2 },
    });
  }
});
