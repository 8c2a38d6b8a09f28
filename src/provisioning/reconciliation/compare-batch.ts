import type { ChangedResource } from "../../outbox/append.js";
import { holdSettles, orderForRun } from "../../outbox/order-for-run.js";
import type { Queryable, Transaction } from "../../persistence/database.js";
import { correctLastSent, upsertLink } from "../../persistence/link-store.js";
import {
  type Drift,
  type DriftChoice,
  findIgnoredDrifts,
  insertRunRows,
  type RunRow,
} from "../../persistence/run-row-store.js";
import { isId } from "../../platform/ids.js";
import type { JsonObject, ResourceTypeId } from "../../scim/schema/attribute.js";
import { mapsField } from "../mapping/mapping.js";
import { type Adoption, adoptInto } from "./adopt-drift.js";
import { asSent, type Difference, masked, withFound } from "./differences.js";
import { judgeRecord, type ShownRecord, type Verdict } from "./judge-record.js";
import { findLinked, findStamped, type LinkedRecord, type StampedResource } from "./known-records.js";
import { runReason } from "./run-reasons.js";
import { newRow, type RunWork } from "./run-work.js";

/** A delivery that stands by in case a value can be adopted and the process dies before it is: in milliseconds. */
const STAND_BY_MS = 60_000;

/**
 * Compares records of one type with what was sent, notes what is found, and orders what is to be done about it: all in
 * one transaction, in which nothing is settled. A dry run only notes.
 * @param isOwnDepartment whether membership of a department is for us to say about a person
 */
export async function compareBatch(
  work: RunWork,
  type: ResourceTypeId,
  records: readonly ShownRecord[],
  isOwnDepartment: (personRemoteId: string, departmentRemoteId: string) => boolean,
): Promise<void> {
  if (records.length === 0) return;
  const { database, run } = work;
  const adoptions = await database.transaction(async (tx) => {
    await holdSettles(tx, run.connectionId);
    const verdicts = await judgeAll(tx, work, type, records, isOwnDepartment);
    const effects = effectsOf(work, type, verdicts);
    await insertRunRows(tx, effects.rows);
    if (run.dryRun) return [];
    const { tenantId, connectionId, id: runId, correlationId } = run;
    const now = work.clock.now();
    for (const { stamped, record } of effects.relinked) {
      await relink(tx, work, type, stamped.resourceId, record, now);
    }
    await correctLastSent(tx, { tenantId, connectionId }, effects.corrected, now);
    const order = { tenantId, connectionId, runId, correlationId, now };
    await orderForRun(tx, { ...order, resources: effects.ordered });
    await orderForRun(tx, {
      ...order,
      resources: effects.standBy,
      dueAt: new Date(now.getTime() + STAND_BY_MS),
    });
    return effects.adoptions;
  });
  for (const adoption of adoptions) await adoptInto(work, type, adoption);
}

interface Judged {
  record: ShownRecord;
  verdict: Verdict;
}

async function judgeAll(
  tx: Queryable,
  work: RunWork,
  type: ResourceTypeId,
  records: readonly ShownRecord[],
  isOwnDepartment: (personRemoteId: string, departmentRemoteId: string) => boolean,
): Promise<Judged[]> {
  const of = { tenantId: work.run.tenantId, connectionId: work.run.connectionId, type };
  const remoteIds = records.map((record) => record.remoteId);
  const linked = await findLinked(tx, of, remoteIds);
  const stamps = records
    .filter((record) => !linked.has(record.remoteId))
    .flatMap((one) => stampOf(type, one));
  const stamped = await findStamped(tx, of, [...new Set(stamps)]);
  const ignored = await findIgnoredDrifts(tx, { ...of, resourceType: type }, remoteIds);
  return records.map((record) => {
    const [stamp] = stampOf(type, record);
    const verdict = judgeRecord(record, {
      type,
      linked: linked.get(record.remoteId),
      stamped: stamp === undefined ? undefined : stamped.get(stamp),
      ignored: ignored.filter((one) => one.remoteId === record.remoteId),
      rules: work.connection.policy.drift,
      isOwnDepartment: (departmentRemoteId) => isOwnDepartment(record.remoteId, departmentRemoteId),
      isMapped: (field) => mapsField(work.connection.mapping, type, field),
    });
    return { record, verdict };
  });
}

/** The id of a resource of ours that a record names: a department by its stamp, a person by the id we chose. */
function stampOf(type: ResourceTypeId, { remoteId, contents }: ShownRecord): string[] {
  const stamp = type === "User" ? remoteId : contents["sourceId"];
  return typeof stamp === "string" && isId(stamp) ? [stamp] : [];
}

