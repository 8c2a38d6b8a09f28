import { type Dialect, take, takeUnknown } from "../dialect/dialect.js";
import { badRequest, type ScimError } from "../errors.js";
import { PATCH_OP_SCHEMA } from "../messages.js";
import { checkStructure, isJsonObject, messageField } from "../resource/check-structure.js";
import { checkMessageSchemas } from "../resource/member-schemas.js";
import { isBlank, unknownAttribute } from "../resource/read-value.js";
import type { JsonObject, JsonValue, ResourceTypeDefinition, SchemaDefinition } from "../schema/attribute.js";
import { findExtension } from "../schema/find-attribute.js";
import type { PatchOperation } from "./operation.js";
import { type PatchVerb, stepsFor } from "./patch-steps.js";
import { findTarget } from "./patch-target.js";

/** Most operations in one request. Entra ID and authentik send at most a few hundred. */
const MAX_OPERATIONS = 1_000;
const VERBS: readonly PatchVerb[] = ["add", "replace", "remove"];

/** What an operation is read with. */
interface Reading {
  type: ResourceTypeDefinition;
  dialect: Dialect;
  /** The resource that is changed, where the caller knows it. */
  id: string | undefined;
}

/**
 * Parses a PatchOp message (RFC 7644 section 3.5.2) and looks everything up in the schema, so that applying needs no
 * further judgement. The names of the message and `op` are taken in any case, as clients of all kinds send them, and
 * the URN of an extension as a path: it is the name of the attribute that holds the extension (RFC 7643 section 3.3).
 *
 * @param dialect says which deviations pass, and learns which were met
 * @param id of the resource; a value without a path may repeat it, but not another one
 * @throws ScimError 400 invalidSyntax (not a PatchOp, over 1,000 operations, unknown `op` or attribute in a value),
 * invalidPath, invalidFilter (in the brackets of a path), noTarget (remove without a path), mutability (a read-only
 * or immutable target, removal of a required attribute), invalidValue
 */
export function parsePatch(
  body: unknown,
  type: ResourceTypeDefinition,
  dialect: Dialect,
  id?: string,
): PatchOperation[] {
  const message = checkStructure(body);
  checkMessageSchemas(message, PATCH_OP_SCHEMA, dialect);
  const operations = operationList(messageField(message, "Operations"), dialect);
  if (operations.length > MAX_OPERATIONS) {
    throw badRequest(
      "invalidSyntax",
      `"Operations" holds ${operations.length} operations; at most ${MAX_OPERATIONS} are allowed.`,
    );
  }
  const reading: Reading = { type, dialect, id };
  return operations.flatMap((operation, index) => parseOperation(operation, `Operations[${index}]`, reading));
}

function operationList(given: JsonValue | undefined, dialect: Dialect): JsonValue[] {
  if (Array.isArray(given) && given.length > 0) return given;
  if (isJsonObject(given) && take(dialect, "operation-not-in-list")) return [given];
  throw badRequest("invalidSyntax", '"Operations" must be an array with at least one operation.');
}

function parseOperation(operation: JsonValue, place: string, reading: Reading): PatchOperation[] {
  if (!isJsonObject(operation)) throw badRequest("invalidSyntax", `"${place}" must be an object.`);
  const verb = parseVerb(messageField(operation, "op"), place, reading.dialect);
  const path = parsePathMember(messageField(operation, "path"), place, reading.dialect);
  const value = messageField(operation, "value");
  if (verb !== "remove" && value === undefined) {
    throw badRequest("invalidValue", `"${place}" needs a "value" for ${verb}.`);
  }
  const isWhole = path === undefined || path.toLowerCase() === reading.type.schema.id.toLowerCase();
  if (!isWhole) return parsePath(verb, path, value, reading);
  if (verb === "remove") throw badRequest("noTarget", `"${place}" needs a "path" for remove.`);
  if (!isJsonObject(value)) {
    throw badRequest("invalidValue", `"${place}.value" must be an object when there is no path.`);
  }
  return parseWholeValue(verb, value, reading);
}

