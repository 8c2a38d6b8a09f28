import type { RemoteRecord } from "../../connectors/operations.js";
import type { Database } from "../../persistence/database.js";
import type { EventHint } from "../../persistence/event-store.js";
import { findIgnoredDrifts } from "../../persistence/run-row-store.js";
import type { Clock } from "../../platform/clock.js";
import { isId } from "../../platform/ids.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import type { ConnectionAtWork } from "../connections/connection-at-work.js";
import { mapsField } from "../mapping/mapping.js";
import { judgeRecord, type ShownRecord } from "../reconciliation/judge-record.js";
import {
  findLinked,
  findStamped,
  isMoving,
  type LinkedRecord,
  linkedDepartments,
} from "../reconciliation/known-records.js";
import type { VendorReader } from "../reconciliation/vendor-reader.js";

/** What a look works with. */
export interface LookDeps {
  database: Database;
  clock: Clock;
  connection: ConnectionAtWork;
  reader: VendorReader;
}

/**
 * What a look at a record showed.
 *
 * - `echo`: it is as it was sent; the event was caused by our own write, or another look came first
 * - `left`: it differs in what is to be left alone
 * - `unknown`: it is nothing of ours
 * - `orphan`: it is ours and should not be there; only a run that reads everything removes anything
 * - `moving`: its own delivery is on its way, so nothing can be said yet
 * - `missing`: it was removed at the vendor
 * - `news`: it differs, or its link was lost
 */
export type Sight =
  | { kind: "echo" | "left" | "unknown" | "orphan" | "moving" }
  | { kind: "missing"; linked: LinkedRecord; readAt: Date }
  | { kind: "news"; record: ShownRecord; isOwnDepartment: OwnDepartments };

/** Whether membership of a department is for us to say about a person. */
export type OwnDepartments = (personRemoteId: string, departmentRemoteId: string) => boolean;

/**
 * Reads the record that a hint names, as it is now, and compares it with what was sent. Writes nothing: what follows from
 * it is decided once more under the lock. What is not ours is not read, but for departments: their stamp tells.
 * @throws ConnectorError
 */
export async function lookAtRecord(deps: LookDeps, hint: EventHint): Promise<Sight> {
  const { database, clock, connection } = deps;
  const { tenantId, connectionId, resourceType: type, remoteId } = hint;
  const of = { tenantId, connectionId, type };
  const linked = (await findLinked(database, of, [remoteId])).get(remoteId);
  if (linked === undefined && type === "User" && !isId(remoteId)) return { kind: "unknown" };
  // Not read before its delivery is settled: what is sent in between would look like a difference.
  if (linked !== undefined && isMoving(linked.state)) return { kind: "moving" };
  const readAt = clock.now();
  const found = await read(deps, hint);
  if (found === undefined) {
    return linked === undefined ? { kind: "unknown" } : { kind: "missing", linked, readAt };
  }
  const record = { remoteId, contents: { ...found.contents } as JsonObject, readAt };
  const stamp = type === "User" ? remoteId : record.contents["sourceId"];
  const isStamp = linked === undefined && typeof stamp === "string" && isId(stamp);
  const stamped = isStamp ? (await findStamped(database, of, [stamp])).get(stamp) : undefined;
  if (stamped !== undefined && isMoving(stamped.state)) return { kind: "moving" };
  const isOwnDepartment = await ownDepartments(deps, hint, linked);
  const verdict = judgeRecord(record, {
    type,
    linked,
    stamped,
    ignored: await findIgnoredDrifts(database, { ...of, resourceType: type }, [remoteId]),
    rules: connection.policy.drift,
    isOwnDepartment: (departmentRemoteId) => isOwnDepartment(remoteId, departmentRemoteId),
    isMapped: (field) => mapsField(connection.mapping, type, field),
  });
  switch (verdict.kind) {
    case "same":
    case "none":
      return { kind: verdict.left > 0 ? "left" : "echo" };
    case "pending":
      return { kind: "moving" };
    case "orphan":
      return { kind: "orphan" };
    case "foreign":
      return { kind: "unknown" };
    case "drift":
    case "unlinked":
      return { kind: "news", record, isOwnDepartment };
  }
}

function read(
  { reader }: LookDeps,
  { resourceType, remoteId }: EventHint,
): Promise<RemoteRecord<object> | undefined> {
  return resourceType === "User" ? reader.person(remoteId) : reader.department(remoteId);
}

/** As a run decides it: departments of ours, and the root for accounts that we made. */
async function ownDepartments(
  { database, connection }: LookDeps,
  { tenantId, connectionId, resourceType }: EventHint,
  linked: LinkedRecord | undefined,
): Promise<OwnDepartments> {
  if (resourceType === "Group") return () => false;
  const own = await linkedDepartments(database, { tenantId, connectionId });
  return (person, department) =>
    own.has(department) || (department === connection.rootDepartmentId && linked?.resourceId === person);
}
