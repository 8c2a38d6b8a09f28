import { type Dialect, take } from "../../scim/dialect/dialect.js";
import { badRequest } from "../../scim/errors.js";
import { SEARCH_REQUEST_SCHEMA } from "../../scim/messages.js";
import type { RequestParameters } from "../middleware/request-state.js";

type Reader = (value: unknown, name: string) => string;

/** The members of a SearchRequest (RFC 7644 section 3.4.3), with `cursor` (RFC 9865 section 2.3). */
const MEMBERS: Readonly<Record<string, Reader>> = {
  attributes: readNames,
  excludedAttributes: readNames,
  filter: readText,
  sortBy: readText,
  sortOrder: readText,
  startIndex: readNumber,
  count: readNumber,
  cursor: readText,
};

const NAMES = new Map(Object.keys(MEMBERS).map((name) => [name.toLowerCase(), name]));

/**
 * Reads the body of a search as the parameters that the same list by GET would have. Names compare without regard to
 * case, null is as good as absent, members that a SearchRequest does not have are ignored.
 * @throws ScimError 400 invalidSyntax for a body that is no SearchRequest, 400 invalidValue for a member of a wrong type
 */
export function readSearchRequest(body: unknown, dialect: Dialect): RequestParameters {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw badRequest("invalidSyntax", "The body must be a JSON object, a SearchRequest.");
  }
  const parameters: Record<string, string> = Object.create(null);
  let named = false;
  for (const [written, value] of Object.entries(body)) {
    if (written.toLowerCase() === "schemas") named = namesSearchRequest(value);
    const name = NAMES.get(written.toLowerCase());
    const read = name === undefined ? undefined : MEMBERS[name];
    if (name === undefined || read === undefined || value === null) continue;
    if (name in parameters) throw badRequest("invalidSyntax", `"${name}" is given more than once.`);
    parameters[name] = read(value, name);
  }
  if (!named && !take(dialect, "missing-schemas")) {
    throw badRequest("invalidSyntax", `"schemas" must be ["${SEARCH_REQUEST_SCHEMA}"].`);
  }
  return parameters;
}

function namesSearchRequest(schemas: unknown): boolean {
  const wanted = SEARCH_REQUEST_SCHEMA.toLowerCase();
  return (
    Array.isArray(schemas) && schemas.some((urn) => typeof urn === "string" && urn.toLowerCase() === wanted)
  );
}

function readText(value: unknown, name: string): string {
  if (typeof value !== "string") throw badRequest("invalidValue", `"${name}" must be text.`);
  return value;
}

/** The digits of a number; what is none is left to the reader of the parameter. */
function readNumber(value: unknown, name: string): string {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value).toString() : String(value);
  if (typeof value === "string") return value;
  throw badRequest("invalidValue", `"${name}" must be a whole number.`);
}

/** A list of names, or, as in an address, names between commas. */
function readNames(value: unknown, name: string): string {
  const names: unknown[] = Array.isArray(value) ? value : [value];
  if (!names.every((one) => typeof one === "string")) {
    throw badRequest("invalidValue", `"${name}" must be a list of attribute names.`);
  }
  return names.join(",");
}
