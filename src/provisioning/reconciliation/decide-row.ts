import { type AuditNote, appendAudit } from "../../audit/append-audit.js";
import type { Connector, ConnectorSession, VendorCall } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import type { Directory } from "../../directory/directory.js";
import { holdSettles, orderForRun } from "../../outbox/order-for-run.js";
import type { Connection } from "../../persistence/connection-store.js";
import type { Database } from "../../persistence/database.js";
import { correctLastSent } from "../../persistence/link-store.js";
import {
  type Drift,
  type DriftChoice,
  findRunRow,
  ignoreDrift,
  type RunRow,
  updateRunRow,
} from "../../persistence/run-row-store.js";
import { findRun, type Run, type RunReason } from "../../persistence/run-store.js";
import type { Clock } from "../../platform/clock.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import type { ConnectionAtWork } from "../connections/connection-at-work.js";
import { createOpenConnections } from "../connections/open-connections.js";
import { mapsField } from "../mapping/mapping.js";
import { adoptInto } from "./adopt-drift.js";
import { createAdoptValues } from "./adopt-values.js";
import { compareRecord, type Difference, fingerprint, isOfAccountKind, withFound } from "./differences.js";
import { findLinked, isMoving, type LinkedRecord, linkedDepartments } from "./known-records.js";
import { runReason } from "./run-reasons.js";
import { RunActiveError, type RunContext, RunNotFoundError } from "./runs.js";
import { createVendorReader } from "./vendor-reader.js";

/** What is decided about a row: about one field of it, or about all. */
export interface Decision {
  choice: DriftChoice;
  field?: string | undefined;
}

/** The row cannot be decided on, or not in this way. */
export class RowNotDecidableError extends Error {
  override readonly name = "RowNotDecidableError";

  constructor(readonly reason: RunReason) {
    super(reason.message);
  }
}

/** Decisions on single rows of a run that is over. */
export interface RowDecisions {
  /**
   * Carries a decision out on what the vendor holds now, which is read again for it: pushes or adopts the difference, or
   * leaves it alone from now on, for as long as the vendor holds the same. Answers the row as it is then.
   * @throws RunNotFoundError, RunActiveError, RowNotDecidableError
   */
  decide(
    context: RunContext,
    at: { connectionId: string; runId: string; rowId: string },
    decision: Decision,
  ): Promise<RunRow>;
}

/** What decisions are carried out with. */
export interface RowDecisionsDeps {
  database: Database;
  clock: Clock;
  connectors: { get(id: string): Connector | undefined };
  openSession(connection: Connection, options: { onCall: (call: VendorCall) => void }): ConnectorSession;
  onCall(call: VendorCall, connector: string): void;
  directory: Pick<Directory, "read" | "patch">;
}

