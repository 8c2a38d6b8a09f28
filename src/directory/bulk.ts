import { DatabaseUnavailableError } from "../persistence/database.js";
import { newId } from "../platform/ids.js";
import { withIds } from "../scim/bulk/bulk-references.js";
import type { BulkMethod, BulkOperation, BulkRequest, ReadableOperation } from "../scim/bulk/bulk-request.js";
import { planBulk } from "../scim/bulk/plan-bulk.js";
import { ScimError } from "../scim/errors.js";
import type { ResourceTypeId } from "../scim/schema/attribute.js";
import type { Directory } from "./directory.js";
import type { RequestContext } from "./request-context.js";

/** How one operation of a bulk request ended. */
export type BulkOutcome = BulkSuccess | BulkFailure;

interface BulkSuccess {
  operation: BulkOperation;
  method: BulkMethod;
  type: ResourceTypeId;
  id: string;
  /** Absent after a DELETE. */
  version?: number;
}

interface BulkFailure {
  operation: BulkOperation;
  /** The resource that was meant, where the operation names one. */
  target?: { type: ResourceTypeId; id: string };
  error: ScimError;
}

/** What bulk needs of a directory. */
export type BulkDirectory = Pick<Directory, "create" | "createUsers" | "replace" | "patch" | "remove">;

/** Is told of failures that are not the caller's; the operation shows nothing of the cause. */
export type OnBulkFailure = (error: unknown) => void;

/** Most people created by one statement: with more of them one request would hold a connection for too long. */
const MAX_TOGETHER = 500;
const NO_NEEDS = { members: false, groups: false, provisioning: false };

/**
 * Carries out a bulk request (RFC 7644 section 3.7). Each operation stands or falls alone; new resources get their ids
 * beforehand, so that references can be followed in any direction, in circles too. Returns the outcomes in the order
 * of the request, without those that were not tried any more because of `failOnErrors`.
 * @param makeId where the ids of new resources come from
 */
export async function runBulk(
  directory: BulkDirectory,
  context: RequestContext,
  request: BulkRequest,
  onFailure: OnBulkFailure,
  makeId: () => string = newId,
): Promise<BulkOutcome[]> {
  const { operations, failOnErrors = Number.POSITIVE_INFINITY } = request;
  const plan = planBulk(operations);
  const newIds = assignIds(operations, makeId);
  const idsByBulkId = new Map(
    operations
      .filter(({ index }) => newIds.has(index))
      .map(({ bulkId, index }) => [bulkId, newIds.get(index)]),
  );
  const outcomes: BulkOutcome[] = [];
  let errors = 0;
  let lost: BulkFailure["error"] | undefined;
  const describe = (error: unknown): ScimError => {
    if (error instanceof ScimError) return error;
    onFailure(error);
    if (!(error instanceof DatabaseUnavailableError)) return FAILED;
    // Nothing more will come through; to try on would only make the client wait.
    lost = UNAVAILABLE;
    return UNAVAILABLE;
  };
  const keep = (outcome: BulkOutcome) => {
    outcomes.push(outcome);
    if ("error" in outcome) errors += 1;
    plan.settle(outcome.operation, !("error" in outcome));
  };

  while (errors < failOnErrors) {
    // No more at once than errors are left: then the last one of them that may fail is the last one that is tried.
    const step = plan.next(Math.min(MAX_TOGETHER, failOnErrors - errors));
    if (step === undefined) break;
    if ("error" in step) {
      keep(step);
      continue;
    }
    const ready = step.operations.map((operation) => withIds(operation, (bulkId) => idsByBulkId.get(bulkId)));
    const work = lost ? Promise.reject(lost) : carryOut(directory, context, ready, newIds);
    const results = await work.catch((error: unknown) => ready.map(() => describe(error)));
    ready.forEach((operation, place) => {
      keep(outcomeOf(operation, results[place] ?? FAILED));
    });
  }
  return outcomes.sort((one, other) => one.operation.index - other.operation.index);
}

/** An id for every resource that is to be created, by the index of the operation. */
function assignIds(operations: readonly BulkOperation[], makeId: () => string): Map<number, string> {
  const creating = operations.filter((operation) => operation.method === "POST");
  return new Map(creating.map(({ index }) => [index, makeId()]));
}

/** What a write left: a resource with its version, or nothing but the id that was removed. */
type Written = { id: string; version?: number };

async function carryOut(
  directory: BulkDirectory,
  context: RequestContext,
  operations: readonly ReadableOperation[],
  newIds: ReadonlyMap<number, string>,
): Promise<(Written | ScimError)[]> {
  const [only] = operations;
  if (operations.length === 1 && only) {
    return [await carryOutOne(directory, context, only, newIds.get(only.index))];
  }
  const drafts = operations.map(({ index, data }) => ({ id: newIds.get(index) ?? newId(), body: data }));
  return directory.createUsers(context, drafts);
}

async function carryOutOne(
  directory: BulkDirectory,
  context: RequestContext,
  operation: ReadableOperation,
  idForNew: string | undefined,
): Promise<Written> {
  const { method, type, id = "", data, version: ifMatch } = operation;
  switch (method) {
    case "POST":
      return directory.create(context, type, data, idForNew === undefined ? {} : { id: idForNew });
    case "PUT":
      return directory.replace(context, type, id, data, ifMatch);
    case "PATCH":
      return directory.patch(context, type, id, data, { needs: NO_NEEDS, ifMatch });
    case "DELETE":
      await directory.remove(context, type, id, ifMatch);
      return { id };
    default:
      return method satisfies never;
  }
}

function outcomeOf(operation: ReadableOperation, result: Written | ScimError): BulkOutcome {
  const { method, type, id } = operation;
  if (result instanceof ScimError) {
    return { operation, error: result, ...(id !== undefined && { target: { type, id } }) };
  }
  const { version } = result;
  return { operation, method, type, id: result.id, ...(version !== undefined && { version }) };
}

const FAILED = new ScimError(500, "The gateway failed to carry out this operation; its log tells why.");
const UNAVAILABLE = new ScimError(
  503,
  "The gateway cannot reach its database just now; send this operation again later.",
);
