import { orderForRun } from "../../outbox/order-for-run.js";
import { findRunRow, updateRunRow } from "../../persistence/run-row-store.js";
import type { RunReason } from "../../persistence/run-store.js";
import { ScimError } from "../../scim/errors.js";
import type { ResourceTypeId } from "../../scim/schema/attribute.js";
import { fillsAsByDefault } from "../mapping/mapping.js";
import { NotAdoptable } from "./adopt-values.js";
import type { Difference } from "./differences.js";
import { correctLastSent, type LinkedRecord } from "./known-records.js";
import { runReason } from "./run-reasons.js";
import type { RunWork } from "./run-work.js";

/** Values of the vendor to be taken over into a resource; `rowId` is the row that says so. */
export interface Adoption {
  rowId: string;
  linked: LinkedRecord;
  differences: Difference[];
}

/** What the taking over of values works with. */
export type AdoptionWork = Pick<RunWork, "database" | "clock" | "run" | "adoptValues" | "connection">;

/**
 * Takes the vendor's values over into SCIM. The link says already that they were sent, so the delivery that follows
 * from the change has nothing to send. Where SCIM refuses the values, the link goes back to what it was, both sides
 * stay as they are, and the row says why.
 */
export async function adoptInto(work: AdoptionWork, type: ResourceTypeId, adoption: Adoption): Promise<void> {
  const { run, clock, database } = work;
  const { resourceId, lastSent } = adoption.linked;
  const refusal = await tryAdopting(work, type, adoption);
  const { tenantId, connectionId, id: runId, correlationId } = run;
  const now = clock.now();
  await database.transaction(async (tx) => {
    if (refusal !== undefined) {
      await correctLastSent(tx, { tenantId, connectionId }, [{ resourceId, lastSent }], now);
      const row = await findRunRow(tx, { tenantId, runId, id: adoption.rowId });
      if (row) await updateRunRow(tx, row, { result: "failed", reason: refusal, settledAt: now });
    }
    const resources = [{ type, id: resourceId }];
    await orderForRun(tx, { tenantId, connectionId, runId, correlationId, now, resources });
  });
}

async function tryAdopting(
  { adoptValues, run, connection }: AdoptionWork,
  type: ResourceTypeId,
  { linked, differences }: Adoption,
): Promise<RunReason | undefined> {
  try {
    const elsewhere = differences.find(({ field }) => !fillsAsByDefault(connection.mapping, field));
    if (type === "User" && elsewhere !== undefined) {
      throw new NotAdoptable(`${elsewhere.field} is filled by a rule of the connection's mapping.`);
    }
    await adoptValues({
      tenantId: run.tenantId,
      connectionId: run.connectionId,
      correlationId: run.correlationId,
      actor: run.actor,
      rootDepartmentId: connection.rootDepartmentId,
      ...(connection.rootGroupId === undefined ? {} : { rootGroupId: connection.rootGroupId }),
      type,
      resourceId: linked.resourceId,
      differences,
    });
    return undefined;
  } catch (error) {
    if (error instanceof NotAdoptable) {
      return runReason("not-adoptable", { detail: error.message });
    }
    if (error instanceof ScimError) {
      const reason = runReason("scim-refusal", { detail: error.message });
      return error.scimType === undefined ? reason : { ...reason, code: error.scimType };
    }
    throw error;
  }
}
