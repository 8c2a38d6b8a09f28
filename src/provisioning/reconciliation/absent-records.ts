import { isRoleId } from "../../connectors/role-id.js";
import { writeBack } from "../../directory/write-back.js";
import { holdSettles, orderForRun } from "../../outbox/order-for-run.js";
import type { Transaction } from "../../persistence/database.js";
import { deleteLink, findLink, upsertLink } from "../../persistence/link-store.js";
import { insertRunRows } from "../../persistence/run-row-store.js";
import type { JsonObject, ResourceTypeId } from "../../scim/schema/attribute.js";
import { judgeRun } from "../protection/judge-run.js";
import { holdersOf } from "../roles/replaced-role.js";
import { isRoleLink } from "../roles/role-link.js";
import { compareBatch } from "./compare-batch.js";
import { asSent } from "./differences.js";
import { isMoving, type LinkedRecord, linkedDepartments, listLinked } from "./known-records.js";
import { comparePeople } from "./read-company.js";
import { runReason } from "./run-reasons.js";
import { newRow, type Orphan, type RunWork, reasonOfRead } from "./run-work.js";

const PAGE = 200;

/**
 * Looks for the linked records that were not met while reading. Each is asked for by itself before anything follows
 * from its absence: it may lie elsewhere, or out of our sight. What is really gone loses its link and is delivered anew.
 */
export async function findMissing(work: RunWork, type: ResourceTypeId): Promise<void> {
  const of = { tenantId: work.run.tenantId, connectionId: work.run.connectionId, type };
  let after: string | undefined;
  for (;;) {
    const page = await listLinked(work.database, of, { after, limit: PAGE });
    for (const linked of page) {
      // Roles are in no tree: each is looked for by itself, while they are for us to say.
      if (isRoleLink(linked) && !work.connection.policy.groupsAsRoles.enabled) continue;
      if (!work.seen[type].has(linked.remoteId)) await lookForOne(work, type, linked);
    }
    await work.checkpoint(type === "Group" ? "departments" : "people");
    after = page.at(-1)?.resourceId;
    if (page.length < PAGE) return;
  }
}

async function lookForOne(work: RunWork, type: ResourceTypeId, linked: LinkedRecord): Promise<void> {
  const { remoteId } = linked;
  const readAt = work.clock.now();
  work.seen[type].add(remoteId);
  try {
    const contents = await contentsOf(work, type, linked);
    if (contents === undefined) return await noteMissing(work, type, linked, readAt);
    const record = { remoteId, contents, readAt };
    if (type === "Group") return await compareBatch(work, type, [record], () => false);
    const own = await linkedDepartments(work.database, work.run);
    await comparePeople(work, [record], [], own);
  } catch (error) {
    const reason = reasonOfRead(error);
    const { resourceId, name } = linked;
    const row = newRow(work, {
      kind: "not-comparable",
      resourceType: type,
      remoteId,
      resourceId,
      name,
      reason,
    });
    await insertRunRows(work.database, [row]);
  }
}

/** What the vendor holds of a linked record; undefined where it is gone. */
async function contentsOf(
  { reader }: RunWork,
  type: ResourceTypeId,
  { remoteId, lastSent }: LinkedRecord,
): Promise<JsonObject | undefined> {
  if (isRoleId(remoteId)) {
    const role = await reader.role(remoteId);
    // The vendor moves no role to another group of roles.
    return role && { name: role.name, roleGroup: lastSent["roleGroup"] ?? null };
  }
  const found = type === "User" ? await reader.person(remoteId) : await reader.department(remoteId);
  return found && ({ ...found.contents } as JsonObject);
}

/** Notes that a linked record is gone, drops its link and has it made anew; unless it changed since it was read. */
export async function noteMissing(
  work: RunWork,
  type: ResourceTypeId,
  linked: LinkedRecord,
  readAt: Date,
): Promise<void> {
  const { run, clock, connection } = work;
  const { tenantId, connectionId, correlationId } = run;
  const { resourceId, remoteId, name, removed } = linked;
  await work.database.transaction(async (tx) => {
    await holdSettles(tx, connectionId);
    const present = await findLink(tx, { tenantId, connectionId, resourceId });
    const isAsRead = present?.remoteId === remoteId && present.modifiedAt <= readAt;
    if (!isAsRead || isMoving(linked.state)) return;
    const action = removed ? "forget" : "create";
    const result = run.dryRun ? null : ("ordered" as const);
    const row = newRow(work, {
      kind: "missing",
      resourceType: type,
      resourceId,
      remoteId,
      name,
      action,
      result,
    });
    await insertRunRows(tx, [row]);
    if (run.dryRun) return;
    const now = clock.now();
    const { idField } = connection.descriptor;
    const attribute = type === "User" ? idField.user : idField.group;
    const holders = isRoleId(remoteId) ? await holdersOf(tx, run, remoteId) : [];
    if (!isRoleId(remoteId)) {
      await writeBack(tx, {
        ...{ tenantId, resourceType: type, resourceId, attribute, value: null, now, correlationId },
      });
    }
    await deleteLink(tx, { tenantId, connectionId, resourceId });
    await order(tx, work, type, resourceId);
    // Whoever held the role is to get the one that takes its place.
    await order(tx, work, "User", ...holders);
  });
}

