import type { Database } from "../../persistence/database.js";
import { findLinkByRemoteId } from "../../persistence/link-store.js";
import type { JsonObject, JsonValue, ResourceTypeId } from "../../scim/schema/attribute.js";
import {
  ENTERPRISE_USER_URN,
  ORGANIZATION_GROUP_URN,
  ORGANIZATION_USER_URN,
} from "../../scim/schema/urns.js";
import type { Mapping } from "../mapping/mapping.js";
import { type PathWrite, withValue } from "../mapping/path-writing.js";
import { NotAdoptable } from "./adopt-field.js";
import type { Difference } from "./differences.js";

/** Where remote ids are looked up. */
export interface ReferenceLookup {
  database: Database;
  tenantId: string;
  connectionId: string;
  rootDepartmentId: string;
  /** The group that stands for the root department, where there is one. */
  rootGroupId?: string;
}

/** The resource that a remote id is linked to. @throws NotAdoptable when it is none of ours */
async function ours(lookup: ReferenceLookup, type: ResourceTypeId, remoteId: JsonValue): Promise<string> {
  const link = await findLinkByRemoteId(lookup.database, lookup, type, String(remoteId));
  if (link !== undefined) return link.resourceId;
  throw new NotAdoptable(`${String(remoteId)} at the vendor is no ${type} of SCIM.`);
}

/** The group that stands for a department. @throws NotAdoptable when there is none */
export async function groupFor(lookup: ReferenceLookup, remoteId: string): Promise<string> {
  if (remoteId !== lookup.rootDepartmentId) return ours(lookup, "Group", remoteId);
  if (lookup.rootGroupId !== undefined) return lookup.rootGroupId;
  throw new NotAdoptable("The root department is no group of SCIM.");
}

/** What a reference at the vendor makes of a group. @throws NotAdoptable */
export async function adoptedGroupReference(
  lookup: ReferenceLookup,
  attributes: JsonObject,
  { field, found }: Difference,
): Promise<PathWrite> {
  if (field === "parentRemoteId") {
    const isTop = found === lookup.rootDepartmentId && lookup.rootGroupId === undefined;
    const parent = isTop ? null : { value: await groupFor(lookup, String(found)) };
    return written(attributes, ORGANIZATION_GROUP_URN, "parent", parent);
  }
  const managers = await Promise.all(
    listOf(found).map(async (id) => ({ value: await ours(lookup, "User", id) })),
  );
  return written(attributes, ORGANIZATION_GROUP_URN, "managers", managers.length === 0 ? null : managers);
}

/** What a person's manager, or their jobs or places by department, make of the person. @throws NotAdoptable */
export async function adoptedUserReference(
  lookup: ReferenceLookup,
  mapping: Mapping,
  attributes: JsonObject,
  difference: Difference,
): Promise<PathWrite[]> {
  const { field, found } = difference;
  switch (field) {
    case "managerRemoteId": {
      const manager = found === null ? null : { value: await ours(lookup, "User", found) };
      return [written(attributes, ENTERPRISE_USER_URN, "manager", manager)];
    }
    case "positions":
      return adoptPositions(lookup, mapping, attributes, difference);
    case "departmentOrders":
      return [await adoptOrders(lookup, attributes, difference)];
    default:
      throw new NotAdoptable(`${field} has no one SCIM attribute that the vendor's value could stand in.`);
  }
}

async function adoptPositions(
  lookup: ReferenceLookup,
  mapping: Mapping,
  attributes: JsonObject,
  { found }: Difference,
): Promise<PathWrite[]> {
  const positions = await Promise.all(
    listOf(found)
      .map(objectOf)
      .map(async ({ departmentRemoteId, title = null, isMain }) => ({
        group: await groupFor(lookup, String(departmentRemoteId)),
        title,
        isMain: isMain === true,
      })),
  );
  const writes: PathWrite[] = [];
  if (mapping.references.has("departmentTitles")) {
    const titles = new Map(positions.map((one) => [one.group, one.title]));
    writes.push(withEntries(attributes, "title", titles));
  }
  if (mapping.references.has("mainDepartment")) {
    const main = positions.find((one) => one.isMain);
    if (main === undefined) throw new NotAdoptable("The main department at the vendor is no Group of SCIM.");
    const base = writes.at(-1)?.attributes ?? attributes;
    writes.push(written(base, ORGANIZATION_USER_URN, "mainDepartment", main.group));
  }
  return writes;
}

async function adoptOrders(
  lookup: ReferenceLookup,
  attributes: JsonObject,
  { expected, found }: Difference,
): Promise<PathWrite> {
  const held = listOf(found).map(objectOf);
  const orders = new Map<string, JsonValue>();
  for (const { departmentRemoteId: id } of listOf(expected).map(objectOf)) {
    const entry = held.find((one) => one["departmentRemoteId"] === id);
    const order = entry === undefined ? null : Number(entry["order"]);
    if (order !== null && !Number.isSafeInteger(order)) {
      throw new NotAdoptable("The place in the department's list has more digits than a SCIM integer.");
    }
    orders.set(await groupFor(lookup, String(id)), order);
  }
  return withEntries(attributes, "order", orders);
}

/** Sets (or takes away, for null) a sub-attribute of a person's entries for single departments. */
function withEntries(
  attributes: JsonObject,
  name: "title" | "order",
  values: ReadonlyMap<string, JsonValue>,
): PathWrite {
  const entries = listOf(objectOf(attributes[ORGANIZATION_USER_URN])["departments"] ?? null).map(objectOf);
  const known = new Set(entries.map((entry) => entry["value"]));
  const changed = entries.map((entry) => {
    const value = values.get(String(entry["value"]));
    return value === undefined ? entry : withValue(entry, name, value);
  });
  const added = [...values].flatMap(([group, value]) =>
    known.has(group) || value === null ? [] : [{ value: group, [name]: value }],
  );
  const kept = [...changed, ...added].filter((entry) => Object.keys(entry).length > 1);
  return written(attributes, ORGANIZATION_USER_URN, "departments", kept.length === 0 ? null : kept);
}

function written(attributes: JsonObject, extension: string, name: string, after: JsonValue): PathWrite {
  const holder = objectOf(attributes[extension]);
  return {
    path: `${extension}:${name}`,
    before: idsOnly(holder[name] ?? null),
    after,
    attributes: { ...attributes, [extension]: withValue(holder, name, after) },
  };
}

/** References without what SCIM adds to them when they are read. */
function idsOnly(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(idsOnly);
  if (typeof value !== "object" || value === null) return value;
  const { $ref: _address, display: _name, displayName: _too, ...own } = value;
  return own;
}

function listOf(value: JsonValue): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