function parseVerb(op: JsonValue | undefined, place: string, dialect: Dialect): PatchVerb {
  const word = typeof op === "string" ? op.toLowerCase() : undefined;
  const verb = VERBS.find((candidate) => candidate === word);
  if (verb === undefined) throw badRequest("invalidSyntax", `"${place}.op" must be add, replace or remove.`);
  if (op !== verb) dialect.mark("capitalised-op");
  return verb;
}

/** The trimmed path; undefined where there is none. */
function parsePathMember(path: JsonValue | undefined, place: string, dialect: Dialect): string | undefined {
  if (path === undefined || path === null) return undefined;
  if (typeof path !== "string") throw badRequest("invalidPath", `"${place}.path" must be text.`);
  const written = path.trim();
  if (written !== "") return written;
  if (take(dialect, "empty-path")) return undefined;
  throw badRequest("invalidPath", `"${place}.path" is empty; leave it out to mean the whole resource.`);
}

function parsePath(
  verb: PatchVerb,
  path: string,
  value: JsonValue | undefined,
  reading: Reading,
): PatchOperation[] {
  const { type, dialect } = reading;
  const extension = findExtension(type, path);
  if (extension !== undefined) return parseExtension(verb, extension, value, reading);
  const target = findTarget(path, type);
  if (target === undefined) {
    throw badRequest("invalidPath", `"${path.slice(0, 300)}" is not a known attribute.`);
  }
  return stepsFor(verb, target, value, { withoutPath: false, dialect });
}

function parseExtension(
  verb: PatchVerb,
  { id, attributes }: SchemaDefinition,
  value: JsonValue | undefined,
  reading: Reading,
): PatchOperation[] {
  const isEmpty = isBlank(value, "complex", reading.dialect);
  if (verb === "add" && isEmpty) return [];
  if (verb === "remove" || isEmpty) {
    // Emptying an extension empties what a client may write in it.
    return attributes
      .filter(({ mutability }) => mutability !== "readOnly")
      .flatMap((attribute) =>
        stepsFor("remove", { extension: id, attribute }, undefined, {
          withoutPath: false,
          dialect: reading.dialect,
        }),
      );
  }
  if (!isJsonObject(value)) throw badRequest("invalidValue", `"${id}" takes an object.`);
  return parseWholeValue(verb, value, reading, id);
}

/** The keys of a value without a path are attributes; where the dialect allows it, each may be a path itself. */
function parseWholeValue(
  verb: PatchVerb,
  value: JsonObject,
  reading: Reading,
  extension?: string,
): PatchOperation[] {
  const { type, dialect, id } = reading;
  return Object.entries(value).flatMap(([key, held]) => {
    const inner = extension === undefined ? findExtension(type, key) : undefined;
    if (inner !== undefined) return parseExtension(verb, inner, held, reading);
    const path = extension === undefined ? key : `${extension}:${key}`;
    const isPath = /[.:[]/.test(key);
    if (isPath && !dialect.allows("path-as-key")) throw unknownAttribute(path);
    const target = findKey(path, reading);
    if (target === undefined) {
      if (takeUnknown(dialect, path)) return [];
      throw unknownAttribute(path);
    }
    if (isPath) dialect.note("path-as-key");
    const isId = target.extension === undefined && target.attribute.name === "id";
    if (isId && id !== undefined && held !== null && !isSameId(held, id)) throw otherId();
    return stepsFor(verb, target, held, { withoutPath: true, dialect });
  });
}

function isSameId(held: JsonValue, id: string): boolean {
  return typeof held === "string" && held.toLowerCase() === id.toLowerCase();
}

/** What a key means. One that cannot even be read as a path is an unknown attribute here, not a wrong path. */
function findKey(key: string, { type }: Reading) {
  return /[[\]]/.test(key) || /^[A-Za-z$_][\w$:.-]*$/.test(key) ? findTarget(key, type) : undefined;
}

function otherId(): ScimError {
  return badRequest("mutability", '"id" cannot be changed, and the value names another one.');
}
