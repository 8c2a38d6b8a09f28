import type { AuthorisedScope } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import type { Database } from "../../persistence/database.js";
import type { RunRow } from "../../persistence/run-row-store.js";
import type { Run, RunProgress, RunReason } from "../../persistence/run-store.js";
import type { Clock } from "../../platform/clock.js";
import type { JsonObject, ResourceTypeId } from "../../scim/schema/attribute.js";
import type { ConnectionAtWork } from "../connections/connection-at-work.js";
import type { AdoptValues } from "./adopt-values.js";
import type { VendorReader } from "./vendor-reader.js";

/** Everything a run works with and remembers while it is carried out. */
export interface RunWork {
  database: Database;
  clock: Clock;
  run: Run;
  connection: ConnectionAtWork;
  reader: VendorReader;
  scope: AuthorisedScope;
  adoptValues: AdoptValues;
  progress: RunProgress;
  /** An id for the next row: rows are listed in the order in which they were found. */
  nextRowId(): string;
  /** Remote ids that were read, so that whoever is in several departments is compared once. */
  seen: Record<ResourceTypeId, Set<string>>;
  /** Whether all departments, and all their members, were read without failure. */
  complete: { departments: boolean; people: boolean };
  /** What carries our stamp although its user or group was removed. */
  orphans: Orphan[];
  /** Resources that the run ordered something for before it was begun anew: that they are on their way is its own doing. */
  handled: ReadonlySet<string>;
  /** Notes how far the run is, if it is time. @throws RunLost */
  checkpoint(phase: RunPhase): Promise<void>;
}

/** What a run does, in this order. */
export type RunPhase = "departments" | "people" | "absent" | "delivering";

/** A record at the vendor that is ours and should not be there. */
export interface Orphan {
  type: ResourceTypeId;
  remoteId: string;
  resourceId: string;
  /** What the vendor holds of it. */
  contents: JsonObject;
  name: string | null;
}

/** The run is not this process's any more: its lease ended, or the process is told to stop. */
export class RunLost extends Error {
  override readonly name = "RunLost";
}

/** A safety rule ends the run. */
export class RunStopped extends Error {
  override readonly name = "RunStopped";

  constructor(readonly reason: RunReason) {
    super(reason.message);
  }
}

/** A row of the run, with nothing said yet but what is given. */
export function newRow(
  { run, nextRowId }: Pick<RunWork, "run" | "nextRowId">,
  given: Pick<RunRow, "resourceType" | "kind"> & Partial<RunRow>,
): RunRow {
  return {
    tenantId: run.tenantId,
    runId: run.id,
    id: nextRowId(),
    connectionId: run.connectionId,
    resourceId: null,
    remoteId: null,
    name: null,
    drifts: [],
    action: null,
    result: null,
    reason: null,
    settledAt: null,
    ...given,
  };
}

/** A vendor's failure as a reason. @throws what is no failure of the vendor, or concerns the whole connection */
export function reasonOfRead(error: unknown): RunReason {
  if (!(error instanceof ConnectorError) || error.kind === "unauthorized") throw error;
  const { code, message, remedy, zh } = error.facts;
  return { code, message, ...(remedy === undefined ? {} : { remedy }), ...(zh === undefined ? {} : { zh }) };
}
