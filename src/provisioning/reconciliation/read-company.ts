import { ConnectorError } from "../../connectors/errors.js";
import { insertRunRows } from "../../persistence/run-row-store.js";
import type { JsonObject, ResourceTypeId } from "../../scim/schema/attribute.js";
import { mapsUserField } from "../mapping/mapping.js";
import { compareBatch } from "./compare-batch.js";
import type { ShownRecord } from "./judge-record.js";
import { findLinked, linkedDepartments } from "./known-records.js";
import { runReason } from "./run-reasons.js";
import { newRow, RunStopped, type RunWork, reasonOfRead } from "./run-work.js";

/** Departments compared in one transaction. */
const BATCH = 50;

/**
 * Reads the tree of departments below the connection's root, as far as the vendor lets us see it, and compares each.
 * What cannot be read gets a row, and the run counts as incomplete. Answers all departments whose members are to be
 * read, the root among them.
 */
export async function readDepartments(work: RunWork): Promise<string[]> {
  const roots = await findRoots(work);
  const all = new Set<string>();
  const open = [...roots];
  let batch: ShownRecord[] = [];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (all.has(next)) continue;
    all.add(next);
    const record = next === work.connection.rootDepartmentId ? undefined : await readDepartment(work, next);
    if (record !== undefined) {
      work.seen.Group.add(next);
      batch.push(record);
    }
    open.push(...(await readChildren(work, next)));
    work.progress.departmentsRead += 1;
    work.progress.departmentsFound = all.size + open.length;
    if (batch.length >= BATCH) {
      await compareBatch(work, "Group", batch, () => false);
      batch = [];
    }
    await work.checkpoint("departments");
  }
  await compareBatch(work, "Group", batch, () => false);
  return [...all];
}

/** Reads the members of these departments, page by page, and compares each person once. */
export async function readPeople(work: RunWork, departments: readonly string[]): Promise<void> {
  const { tenantId, connectionId } = work.run;
  const own = await linkedDepartments(work.database, { tenantId, connectionId });
  for (const department of departments) {
    let cursor: string | undefined;
    do {
      const readAt = work.clock.now();
      const page = await readPage(work, department, cursor);
      const records = (page?.records ?? [])
        .filter(({ remoteId }) => !work.seen.User.has(remoteId))
        .map(({ remoteId, contents }) => ({ remoteId, contents: asJson(contents), readAt }));
      for (const { remoteId } of records) work.seen.User.add(remoteId);
      work.progress.peopleRead += records.length;
      await comparePeople(work, records, page?.toldSingly ?? [], own);
      cursor = page?.nextCursor;
      await work.checkpoint("people");
    } while (cursor !== undefined);
  }
}

/**
 * Compares people; where the run looks closely, those of whom a listing leaves something out that was sent are read by
 * themselves first.
 */
export async function comparePeople(
  work: RunWork,
  records: ShownRecord[],
  toldSingly: readonly string[],
  own: ReadonlySet<string>,
): Promise<void> {
  const { tenantId, connectionId } = work.run;
  const of = { tenantId, connectionId, type: "User" as const };
  const linked = await findLinked(
    work.database,
    of,
    records.map((record) => record.remoteId),
  );
  const { mapping } = work.connection;
  for (const record of work.run.depth === "full" ? records : []) {
    const sent = linked.get(record.remoteId)?.lastSent ?? {};
    const isUntold = (field: string) =>
      sent[field] !== undefined && !Object.hasOwn(record.contents, field) && mapsUserField(mapping, field);
    if (!toldSingly.some(isUntold)) continue;
    const readAt = work.clock.now();
    const whole = await readOne(work, "User", record.remoteId);
    if (whole !== undefined) Object.assign(record, { contents: whole.contents, readAt });
  }
  const { rootDepartmentId } = work.connection;
  const isOwn = (person: string, department: string) =>
    own.has(department) ||
    // Only of an account that we made is membership of the root for us to say: an adopted one may have been there.
    (department === rootDepartmentId && linked.get(person)?.resourceId === person);
  await compareBatch(work, "User", records, isOwn);
}

/** Reads one record again, by itself; what cannot be read gets a row, and counts as not there. */
export async function readOne(
  work: RunWork,
  type: ResourceTypeId,
  remoteId: string,
): Promise<ShownRecord | undefined> {
  const readAt = work.clock.now();
  try {
    const read = type === "User" ? work.reader.person(remoteId) : work.reader.department(remoteId);
    const record = await read;
    return record && { remoteId, contents: asJson(record.contents), readAt };
  } catch (error) {
    await noteUnreadable(work, type, remoteId, error);
    return undefined;
  }
}

/**
 * Where to begin: the connection's root department, or, where only parts of the company are visible, those parts.
 * @throws RunStopped when nothing below the root is visible
 */
async function findRoots({ connection, scope, reader }: RunWork): Promise<string[]> {
  const { rootDepartmentId, descriptor } = connection;
  if (scope.wholeCompany || scope.departmentRemoteIds.includes(rootDepartmentId)) return [rootDepartmentId];
  if (rootDepartmentId === descriptor.defaultRootDepartmentId && scope.departmentRemoteIds.length > 0) {
    return scope.departmentRemoteIds;
  }
  try {
    await reader.children(rootDepartmentId);
    return [rootDepartmentId];
  } catch (error) {
    const { message, zh } = reasonOfRead(error);
    const detail = { en: message, zh: zh?.message ?? message };
    throw new RunStopped(runReason("root-not-visible", { root: rootDepartmentId, detail }));
  }
}

async function readDepartment(work: RunWork, remoteId: string): Promise<ShownRecord | undefined> {
  const readAt = work.clock.now();
  try {
    const record = await work.reader.department(remoteId);
    return record && { remoteId, contents: asJson(record.contents), readAt };
  } catch (error) {
    work.complete.departments = false;
    await noteUnreadable(work, "Group", remoteId, error);
    return undefined;
  }
}

async function readChildren(work: RunWork, remoteId: string): Promise<string[]> {
  try {
    return await work.reader.children(remoteId);
  } catch (error) {
    if (isGone(error)) return [];
    work.complete.departments = false;
    await noteUnreadable(work, "Group", remoteId, error);
    return [];
  }
}

async function readPage(work: RunWork, department: string, cursor: string | undefined) {
  try {
    return await work.reader.members(department, cursor);
  } catch (error) {
    if (isGone(error)) return undefined;
    work.complete.people = false;
    await noteUnreadable(work, "Group", department, error);
    return undefined;
  }
}

async function noteUnreadable(
  work: RunWork,
  resourceType: ResourceTypeId,
  remoteId: string,
  error: unknown,
): Promise<void> {
  const reason = reasonOfRead(error);
  const known = await findLinked(work.database, { ...work.run, type: resourceType }, [remoteId]);
  const linked = known.get(remoteId);
  const name = linked?.name ?? null;
  const resourceId = linked?.resourceId ?? null;
  const row = newRow(work, { kind: "not-comparable", resourceType, remoteId, resourceId, name, reason });
  await insertRunRows(work.database, [row]);
}

/** Removed while the run looked around: what is left of it is found among the absent. */
function isGone(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === "not-found";
}

function asJson(contents: object): JsonObject {
  return { ...contents } as JsonObject;
}
