import { ConnectorError } from "../../../connectors/errors.js";
import type { RemoteRecord } from "../../../connectors/operations.js";
import { maskPhoneNumber } from "../../../connectors/phone-mask.js";
import type { DepartmentProfile, UserProfile } from "../../../connectors/profiles.js";
import { type AdoptionEntry, stageEntries } from "../../../persistence/adoption-entry-store.js";
import { reasonOfRead } from "../../reconciliation/run-work.js";
import { digestsOf } from "../basis.js";
import { witnessesOf } from "../witnesses.js";
import { reportReason } from "./report-reasons.js";
import { ReportImpossible, type ReportWork } from "./report-work.js";

/** Departments that are stored at once. */
const BATCH = 50;

/**
 * Reads the departments below the connection's root and all their members by the vendor's lists, and stores who has no
 * link. What cannot be read is noted. @throws ReportImpossible, ConnectorError
 */
export async function readVendor(work: ReportWork): Promise<void> {
  const departments = await readDepartments(work);
  for (const department of departments) await readMembers(work, department);
}

async function readDepartments(work: ReportWork): Promise<string[]> {
  const { database, key, connection, reader, report, signal } = work;
  const all = new Set<string>();
  const open = await findRoots(work);
  let batch: AdoptionEntry[] = [];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (all.has(next)) continue;
    signal.throwIfAborted();
    all.add(next);
    const id = next;
    if (id !== connection.rootDepartmentId) {
      const record = await reading(work, id, () => reader.department(id));
      if (record !== undefined) batch.push(departmentEntry(record));
    }
    open.push(...((await reading(work, id, () => reader.children(id))) ?? []));
    report.progress.departmentsRead += 1;
    if (batch.length >= BATCH) {
      await stageEntries(database, key, batch);
      batch = [];
    }
  }
  await stageEntries(database, key, batch);
  return [...all];
}

async function readMembers(work: ReportWork, department: string): Promise<void> {
  const { database, key, reader, report, signal } = work;
  let cursor: string | undefined;
  do {
    signal.throwIfAborted();
    const page = await reading(work, department, () => reader.members(department, cursor));
    const records = page?.records ?? [];
    report.progress.peopleRead += records.length;
    await stageEntries(database, key, records.map(personEntry));
    cursor = page?.nextCursor;
  } while (cursor !== undefined);
}

/** Where to begin: the root department, or, where only parts of the company are visible, those parts. */
async function findRoots({ connection, scope, reader }: ReportWork): Promise<string[]> {
  const { rootDepartmentId, descriptor } = connection;
  if (scope.wholeCompany || scope.departmentRemoteIds.includes(rootDepartmentId)) return [rootDepartmentId];
  if (rootDepartmentId === descriptor.defaultRootDepartmentId && scope.departmentRemoteIds.length > 0) {
    return [...scope.departmentRemoteIds];
  }
  try {
    await reader.children(rootDepartmentId);
    return [rootDepartmentId];
  } catch (error) {
    const { message, zh } = reasonOfRead(error);
    const detail = { en: message, zh: zh?.message ?? message };
    throw new ReportImpossible(reportReason("root-not-visible", { department: rootDepartmentId, detail }));
  }
}

/** A read whose refusal is noted; what is gone by now has nothing to be read. @throws what concerns the connection */
async function reading<T>(
  { unread }: ReportWork,
  department: string,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === "not-found") return undefined;
    unread.set(department, reasonOfRead(error));
    return undefined;
  }
}

const NOTHING = {
  mobile: null,
  mobileKey: null,
  jobNumberKey: null,
  emailKey: null,
  parentRemoteId: null,
  parentId: null,
  stamp: null,
  named: null,
};

function departmentEntry({ remoteId, contents }: RemoteRecord<DepartmentProfile>): AdoptionEntry {
  const name = contents.name ?? "";
  return {
    ...NOTHING,
    resourceType: "Group",
    side: "vendor",
    key: remoteId,
    name,
    nameKey: digestsOf({ name: name.normalize("NFC").trim() })["name"] ?? null,
    parentRemoteId: contents.parentRemoteId ?? null,
    stamp: contents.sourceId ?? null,
  };
}

function personEntry({ remoteId, contents }: RemoteRecord<UserProfile>): AdoptionEntry {
  return personOf("vendor", remoteId, contents.account ? { ...contents, mobile: null } : contents);
}

/** A person of either side as they are compared. */
export function personOf(
  side: AdoptionEntry["side"],
  key: string,
  person: Parameters<typeof witnessesOf>[0],
): AdoptionEntry {
  const digests = digestsOf(witnessesOf(person));
  const { mobile } = person;
  return {
    ...NOTHING,
    resourceType: "User",
    side,
    key,
    name: person.name ?? null,
    mobile: mobile === undefined || mobile === null ? null : maskPhoneNumber(mobile),
    nameKey: digests["name"] ?? null,
    mobileKey: digests["mobile"] ?? null,
    jobNumberKey: digests["jobNumber"] ?? null,
    emailKey: digests["email"] ?? null,
  };
}
