import type { Directory } from "../../directory/directory.js";
import type { RequestContext } from "../../directory/request-context.js";
import {
  type AdoptedValue,
  deleteAdoptedValue,
  insertAdoptedValue,
} from "../../persistence/adopted-value-store.js";
import type { Database } from "../../persistence/database.js";
import type { Clock } from "../../platform/clock.js";
import { newTimedId } from "../../platform/ids.js";
import { createDialect } from "../../scim/dialect/dialect.js";
import { ScimError } from "../../scim/errors.js";
import type { JsonObject, JsonValue, ResourceTypeId } from "../../scim/schema/attribute.js";
import { ORGANIZATION_GROUP_URN } from "../../scim/schema/urns.js";
import { type DepartmentNameRule, mapDepartmentName } from "../mapping/map-department.js";
import type { Mapping } from "../mapping/mapping.js";
import { type PathWrite, withValue } from "../mapping/path-writing.js";
import { adoptedField, isFilledFromPaths, NotAdoptable } from "./adopt-field.js";
import {
  adoptedGroupReference,
  adoptedUserReference,
  groupFor,
  type ReferenceLookup,
} from "./adopt-references.js";
import type { Difference } from "./differences.js";
import { joining, leaving, replacement } from "./scim-operations.js";

/** Values of the vendor that are to stand in SCIM. */
export interface AdoptRequest extends Omit<ReferenceLookup, "database"> {
  /** Under which run it is remembered what stood there before. */
  runId: string;
  correlationId: string;
  actor: string;
  /** How the connection fills the fields: a value goes where the mapping reads it. */
  mapping: Mapping;
  departmentName: DepartmentNameRule;
  type: ResourceTypeId;
  resourceId: string;
  differences: readonly Difference[];
}

/** A field that was not taken over, and why. */
export interface NotAdopted {
  difference: Difference;
  detail: string;
}

/**
 * Writes values of the vendor into a resource, at the attributes that the connection's mapping reads them from. Answers
 * the fields for which there is no such place; the others are written.
 * @throws ScimError where SCIM refuses the values
 */
export type AdoptValues = (request: AdoptRequest) => Promise<NotAdopted[]>;

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const NOTHING_ELSE = { members: false, groups: false, provisioning: false };

/** What one resource is to become. */
interface Adoption {
  writes: PathWrite[];
  /** Groups that the person joins, and then leaves: nobody is without a department in between. */
  joined: string[];
  left: string[];
  notAdopted: NotAdopted[];
}

/** Makes the writer over the directory: every value goes the way of any SCIM change, with its checks and its log. */
export function createAdoptValues(deps: {
  database: Database;
  clock: Clock;
  directory: Pick<Directory, "read" | "patch">;
}): AdoptValues {
  const { database, clock, directory } = deps;

  async function patch(context: RequestContext, type: ResourceTypeId, id: string, Operations: JsonObject[]) {
    await directory.patch(context, type, id, { schemas: [PATCH], Operations }, { needs: NOTHING_ELSE });
  }

  return async (request) => {
    const { tenantId, actor, correlationId, type, resourceId } = request;
    const context: RequestContext = { tenantId, actor, correlationId, dialect: createDialect("rfc") };
    const { attributes } = await directory.read(context, type, resourceId, NOTHING_ELSE);
    const adoption = await adoptionOf({ ...request, database }, attributes);
    const changes = lastWrites(adoption.writes);
    const { joined, left, notAdopted } = adoption;
    if (changes.length + joined.length + left.length === 0) return notAdopted;
    const { runId, connectionId } = request;
    const id = newTimedId(clock.now());
    const of = { tenantId, runId, id, connectionId, resourceType: type, resourceId };
    await insertAdoptedValue(database, { ...of, changes, joined, left });
    try {
      await write(context, request, { changes, joined, left });
    } catch (error) {
      if (error instanceof ScimError) await deleteAdoptedValue(database, of);
      throw error;
    }
    return notAdopted;
  };

  async function write(
    context: RequestContext,
    { type, resourceId }: AdoptRequest,
    { changes, joined, left }: Pick<AdoptedValue, "changes" | "joined" | "left">,
  ): Promise<void> {
    const operations = changes.map(({ path, after }) => replacement(path, after));
    if (operations.length > 0) await patch(context, type, resourceId, operations);
    for (const id of joined) await patch(context, "Group", id, [joining(resourceId)]);
    for (const id of left) await patch(context, "Group", id, [leaving(resourceId)]);
  }
}