/** Makes the service. */
export function createRowDecisions(deps: RowDecisionsDeps): RowDecisions {
  const { database, clock } = deps;
  const adoptValues = createAdoptValues(deps);

  async function load(tenantId: string, at: { connectionId: string; runId: string; rowId: string }) {
    const run = await findRun(database, { tenantId, id: at.runId });
    const row = await findRunRow(database, { tenantId, runId: at.runId, id: at.rowId });
    if (run === undefined || run.connectionId !== at.connectionId || row === undefined) {
      throw new RunNotFoundError(at.runId);
    }
    if (run.status === "queued" || run.status === "running") throw new RunActiveError(run.id);
    return { run, row };
  }

  return {
    async decide(context, at, decision) {
      const { run, row } = await load(context.tenantId, at);
      const by = { ...run, actor: context.actor, correlationId: context.correlationId };
      if (row.kind === "foreign") {
        if (decision.choice !== "ignore" || decision.field !== undefined) throw notDecidable(FOREIGN);
        await leaveAlone(by, row, [{ field: "", expected: null, found: null }]);
      } else if (row.kind !== "drift") throw notDecidable(OTHER_KIND);
      else await decideDrift(by, row, decision);
      const decided = await findRunRow(database, { tenantId: run.tenantId, runId: run.id, id: row.id });
      return decided ?? row;
    },
  };

  async function decideDrift(run: Run, row: RunRow, decision: Decision): Promise<void> {
    const connections = createOpenConnections(deps);
    try {
      const connection = await connections.use(run.tenantId, run.connectionId);
      const present = await readAgain(run, row, connection);
      const chosen = present.differences.filter(
        ({ field }) => decision.field === undefined || field === decision.field,
      );
      if (chosen.length === 0) throw notDecidable(IN_LINE);
      if (decision.choice === "ignore") return await leaveAlone(run, row, chosen);
      const changeable = chosen.filter((one) => !isOfAccountKind(one));
      if (changeable.length === 0) throw notDecidable(runReason("account-kind"));
      await correct(run, row, connection, { ...present, chosen: changeable, choice: decision.choice });
    } finally {
      await connections.close();
    }
  }

  /** What differs now; the row tells what differed when the run looked. */
  async function readAgain(run: Run, row: RunRow, connection: ConnectionAtWork) {
    const { remoteId, resourceType: type } = row;
    const context = { correlationId: run.correlationId };
    const reader = createVendorReader(connection.session, { clock, context });
    const readAt = clock.now();
    const record = await asDecidable(async () => {
      await reader.scope();
      return type === "User" ? reader.person(remoteId ?? "") : reader.department(remoteId ?? "");
    });
    const of = { tenantId: run.tenantId, connectionId: run.connectionId, type };
    const linked = (await findLinked(database, of, [remoteId ?? ""])).get(remoteId ?? "");
    if (record === undefined || linked === undefined || linked.removed) throw notDecidable(GONE);
    if (isMoving(linked.state)) throw notDecidable(ON_ITS_WAY);
    const own = await linkedDepartments(database, of);
    const isOwn = (id: string) =>
      own.has(id) || (id === connection.rootDepartmentId && linked.resourceId === remoteId);
    const contents = { ...record.contents } as JsonObject;
    const isMapped = (field: string) => mapsField(connection.mapping, type, field);
    const { differences } = compareRecord(linked.lastSent, contents, { isOwn, isMapped });
    return { linked, readAt, differences };
  }

  async function correct(
    run: Run,
    row: RunRow,
    connection: ConnectionAtWork,
    given: {
      linked: LinkedRecord;
      readAt: Date;
      chosen: Difference[];
      choice: "push" | "adopt";
    },
  ): Promise<void> {
    const { linked, readAt, chosen, choice } = given;
    const { tenantId, connectionId, id: runId, correlationId } = run;
    const { resourceId } = linked;
    await database.transaction(async (tx) => {
      await holdSettles(tx, connectionId);
      const of = { tenantId, connectionId, type: row.resourceType };
      const present = (await findLinked(tx, of, [linked.remoteId])).get(linked.remoteId);
      if (present === undefined || present.linkedAt > readAt || isMoving(present.state)) {
        throw notDecidable(ON_ITS_WAY);
      }
      const now = clock.now();
      const lastSent = withFound(linked.lastSent, chosen);
      await correctLastSent(tx, of, [{ resourceId, lastSent }], now);
      await updateRunRow(tx, row, {
        drifts: withChoice(row.drifts, chosen, choice),
        action: choice,
        result: "ordered",
        reason: null,
        settledAt: null,
      });
      await appendAudit(tx, { ...run, now }, decisionNote(run, row, choice, chosen));
      const resources = [{ type: row.resourceType, id: resourceId }];
      const dueAt = new Date(now.getTime() + (choice === "adopt" ? STAND_BY_MS : 0));
      await orderForRun(tx, { tenantId, connectionId, runId, correlationId, now, resources, dueAt });
    });
    if (choice === "push") return;
    const adoption = { rowId: row.id, linked, differences: chosen, pushed: [] };
    await adoptInto({ database, clock, run, connection, adoptValues }, row.resourceType, adoption);
  }

  async function leaveAlone(run: Run, row: RunRow, differences: readonly Difference[]): Promise<void> {
    const { tenantId, connectionId, actor } = run;
    const now = clock.now();
    const key = { tenantId, connectionId, resourceType: row.resourceType, actor, now };
    await database.transaction(async (tx) => {
      for (const { field, found } of differences) {
        await ignoreDrift(tx, key, { remoteId: row.remoteId ?? "", field, found: fingerprint(found) });
      }
      await updateRunRow(tx, row, {
        drifts: withChoice(row.drifts, differences, "ignore"),
        action: "ignore",
        result: "done",
        reason: null,
        settledAt: now,
      });
      await appendAudit(tx, { ...run, now }, decisionNote(run, row, "ignore", differences));
    });
  }
}

/** Which fields of which record; their values may be personal and stay in the row. */
function decisionNote(
  run: Run,
  row: RunRow,
  choice: Decision["choice"],
  differences: readonly Difference[],
): AuditNote {
  const fields = differences.map(({ field }) => field).filter((field) => field !== "");
  return {
    object: { type: "run", id: run.id, name: row.name },
    verb: "row-decided",
    after: { rowId: row.id, resourceId: row.resourceId, remoteId: row.remoteId, choice, fields },
  };
}

/** In case the process dies between two writes: see compare-batch.ts. */
const STAND_BY_MS = 60_000;

const FOREIGN: RunReason = {
  code: "row-foreign",
  message: "The record is nothing of ours: it can only be left alone, as a whole.",
};
const OTHER_KIND: RunReason = {
  code: "row-not-decidable",
  message: "Only rows of the kinds drift and foreign are decided on.",
};
const IN_LINE: RunReason = {
  code: "row-in-line",
  message: "The vendor holds there what was sent by now: there is nothing to decide.",
};
const GONE: RunReason = {
  code: "row-outdated",
  message: "The record, or its user or group, is not there any more.",
  remedy: "Start another run.",
};
const ON_ITS_WAY: RunReason = {
  code: "row-outdated",
  message: "A delivery of this record is on its way.",
  remedy: "Wait for it, then start another run.",
};

function notDecidable(reason: RunReason): RowNotDecidableError {
  return new RowNotDecidableError(reason);
}

/** Somebody waits for the answer: what the vendor refuses is told as it is. */
async function asDecidable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const { code, message, remedy } = error.facts;
    throw notDecidable({ code, message, ...(remedy === undefined ? {} : { remedy }) });
  }
}

function withChoice(drifts: readonly Drift[], chosen: readonly Difference[], choice: DriftChoice): Drift[] {
  const fields = new Set(chosen.map(({ field }) => field));
  return drifts.map((drift) => (fields.has(drift.field) ? { ...drift, choice } : drift));
}
