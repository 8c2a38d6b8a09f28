import { type Dialect, take } from "../dialect/dialect.js";
import { badRequest, notFound, ScimError } from "../errors.js";
import { BULK_REQUEST_SCHEMA } from "../messages.js";
import { isJsonObject, messageField } from "../resource/check-structure.js";
import type { JsonObject, JsonValue, ResourceTypeId } from "../schema/attribute.js";
import { BULK_METHODS, type BulkMethod, type BulkOperation, type BulkRequest } from "./bulk-request.js";

/** What is asked of a bulk request before any of it is carried out. */
export interface BulkLimits {
  maxOperations: number;
  /** Largest `data` of one operation, in bytes of JSON: what a single request may bring. */
  maxDataBytes: number;
  /** The SCIM base without a slash at its end; it may stand before a path. */
  baseUrl: string;
}

/** More than any client's word for an operation. */
const MAX_BULK_ID = 255;

/**
 * Reads a bulk request (RFC 7644 section 3.7). What is wrong with one operation is that operation's error and not the
 * request's. `failOnErrors` counts from 1; null, 0 and absence mean that errors stop nothing.
 *
 * @throws ScimError 400 invalidSyntax or invalidValue where the request as a whole cannot be read, 413 for too many
 * operations
 */
export function parseBulk(body: unknown, limits: BulkLimits, dialect: Dialect): BulkRequest {
  if (!isJsonObject(body)) throw badRequest("invalidSyntax", "A bulk request must be a JSON object.");
  checkSchemas(body, dialect);
  const operations = messageField(body, "Operations");
  if (!Array.isArray(operations)) {
    throw badRequest("invalidSyntax", '"Operations" must be an array of operations.');
  }
  if (operations.length > limits.maxOperations) {
    throw new ScimError(
      413,
      `The request has ${operations.length} operations; at most ${limits.maxOperations} are taken (maxOperations).`,
    );
  }
  return {
    failOnErrors: readFailOnErrors(messageField(body, "failOnErrors")),
    operations: operations.map((operation, index) => readOperation(operation, index, limits, dialect)),
  };
}

function checkSchemas(body: JsonObject, dialect: Dialect): void {
  const schemas = messageField(body, "schemas");
  const named = Array.isArray(schemas) ? schemas : [];
  const wanted = BULK_REQUEST_SCHEMA.toLowerCase();
  if (named.some((urn) => typeof urn === "string" && urn.trim().toLowerCase() === wanted)) return;
  if (named.length === 0 && take(dialect, "missing-schemas")) return;
  throw badRequest("invalidSyntax", `"schemas" must hold "${BULK_REQUEST_SCHEMA}".`);
}

function readFailOnErrors(value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === null || value === 0) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
  throw badRequest("invalidValue", '"failOnErrors" must be a whole number, 1 or more.');
}

function readOperation(given: JsonValue, index: number, limits: BulkLimits, dialect: Dialect): BulkOperation {
  if (!isJsonObject(given)) {
    return { index, error: badRequest("invalidSyntax", "The operation must be a JSON object.") };
  }
  const method = readMethod(messageField(given, "method"));
  const named = messageField(given, "bulkId");
  const bulkId = typeof named === "string" && named !== "" && named.length <= MAX_BULK_ID ? named : undefined;
  const head = { index, ...(method && { method }), ...(bulkId !== undefined && { bulkId }) };
  try {
    if (method === undefined) {
      throw badRequest("invalidSyntax", '"method" must be POST, PUT, PATCH or DELETE.');
    }
    const isMissing = named === undefined || named === null;
    if (bulkId === undefined && !(isMissing && (method !== "POST" || take(dialect, "bulk-id-missing")))) {
      throw badRequest("invalidValue", `"bulkId" must be a text of 1 to ${MAX_BULK_ID} characters.`);
    }
    const target = readPath(messageField(given, "path"), method, limits.baseUrl);
    const version = readVersion(messageField(given, "version"));
    const data = method === "DELETE" ? undefined : readData(messageField(given, "data"), limits.maxDataBytes);
    return {
      ...head,
      method,
      ...target,
      ...(version !== undefined && { version }),
      ...(data !== undefined && { data }),
    };
  } catch (error) {
    if (error instanceof ScimError) return { ...head, error };
    throw error;
  }
}

function readMethod(value: JsonValue | undefined): BulkMethod | undefined {
  const word = typeof value === "string" ? value.trim().toUpperCase() : undefined;
  return BULK_METHODS.find((method) => method === word);
}

const ENDPOINTS: Readonly<Record<string, ResourceTypeId>> = { users: "User", groups: "Group" };
const PATH = /^\/*(users|groups)(?:\/([^/?#]+))?\/?$/i;

/** `/Users/{id}`, or the whole address of the same (RFC 7644 section 3.7: a path relative to the base). */
function readPath(
  value: JsonValue | undefined,
  method: BulkMethod,
  baseUrl: string,
): { type: ResourceTypeId; id?: string } {
  if (typeof value !== "string") {
    throw badRequest("invalidSyntax", '"path" must be a text such as /Users or /Users/{id}.');
  }
  const written = value.trim();
  const path = [baseUrl, pathnameOf(baseUrl)].reduce(
    (rest, prefix) => (rest.startsWith(`${prefix}/`) ? rest.slice(prefix.length) : rest),
    written,
  );
  const [, endpoint = "", id] = PATH.exec(path) ?? [];
  const type = ENDPOINTS[endpoint.toLowerCase()];
  if (type === undefined)
    throw notFound(`There is nothing to change at the path "${written.slice(0, 200)}".`);
  if (method === "POST" && id !== undefined) throw new ScimError(405, "POST takes the path of a collection.");
  if (method !== "POST" && id === undefined) {
    throw new ScimError(405, `${method} takes the path of one resource, such as /${endpoint}/{id}.`);
  }
  return { type, ...(id !== undefined && { id: decoded(id) }) };
}

function pathnameOf(baseUrl: string): string {
  return baseUrl.replace(/^https?:\/\/[^/]*/i, "");
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function readVersion(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return value;
  throw badRequest("invalidVers", '"version" must be an entity tag such as W/"3".');
}

function readData(value: JsonValue | undefined, maxBytes: number): JsonObject {
  if (!isJsonObject(value)) throw badRequest("invalidSyntax", '"data" must be a JSON object.');
  if (Buffer.byteLength(JSON.stringify(value)) > maxBytes) {
    throw new ScimError(413, `The data of one operation may have ${maxBytes} bytes at most.`);
  }
  return value;
}