/**
 * Orders the removal of what carries our stamp although its user or group was removed. Only for a run that read
 * everything; the deliveries go the usual way, deletion protection included.
 */
export async function removeOrphans(work: RunWork): Promise<void> {
  const { run, clock, connection } = work;
  const { tenantId, connectionId, id: runId, correlationId } = run;
  const losses = work.orphans.map(({ type, resourceId, name }) => ({
    kind: type === "User" ? ("user" as const) : ("department" as const),
    unitId: resourceId,
    name: name ?? resourceId,
  }));
  const removals = { tenantId, connectionId, runId, correlationId, losses, now: clock.now() };
  if (!run.dryRun) await judgeRun(work.database, { ...removals, policy: connection.policy });
  for (const orphan of work.orphans) {
    await work.database.transaction((tx) => removeOrphan(tx, work, orphan));
    await work.checkpoint("absent");
  }
}

async function removeOrphan(tx: Transaction, work: RunWork, orphan: Orphan): Promise<void> {
  const { run, clock } = work;
  const { tenantId, connectionId } = run;
  const { type: resourceType, resourceId, remoteId, name } = orphan;
  await holdSettles(tx, connectionId);
  const result = run.dryRun ? null : ("ordered" as const);
  const given = {
    kind: "orphan",
    resourceType,
    resourceId,
    remoteId,
    name,
    action: "remove",
    result,
  } as const;
  await insertRunRows(tx, [newRow(work, given)]);
  if (run.dryRun) return;
  const present = await findLink(tx, { tenantId, connectionId, resourceId });
  if (present === undefined) {
    const now = clock.now();
    const lastSent = asSent(resourceType, orphan.contents);
    const times = { createdAt: now, modifiedAt: now };
    await upsertLink(tx, { tenantId, connectionId, resourceId, resourceType, remoteId, lastSent, ...times });
  }
  await order(tx, work, resourceType, resourceId);
}

async function order(
  tx: Transaction,
  { run, clock }: RunWork,
  type: ResourceTypeId,
  ...ids: string[]
): Promise<void> {
  const { tenantId, connectionId, id: runId, correlationId } = run;
  const now = clock.now();
  const resources = ids.map((id) => ({ type, id }));
  await orderForRun(tx, { tenantId, connectionId, runId, correlationId, now, resources });
}

interface UndeliveredRow {
  id: string;
  type: ResourceTypeId;
  name: string | null;
  state: "parked" | "failed" | "held" | null;
  reason: { code: string; message: string; remedy?: string } | null;
}

const UNDELIVERED = `
  select d.resource_id as id, d.resource_type as type, coalesce(r.doc->>'displayName', r.doc->>'userName') as name,
         d.state, d.reason
    from delivery d
    left join resource r on r.tenant_id = d.tenant_id and r.id = d.resource_id
   where d.tenant_id = $1 and d.connection_id = $2 and d.state in ('parked', 'failed', 'held')
  union all
  select r.id, r.type, coalesce(r.doc->>'displayName', r.doc->>'userName'), null, null
    from resource r
   where r.tenant_id = $1 and r.deleted_at is null
     and not exists (select from delivery d
                      where d.tenant_id = r.tenant_id and d.connection_id = $2 and d.resource_id = r.id)`;

/**
 * Notes what does not stand at the vendor as SCIM has it because its delivery waits for data or a person, was given up,
 * or was never ordered. The last two are ordered again. To be called before anything else is ordered.
 */
export async function noteUndelivered(work: RunWork): Promise<void> {
  const { run, database } = work;
  const { tenantId, connectionId } = run;
  const found = await database.query<UndeliveredRow & Record<string, unknown>>(UNDELIVERED, [
    tenantId,
    connectionId,
  ]);
  for (const { id, type, name, state, reason } of found) {
    if (work.handled.has(id)) continue;
    const isOrdered = state === null || state === "failed";
    const ordered = isOrdered && !run.dryRun;
    await database.transaction(async (tx) => {
      await holdSettles(tx, connectionId);
      const row = newRow(work, {
        kind: "undelivered",
        resourceType: type,
        resourceId: id,
        name,
        action: isOrdered ? "deliver" : null,
        result: ordered ? "ordered" : null,
        reason: reason ?? runReason("not-ordered"),
      });
      await insertRunRows(tx, [row]);
      if (ordered) await order(tx, work, type, id);
    });
    await work.checkpoint("absent");
  }
}
