import type { Dialect } from "../dialect/dialect.js";
import { badRequest } from "../errors.js";
import { PATCH_OP_SCHEMA } from "../messages.js";
import { checkStructure, isJsonObject, messageField, messageSchemas } from "../resource/check-structure.js";
import { isUnassigned, unknownAttribute } from "../resource/read-value.js";
import type { JsonObject, JsonValue, ResourceTypeDefinition } from "../schema/attribute.js";
import { findExtension } from "../schema/find-attribute.js";
import type { PatchOperation } from "./operation.js";
import { type PatchVerb, stepsFor } from "./patch-steps.js";
import { findTarget } from "./patch-target.js";

/** Most operations in one request. Entra ID and authentik send at most a few hundred. */
const MAX_OPERATIONS = 1_000;
const VERBS: readonly PatchVerb[] = ["add", "replace", "remove"];

/**
 * Parses a PatchOp message (RFC 7644 section 3.5.2) and looks everything up in the schema, so that applying needs no
 * further judgement. Takes the spellings real clients use: `Add` and `Replace`, values without a path (plain, dotted
 * and URN-qualified keys, value paths as keys, whole extension objects), one value where an array is due and an array
 * of one where a value is due, `"True"` for a boolean, plain text for `manager`. Without a path, read-only attributes
 * in the value are ignored (Okta repeats `id`, `schemas` and `meta`).
 *
 * @throws ScimError 400 invalidSyntax (not a PatchOp, over 1,000 operations, unknown `op` or attribute in a value),
 * invalidPath, invalidFilter (in the brackets of a path), noTarget (remove without a path), mutability (a read-only
 * or immutable target, removal of a required attribute), invalidValue
 */
export function parsePatch(body: unknown, type: ResourceTypeDefinition, _dialect: Dialect): PatchOperation[] {
  const message = checkStructure(body);
  if (!messageSchemas(message).includes(PATCH_OP_SCHEMA.toLowerCase())) {
    throw badRequest("invalidSyntax", `"schemas" must hold "${PATCH_OP_SCHEMA}".`);
  }
  const operations = messageField(message, "Operations");
  if (!Array.isArray(operations) || operations.length === 0) {
    throw badRequest("invalidSyntax", '"Operations" must be an array with at least one operation.');
  }
  if (operations.length > MAX_OPERATIONS) {
    throw badRequest(
      "invalidSyntax",
      `"Operations" holds ${operations.length} operations; at most ${MAX_OPERATIONS} are allowed.`,
    );
  }
  return operations.flatMap((operation, index) => parseOperation(operation, `Operations[${index}]`, type));
}

function parseOperation(operation: JsonValue, place: string, type: ResourceTypeDefinition): PatchOperation[] {
  if (!isJsonObject(operation)) throw badRequest("invalidSyntax", `"${place}" must be an object.`);
  const verb = parseVerb(messageField(operation, "op"), place);
  const path = messageField(operation, "path") ?? "";
  if (typeof path !== "string") throw badRequest("invalidPath", `"${place}.path" must be text.`);
  const value = messageField(operation, "value");
  if (verb !== "remove" && value === undefined) {
    throw badRequest("invalidValue", `"${place}" needs a "value" for ${verb}.`);
  }
  const written = path.trim();
  const isWhole = written === "" || written.toLowerCase() === type.schema.id.toLowerCase();
  if (!isWhole) return parsePath(verb, written, value, type);
  if (verb === "remove") throw badRequest("noTarget", `"${place}" needs a "path" for remove.`);
  if (!isJsonObject(value)) {
    throw badRequest("invalidValue", `"${place}.value" must be an object when there is no path.`);
  }
  return parseWholeValue(verb, value, type);
}

function parseVerb(op: JsonValue | undefined, place: string): PatchVerb {
  const word = typeof op === "string" ? op.toLowerCase() : undefined;
  const verb = VERBS.find((candidate) => candidate === word);
  if (verb === undefined) throw badRequest("invalidSyntax", `"${place}.op" must be add, replace or remove.`);
  return verb;
}

function parsePath(
  verb: PatchVerb,
  path: string,
  value: JsonValue | undefined,
  type: ResourceTypeDefinition,
): PatchOperation[] {
  const extension = findExtension(type, path);
  if (extension === undefined) {
    const target = findTarget(path, type);
    if (target === undefined)
      throw badRequest("invalidPath", `"${path.slice(0, 300)}" is not a known attribute.`);
    return stepsFor(verb, target, value, { ignoreReadOnly: false });
  }
  if (verb === "add" && isUnassigned(value)) return [];
  if (verb === "remove" || isUnassigned(value)) {
    // Emptying an extension empties what a client may write in it.
    return extension.attributes.flatMap((attribute) =>
      stepsFor("remove", { extension: extension.id, attribute }, undefined, { ignoreReadOnly: true }),
    );
  }
  if (!isJsonObject(value)) throw badRequest("invalidValue", `"${extension.id}" takes an object.`);
  return parseWholeValue(verb, qualify(value, extension.id), type);
}

/** Each key of a value without a path is itself a path. */
function parseWholeValue(verb: PatchVerb, value: JsonObject, type: ResourceTypeDefinition): PatchOperation[] {
  return Object.entries(value).flatMap(([key, held]) => {
    if (findExtension(type, key) !== undefined) return parsePath(verb, key, held, type);
    const target = findTarget(key, type);
    if (target === undefined) throw unknownAttribute(key);
    return stepsFor(verb, target, held, { ignoreReadOnly: true });
  });
}

function qualify(value: JsonObject, urn: string): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [`${urn}:${key}`, held]));
}