interface Effects {
  rows: RunRow[];
  corrected: { resourceId: string; lastSent: JsonObject }[];
  ordered: ChangedResource[];
  standBy: ChangedResource[];
  relinked: { stamped: StampedResource; record: ShownRecord }[];
  adoptions: Adoption[];
}

function effectsOf(work: RunWork, type: ResourceTypeId, judged: readonly Judged[]): Effects {
  const effects: Effects = {
    rows: [],
    corrected: [],
    ordered: [],
    standBy: [],
    relinked: [],
    adoptions: [],
  };
  for (const { record, verdict } of judged) addEffect(effects, work, type, record, verdict);
  return effects;
}

function addEffect(
  effects: Effects,
  work: RunWork,
  type: ResourceTypeId,
  record: ShownRecord,
  verdict: Verdict,
): void {
  const { progress, run } = work;
  const row = (given: Parameters<typeof newRow>[1]) => {
    const made = newRow(work, { ...given, remoteId: record.remoteId, resourceType: type });
    effects.rows.push(made);
    return made;
  };
  const ordered = run.dryRun ? null : ("ordered" as const);
  for (const field of "notComparable" in verdict ? verdict.notComparable : []) {
    progress.notComparable[field] = (progress.notComparable[field] ?? 0) + 1;
  }
  if ("left" in verdict) progress.ignored += verdict.left;
  switch (verdict.kind) {
    case "none":
      return;
    case "same":
      progress.same += 1;
      return;
    case "pending": {
      const { linked, differences } = verdict;
      if (work.handled.has(linked.resourceId)) return;
      const drifts = driftsOf(differences, "ignore");
      const reason = runReason("delivery-pending");
      row({ kind: "pending", resourceType: type, ...nameOf(linked), drifts, reason });
      return;
    }
    case "drift": {
      const { linked, push, adopt, stuck } = verdict;
      if (stuck.length > 0) {
        const given = { kind: "drift", resourceType: type, ...nameOf(linked) } as const;
        const result = run.dryRun ? null : "failed";
        row({ ...given, drifts: driftsOf(stuck, "push"), result, reason: runReason("account-kind") });
      }
      if (push.length + adopt.length === 0) return;
      const drifts = [...driftsOf(push, "push"), ...driftsOf(adopt, "adopt")];
      const action = push.length > 0 ? "push" : "adopt";
      const made = row({
        kind: "drift",
        resourceType: type,
        ...nameOf(linked),
        drifts,
        action,
        result: ordered,
      });
      const { resourceId } = linked;
      effects.corrected.push({ resourceId, lastSent: withFound(linked.lastSent, [...push, ...adopt]) });
      (adopt.length > 0 ? effects.standBy : effects.ordered).push({ type, id: resourceId });
      if (adopt.length > 0) {
        effects.adoptions.push({ rowId: made.id, linked, differences: adopt, pushed: push });
      }
      return;
    }
    case "orphan": {
      // Removed at the end, and only if everything was read.
      const { resourceId, name } = verdict;
      const { remoteId, contents } = record;
      work.orphans.push({ type, remoteId, resourceId, contents, name: name ?? textOf(contents["name"]) });
      return;
    }
    case "unlinked": {
      const { stamped } = verdict;
      const { resourceId, name } = stamped;
      row({ kind: "unlinked", resourceType: type, resourceId, name, action: "link", result: ordered });
      effects.relinked.push({ stamped, record });
      effects.ordered.push({ type, id: resourceId });
      return;
    }
    case "foreign": {
      const name = textOf(record.contents["name"]);
      const { duplicateOf } = verdict;
      const reason =
        duplicateOf === undefined
          ? null
          : runReason("duplicate-stamp", {
              name: duplicateOf.name ?? duplicateOf.resourceId,
              linked: duplicateOf.linkedTo ?? undefined,
            });
      row({ kind: "foreign", resourceType: type, name, reason });
      return;
    }
  }
}

/** The link that was lost, with what the vendor holds as what was sent (see asSent): the delivery sends the rest. */
async function relink(
  tx: Transaction,
  { run }: RunWork,
  resourceType: ResourceTypeId,
  resourceId: string,
  { remoteId, contents }: ShownRecord,
  now: Date,
): Promise<void> {
  const { tenantId, connectionId } = run;
  const lastSent = asSent(resourceType, contents);
  const times = { createdAt: now, modifiedAt: now };
  await upsertLink(tx, { tenantId, connectionId, resourceId, resourceType, remoteId, lastSent, ...times });
}

function driftsOf(differences: readonly Difference[], choice: DriftChoice): Drift[] {
  return differences.map(({ field, expected, found }) => ({
    field,
    expected: masked(field, expected),
    found: masked(field, found),
    choice,
  }));
}

function nameOf({ resourceId, name }: LinkedRecord): Pick<RunRow, "resourceId" | "name"> {
  return { resourceId, name };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