/** What the differences make of a resource, field by field; each builds on those before it. */
async function adoptionOf(
  request: AdoptRequest & { database: Database },
  stored: JsonObject,
): Promise<Adoption> {
  const adoption: Adoption = { writes: [], joined: [], left: [], notAdopted: [] };
  let attributes = stored;
  for (const difference of request.differences) {
    try {
      if (difference.field === "departmentRemoteIds") {
        Object.assign(adoption, await movesOf(request, difference));
        continue;
      }
      const writes = await writesOf(request, attributes, difference);
      adoption.writes.push(...writes);
      attributes = writes.at(-1)?.attributes ?? attributes;
    } catch (error) {
      if (!(error instanceof NotAdoptable)) throw error;
      adoption.notAdopted.push({ difference, detail: error.message });
    }
  }
  return adoption;
}

async function writesOf(
  request: AdoptRequest & { database: Database },
  attributes: JsonObject,
  difference: Difference,
): Promise<PathWrite[]> {
  const { mapping, type } = request;
  const { field, found } = difference;
  if (type === "User") {
    return isFilledFromPaths(field)
      ? [adoptedField(mapping, attributes, field, found)]
      : adoptedUserReference(request, mapping, attributes, difference);
  }
  if (field === "name") return [adoptedName(request, attributes, String(found ?? ""))];
  if (field === "order") return [adoptedOrder(attributes, found)];
  if (field === "parentRemoteId" || field === "managerRemoteIds") {
    return [await adoptedGroupReference(request, attributes, difference)];
  }
  throw new NotAdoptable(`${field} has no SCIM attribute that the vendor's value could stand in.`);
}

/** A name that the rule for names would change again can not stand in SCIM: it would be sent changed. */
function adoptedName({ departmentName }: AdoptRequest, attributes: JsonObject, name: string): PathWrite {
  if (mapDepartmentName(name, departmentName).name !== name) {
    throw new NotAdoptable("name cannot be adopted: the rule for department names would change it.");
  }
  const before = attributes["displayName"] ?? null;
  return { path: "displayName", before, after: name, attributes: { ...attributes, displayName: name } };
}

function adoptedOrder(attributes: JsonObject, found: JsonValue): PathWrite {
  const stored = attributes[ORGANIZATION_GROUP_URN];
  const holder: JsonObject =
    typeof stored === "object" && stored !== null && !Array.isArray(stored) ? stored : {};
  return {
    path: `${ORGANIZATION_GROUP_URN}:order`,
    before: holder["order"] ?? null,
    after: found,
    attributes: { ...attributes, [ORGANIZATION_GROUP_URN]: withValue(holder, "order", found) },
  };
}

async function movesOf(
  request: AdoptRequest & { database: Database },
  { expected, found }: Difference,
): Promise<Pick<Adoption, "joined" | "left">> {
  const [sent, held] = [listOf(expected), listOf(found)];
  const groupsFor = (ids: string[]) => Promise.all(ids.map((id) => groupFor(request, id)));
  return {
    joined: await groupsFor(held.filter((id) => !sent.includes(id))),
    left: await groupsFor(sent.filter((id) => !held.includes(id))),
  };
}

/** The last word at each path counts, against what stood there at first. */
function lastWrites(writes: readonly PathWrite[]): AdoptedValue["changes"] {
  const last = new Map<string, AdoptedValue["changes"][number]>();
  for (const { path, before, after } of writes) {
    last.set(path, { path, before: last.get(path)?.before ?? before, after });
  }
  return [...last.values()];
}

function listOf(value: JsonValue): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
