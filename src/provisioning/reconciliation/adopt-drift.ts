import { orderForRun } from "../../outbox/order-for-run.js";
import { correctLastSent } from "../../persistence/link-store.js";
import { findRunRow, updateRunRow } from "../../persistence/run-row-store.js";
import type { RunReason } from "../../persistence/run-store.js";
import { ScimError } from "../../scim/errors.js";
import type { ResourceTypeId } from "../../scim/schema/attribute.js";
import { type Difference, withFound } from "./differences.js";
import type { LinkedRecord } from "./known-records.js";
import { runReason } from "./run-reasons.js";
import type { RunWork } from "./run-work.js";

/** Values of the vendor to be taken over into a resource; `rowId` is the row that says so. */
export interface Adoption {
  rowId: string;
  linked: LinkedRecord;
  differences: Difference[];
  /** Differences of the same record that are sent again. */
  pushed: readonly Difference[];
}

/** What the taking over of values works with. */
export type AdoptionWork = Pick<RunWork, "database" | "clock" | "run" | "adoptValues" | "connection">;

/** What was not taken over, and why. */
interface Refusal {
  differences: readonly Difference[];
  reason: RunReason;
}

/**
 * Takes the vendor's values over into SCIM. The link says already that they were sent, so the delivery that follows
 * from the change has nothing to send. For a field that has no place in SCIM, and where SCIM refuses the values, the link
 * goes back to what it was, both sides stay as they are, and the row says why.
 */
export async function adoptInto(work: AdoptionWork, type: ResourceTypeId, adoption: Adoption): Promise<void> {
  const { run, clock, database } = work;
  const { resourceId, lastSent } = adoption.linked;
  const refusal = await tryAdopting(work, type, adoption);
  const { tenantId, connectionId, id: runId, correlationId } = run;
  const now = clock.now();
  await database.transaction(async (tx) => {
    if (refusal !== undefined) {
      const adopted = adoption.differences.filter((one) => !refusal.differences.includes(one));
      const present = withFound(lastSent, [...adoption.pushed, ...adopted]);
      await correctLastSent(tx, { tenantId, connectionId }, [{ resourceId, lastSent: present }], now);
      const row = await findRunRow(tx, { tenantId, runId, id: adoption.rowId });
      if (row) await updateRunRow(tx, row, { result: "failed", reason: refusal.reason, settledAt: now });
    }
    const resources = [{ type, id: resourceId }];
    await orderForRun(tx, { tenantId, connectionId, runId, correlationId, now, resources });
  });
}

async function tryAdopting(
  { adoptValues, run, connection }: AdoptionWork,
  type: ResourceTypeId,
  { linked, differences }: Adoption,
): Promise<Refusal | undefined> {
  try {
    const refused = await adoptValues({
      tenantId: run.tenantId,
      runId: run.id,
      connectionId: run.connectionId,
      correlationId: run.correlationId,
      actor: run.actor,
      mapping: connection.mapping,
      departmentName: connection.descriptor.departmentName,
      rootDepartmentId: connection.rootDepartmentId,
      ...(connection.rootGroupId === undefined ? {} : { rootGroupId: connection.rootGroupId }),
      type,
      resourceId: linked.resourceId,
      differences,
    });
    if (refused.length === 0) return undefined;
    const detail = refused.map((one) => one.detail).join(" ");
    return {
      differences: refused.map(({ difference }) => difference),
      reason: runReason("not-adoptable", { detail }),
    };
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    const reason = runReason("scim-refusal", { detail: error.message });
    return {
      differences,
      reason: error.scimType === undefined ? reason : { ...reason, code: error.scimType },
    };
  }
}
