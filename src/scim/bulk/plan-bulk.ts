import { badRequest, ScimError } from "../errors.js";
import { type BulkReferences, findReferences } from "./bulk-references.js";
import type { BulkOperation, ReadableOperation } from "./bulk-request.js";

/** What to do next: one operation, or several that create people who do not refer to each other. */
export interface BulkStep {
  operations: ReadableOperation[];
}

/** An operation that cannot be carried out. */
export interface BulkRefusal {
  operation: BulkOperation;
  error: ScimError;
}

/** Puts the operations of a bulk request into an order in which their references can be followed. */
export interface BulkPlan {
  /**
   * The next step, of at most `limit` operations; undefined at the end. Operations keep the order of the request, but
   * for those that wait for what they refer to. Each one of a step is to be settled before the next step is asked for.
   */
  next(limit: number): BulkStep | BulkRefusal | undefined;
  /** Tells how an operation ended: what refers to a failed one fails as well. */
  settle(operation: BulkOperation, succeeded: boolean): void;
}

interface Entry {
  operation: BulkOperation;
  /** Operations that have to be settled before this one is tried. */
  firm: readonly number[];
  /** Operations that had better be, unless they wait for this one themselves. */
  loose: readonly number[];
  /** Those of both whose failure is also this one's, with the bulkId. */
  followed: ReadonlyMap<number, string>;
  /** How many of each are not settled yet: counted down, since a request can hold hundreds of thousands of references. */
  openFirm: number;
  openLoose: number;
  error?: ScimError;
  state: "waiting" | "taken" | "done" | "failed";
}

/** Plans the operations of one request, which come with their indexes in order. */
export function planBulk(operations: readonly BulkOperation[]): BulkPlan {
  const creators = findCreators(operations);
  const lastOnTarget = new Map<string, number>();
  const entries = operations.map((operation) => entryOf(operation, creators, lastOnTarget));
  let first = 0;

  const waitingFor = entries.map((): { entry: Entry; count: "openFirm" | "openLoose" }[] => []);
  for (const entry of entries) {
    for (const index of entry.firm) waitingFor[index]?.push({ entry, count: "openFirm" });
    for (const index of entry.loose) waitingFor[index]?.push({ entry, count: "openLoose" });
  }

  const isFree = (entry: Entry) => entry.openFirm === 0 && entry.openLoose === 0;
  const find = (isFit: (entry: Entry) => boolean) => {
    for (let index = first; index < entries.length; index += 1) {
      const entry = entries[index];
      if (entry?.state === "waiting" && isFit(entry)) return entry;
    }
    return undefined;
  };

  function refusalOf(entry: Entry): ScimError | undefined {
    if (entry.error) return entry.error;
    for (const [index, bulkId] of entry.followed) {
      if (entries[index]?.state === "failed") {
        return new ScimError(409, `The operation with the bulkId "${bulkId}", which this one needs, failed.`);
      }
    }
    return undefined;
  }

  function takeTogether(entry: Entry, limit: number): ReadableOperation[] {
    const together: ReadableOperation[] = [];
    for (let index = entry.operation.index; index < entries.length && together.length < limit; index += 1) {
      const other = entries[index];
      if (other?.state !== "waiting") continue;
      if (!createsUser(other.operation)) break;
      if (!isFree(other) || refusalOf(other)) continue;
      other.state = "taken";
      together.push(other.operation);
    }
    return together;
  }

  return {
    next(limit) {
      while (first < entries.length && entries[first]?.state !== "waiting") first += 1;
      const free = find(isFree);
      const entry = free ?? find(({ openFirm }) => openFirm === 0) ?? find(() => true);
      if (entry === undefined) return undefined;
      const { operation } = entry;
      if (entry.openFirm > 0) entry.error ??= inACircle();
      const error = refusalOf(entry);
      if (error || "error" in operation) {
        entry.state = "taken";
        return { operation, error: error ?? inACircle() };
      }
      if (free && limit > 1 && createsUser(operation)) return { operations: takeTogether(entry, limit) };
      entry.state = "taken";
      return { operations: [operation] };
    },
    settle(operation, succeeded) {
      const entry = entries[operation.index];
      if (entry === undefined || entry.state === "done" || entry.state === "failed") return;
      entry.state = succeeded ? "done" : "failed";
      for (const { entry: waiting, count } of waitingFor[operation.index] ?? []) waiting[count] -= 1;
    },
  };
}

/** The POST operations by bulkId. Clients repeat bulkIds; that matters only to who refers to one. */
function findCreators(operations: readonly BulkOperation[]): Map<string, number[]> {
  const creators = new Map<string, number[]>();
  for (const { method, bulkId, index } of operations) {
    if (method !== "POST" || bulkId === undefined) continue;
    const same = creators.get(bulkId);
    if (same) same.push(index);
    else creators.set(bulkId, [index]);
  }
  return creators;
}

function entryOf(
  operation: BulkOperation,
  creators: ReadonlyMap<string, readonly number[]>,
  lastOnTarget: Map<string, number>,
): Entry {
  const state = "waiting" as const;
  const base = { operation, firm: [], loose: [], followed: new Map(), openFirm: 0, openLoose: 0, state };
  if ("error" in operation) return { ...base, error: operation.error };
  const references = findReferences(operation);
  const error = misdirected(references, creators);
  if (error) return { ...base, error };
  const followed = new Map<number, string>();
  const follow = (bulkId: string): number[] => {
    const [index] = creators.get(bulkId) ?? [];
    if (index === undefined) return [];
    // Who refers to itself waits for nobody, but for members: no group can be its own.
    if (index !== operation.index) followed.set(index, bulkId);
    return [index];
  };
  const firm = [...references.firm].flatMap(follow);
  const loose = [...references.loose].flatMap(follow).filter((index) => index !== operation.index);
  if (operation.id !== undefined) {
    const target = `${operation.type} ${operation.id.toLowerCase()}`;
    const before = lastOnTarget.get(target);
    if (before !== undefined) firm.push(before);
    lastOnTarget.set(target, operation.index);
  }
  return { ...base, firm, loose, followed, openFirm: firm.length, openLoose: loose.length };
}

function misdirected(
  { firm, loose }: BulkReferences,
  creators: ReadonlyMap<string, readonly number[]>,
): ScimError | undefined {
  for (const bulkId of [...firm, ...loose]) {
    const count = creators.get(bulkId)?.length ?? 0;
    const shown = bulkId.slice(0, 100);
    if (count === 0) {
      return badRequest("invalidValue", `No POST of this request has the bulkId "${shown}".`);
    }
    if (count > 1) {
      return badRequest(
        "invalidValue",
        `The bulkId "${shown}" stands at ${count} POSTs: which one is meant?`,
      );
    }
  }
  return undefined;
}

function createsUser(operation: BulkOperation): operation is ReadableOperation {
  return !("error" in operation) && operation.method === "POST" && operation.type === "User";
}

function inACircle(): ScimError {
  return new ScimError(
    409,
    "The groups of this request are members of each other in a circle; none of them can be the first.",
  );
}
