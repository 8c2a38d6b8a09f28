import { isDeepStrictEqual } from "node:util";
import { createDirectory } from "../../directory/directory.js";
import { type AdoptedValue, findAdoptedValues } from "../../persistence/adopted-value-store.js";
import { type BeforeImage, findRunImages } from "../../persistence/before-image-store.js";
import type { Database, Queryable } from "../../persistence/database.js";
import { findLink } from "../../persistence/link-store.js";
import type { RunRow } from "../../persistence/run-row-store.js";
import { ScimError } from "../../scim/errors.js";
import type { JsonObject, JsonValue } from "../../scim/schema/attribute.js";
import { joining, leaving, replacement } from "../reconciliation/scim-operations.js";
import { NOT_UNDONE } from "./plan-errors.js";
import { digestOf } from "./plan-hash.js";
import { orderedBy } from "./scim-change.js";
import { orderUndo, type Undoable, type UndoDeps, wayOf } from "./undo.js";

/** What is to be undone of one resource: what was written at the vendor, and what was taken over from it. */
export interface RunUndoable {
  row: RunRow & { resourceId: string };
  written?: Undoable;
  /** Newest first. */
  adopted: AdoptedValue[];
}

/** Why a row is not undone. */
export interface NotUndone {
  row: RunRow & { resourceId: string };
  code: string;
  message: string;
  /** The same in Chinese; absent where SCIM refuses the former value, in its own words. */
  zh?: { message: string };
}

const NOTHING_ELSE = { members: false, groups: true, provisioning: false };

/**
 * Whether what a run did about a resource can be undone: the vendor still holds what its deliveries left there, with
 * nothing in between, and SCIM what was taken over. Undefined where it did nothing.
 */
export async function runUndoable(
  deps: UndoDeps,
  row: RunRow & { resourceId: string },
): Promise<RunUndoable | NotUndone | undefined> {
  const { database } = deps;
  const key = { tenantId: row.tenantId, runId: row.runId, resourceId: row.resourceId };
  if (row.result === "ordered") return notUndone(row, "under-way");
  const images = await findRunImages(database, key);
  const adopted = await findAdoptedValues(database, key);
  if (images.length + adopted.length === 0) {
    return row.result === "done" ? notUndone(row, "nothing-kept") : undefined;
  }
  const written = await wholeOf(database, images);
  if (typeof written === "string") return notUndone(row, written);
  for (const value of adopted) {
    if (!(await stillStands(deps, value))) return notUndone(row, "changed-since");
  }
  return { row, adopted, ...(written !== undefined && { written }) };
}

/** The images of one resource as one change; or why they are none that can be undone. */
async function wholeOf(
  database: Queryable,
  images: readonly BeforeImage[],
): Promise<Undoable | keyof typeof NOT_UNDONE | undefined> {
  const [first] = images;
  const last = images.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (images.some(({ action }) => action === "adopt")) return "adopted";
  const whole = { ...last, before: first.before };
  const link = await findLink(database, last);
  const held = digestOf(link === undefined ? null : { remoteId: link.remoteId, profile: link.lastSent });
  const isUnbroken = images.every((one, index) => {
    const previous = images[index - 1];
    return previous === undefined || digestOf(previous.after) === digestOf(one.before);
  });
  if (held === digestOf(whole.before)) return "undone-already";
  if (held !== digestOf(whole.after) || !isUnbroken) return "superseded";
  const way = await wayOf(database, whole);
  return way === undefined ? "still-demanded" : { image: whole, way };
}

/** Whether SCIM still holds what was taken over. */
async function stillStands(deps: UndoDeps, value: AdoptedValue): Promise<boolean> {
  const { resourceType, resourceId, changes, joined, left } = value;
  const directory = createDirectory(deps);
  try {
    const { attributes } = await directory.read(deps.context, resourceType, resourceId, NOTHING_ELSE);
    const groups = Array.isArray(attributes["groups"]) ? attributes["groups"].map(objectOf) : [];
    const isIn = (group: string) =>
      groups.some((one) => one["value"] === group && one["type"] !== "indirect");
    return (
      changes.every(({ path, after }) => holds(valueAt(attributes, path), after)) &&
      joined.every(isIn) &&
      !left.some(isIn)
    );
  } catch (error) {
    // Removed since.
    if (error instanceof ScimError) return false;
    throw error;
  }
}

/**
 * Puts back what was taken over, then orders what it takes at the vendor. Answers whose deliveries, or why SCIM refuses.
 */
export async function orderRunUndo(
  deps: UndoDeps,
  { row, written, adopted }: RunUndoable,
): Promise<string[] | NotUndone> {
  const { database, context } = deps;
  const { tenantId, connectionId } = row;
  try {
    for (const value of adopted) await putBack(deps, value);
    if (written !== undefined) await orderUndo(deps, written);
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return { row, code: error.scimType ?? "scim-refusal", message: error.message };
  }
  return orderedBy(database, { tenantId, connectionId, correlationId: context.correlationId });
}

/** Undoes the last first: out of what was joined last, back into what was left. */
async function putBack(deps: UndoDeps & { database: Database }, value: AdoptedValue): Promise<void> {
  const { resourceType, resourceId, changes, joined, left } = value;
  const directory = createDirectory(deps);
  const patch = (type: "User" | "Group", id: string, Operations: JsonObject[]) =>
    directory.patch(
      deps.context,
      type,
      id,
      { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations },
      { needs: { members: false, groups: false, provisioning: false } },
    );
  const operations = changes.map(({ path, before }) => replacement(path, before));
  if (operations.length > 0) await patch(resourceType, resourceId, operations);
  for (const id of left) await patch("Group", id, [joining(resourceId)]);
  for (const id of joined) await patch("Group", id, [leaving(resourceId)]);
}

/** The value at a path as it was written: an attribute, or a sub-attribute of a single one. */
function valueAt(attributes: JsonObject, path: string): JsonValue {
  const colon = path.lastIndexOf(":");
  const holder = colon < 0 ? attributes : objectOf(attributes[path.slice(0, colon)]);
  const [name = "", sub] = path.slice(colon + 1).split(".");
  const value = holder[name] ?? null;
  return sub === undefined ? value : (objectOf(value)[sub] ?? null);
}

/** Whether a value is the one that was written; SCIM adds names and addresses to references. */
function holds(present: JsonValue, written: JsonValue): boolean {
  if (Array.isArray(written)) {
    return (
      Array.isArray(present) &&
      present.length === written.length &&
      written.every((one) => present.some((other) => holds(other, one)))
    );
  }
  if (typeof written !== "object" || written === null) return isDeepStrictEqual(present, written);
  return Object.entries(written).every(([name, value]) => holds(objectOf(present)[name] ?? null, value));
}

function notUndone(row: NotUndone["row"], code: keyof typeof NOT_UNDONE): NotUndone {
  const { en, zh } = NOT_UNDONE[code];
  return { row, code, message: en, zh: { message: zh } };
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
