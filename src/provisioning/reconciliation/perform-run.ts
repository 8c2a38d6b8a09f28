import type { AuthorisedScope } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import type { Database } from "../../persistence/database.js";
import { noteProgress, type RunEnd } from "../../persistence/run-lease.js";
import { countRunRows, type RowCount, restartRunRows } from "../../persistence/run-row-store.js";
import {
  findScopeBefore,
  NO_PROGRESS,
  type Run,
  type RunReason,
  type RunScope,
} from "../../persistence/run-store.js";
import type { Clock } from "../../platform/clock.js";
import { createOrderedIds } from "../../platform/ids.js";
import type { OpenConnections } from "../connections/connection-at-work.js";
import { InvalidConnectionError } from "../connections/connection-errors.js";
import { findMissing, noteUndelivered, removeOrphans } from "./absent-records.js";
import type { AdoptValues } from "./adopt-values.js";
import { readDepartments, readPeople } from "./read-company.js";
import { runReason } from "./run-reasons.js";
import { RunLost, type RunPhase, RunStopped, type RunWork } from "./run-work.js";
import { createVendorReader } from "./vendor-reader.js";

/** What runs are carried out with. Times in milliseconds. */
export interface PerformDeps {
  database: Database;
  clock: Clock;
  connections: OpenConnections;
  adoptValues: AdoptValues;
  leaseMs: number;
}

/** Progress is noted at most this often, which also renews the lease. */
const NOTE_EVERY_MS = 1_000;
/** How often it is looked whether what was ordered is done, and how long at most. */
const LOOK_EVERY_MS = 1_000;
const DELIVER_WITHIN_MS = 600_000;

/**
 * Carries out a claimed run: compares everything the vendor shows with what was sent, orders what follows, and waits
 * for it. Answers how it ended.
 * @throws RunLost when the lease passed on or `signal` tells to stop; whatever else is trouble of our own
 */
export async function performRun(deps: PerformDeps, run: Run, signal: AbortSignal): Promise<RunEnd> {
  try {
    return await perform(deps, run, signal);
  } catch (error) {
    if (signal.aborted) throw new RunLost("The process is stopping.");
    if (error instanceof RunStopped) return { status: "stopped", reason: error.reason };
    if (error instanceof InvalidConnectionError) {
      return { status: "failed", reason: runReason("settings", { detail: error.message }) };
    }
    if (error instanceof ConnectorError) return { status: "failed", reason: failure(error) };
    throw error;
  }
}

async function perform(deps: PerformDeps, run: Run, signal: AbortSignal): Promise<RunEnd> {
  const { database, clock } = deps;
  const connection = await deps.connections.use(run.tenantId, run.connectionId);
  const context = { correlationId: run.correlationId, signal };
  const reader = createVendorReader(connection.session, { clock, context });
  const scope = await reader.scope();
  await refuseSmallerScope(deps, run, scope);
  // One that is begun anew reads everything once more: what is missing is only known by who reads to the end.
  const handled = run.restarts === 0 ? [] : await restartRunRows(database, run);
  const progress = structuredClone(NO_PROGRESS);
  const note = progressNotes(deps, run, scopeOf(scope), progress, signal);
  const orderedIds = createOrderedIds();
  const work: RunWork = {
    database,
    clock,
    run,
    connection,
    reader,
    scope,
    adoptValues: deps.adoptValues,
    progress,
    nextRowId: () => orderedIds(clock.now()),
    seen: { User: new Set(), Group: new Set() },
    complete: { departments: true, people: true },
    orphans: [],
    handled: new Set(handled),
    checkpoint: (phase) => note(phase, false),
  };
  await note("departments", true);
  await noteUndelivered(work);
  const departments = await readDepartments(work);
  if (work.complete.departments) await findMissing(work, "Group");
  await note("people", true);
  await readPeople(work, departments);
  const isComplete = work.complete.departments && work.complete.people;
  await note("absent", true);
  if (isComplete) {
    await findMissing(work, "User");
    await removeOrphans(work);
  }
  await note("delivering", true);
  const counts = await waitForDeliveries(work, note);
  return isComplete ? endOf(counts) : { status: "incomplete", reason: runReason("incomplete-read") };
}

/** Notes progress when it is time, or when it `must` be; every note renews the lease. */
function progressNotes(
  { database, clock, leaseMs }: PerformDeps,
  run: Run,
  scope: RunScope,
  progress: Run["progress"],
  signal: AbortSignal,
): (phase: RunPhase, must: boolean) => Promise<void> {
  let notedAt = Number.NEGATIVE_INFINITY;
  return async (phase, must) => {
    if (signal.aborted) throw new RunLost("The process is stopping.");
    const now = clock.now().getTime();
    if (!must && now < notedAt + NOTE_EVERY_MS) return;
    notedAt = now;
    const leaseUntil = new Date(now + leaseMs);
    const isOurs = await noteProgress(database, run, { phase, progress, scope, leaseUntil });
    if (!isOurs) throw new RunLost("The run's lease ended.");
  };
}

/**
 * A company that suddenly looks smaller has most likely been hidden from the app, not shrunk.
 * @throws RunStopped
 */
export async function refuseSmallerScope(
  { database }: Pick<PerformDeps, "database">,
  run: Run,
  now: AuthorisedScope,
): Promise<void> {
  if (run.acceptScope) return;
  const before = await findScopeBefore(database, run);
  if (before === undefined || now.wholeCompany) return;
  const departments = before.departmentRemoteIds.filter((id) => !now.departmentRemoteIds.includes(id));
  const people = before.userRemoteIds.filter((id) => !now.userRemoteIds.includes(id));
  if (!before.wholeCompany && departments.length === 0 && people.length === 0) return;
  const lost = before.wholeCompany
    ? { en: "The app saw the whole company", zh: "应用上次可见整个企业" }
    : {
        en: `The app saw ${departments.length} more departments and ${people.length} more people`,
        zh: `应用上次可见的部门多 ${departments.length} 个、人员多 ${people.length} 名`,
      };
  throw new RunStopped(runReason("scope-shrunk", { lost }));
}

function scopeOf({ wholeCompany, departmentRemoteIds, userRemoteIds }: AuthorisedScope): RunScope {
  return { wholeCompany, departmentRemoteIds, userRemoteIds };
}

async function waitForDeliveries(
  { database, clock, run }: RunWork,
  note: (phase: RunPhase, must: boolean) => Promise<void>,
): Promise<RowCount[]> {
  const until = clock.now().getTime() + DELIVER_WITHIN_MS;
  for (;;) {
    const counts = await countRunRows(database, run.tenantId, [run.id]);
    const isOpen = counts.some((count) => count.result === "ordered");
    if (!isOpen || clock.now().getTime() >= until) return counts;
    await clock.sleep(LOOK_EVERY_MS);
    await note("delivering", false);
  }
}

/** Everything in line, or not: what stays out of line by a decision does not count, nor what is nobody's of ours. */
function endOf(counts: readonly RowCount[]): RunEnd {
  const open = counts.filter(({ kind, result }) =>
    result === null
      ? kind === "undelivered" || kind === "not-comparable"
      : result !== "done" && result !== "skipped",
  );
  return open.length === 0 ? { status: "succeeded", reason: null } : { status: "partial", reason: null };
}

function failure(error: ConnectorError): RunReason {
  const { code, message, remedy, zh } = error.facts;
  return { code, message, ...(remedy === undefined ? {} : { remedy }), ...(zh === undefined ? {} : { zh }) };
}
