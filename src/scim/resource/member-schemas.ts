import { type Dialect, take } from "../dialect/dialect.js";
import { badRequest, type ScimError } from "../errors.js";
import type { JsonObject, ResourceTypeDefinition } from "../schema/attribute.js";
import { messageField } from "./check-structure.js";

/** SCIM 1.1 had one core URN for all types (RFC 7643 section 10.1 gives each its own); OneLogin's older connector sends it. */
const LEGACY_URN = "urn:scim:schemas:core:1.0";
/** Entra ID names this in `schemas` of a group, followed by the type. */
const ENTRA_URN = "http://schemas.microsoft.com/2006/11/resourcemanagement/adscim/";

/**
 * Checks that a message says what it is in `schemas` (RFC 7644 section 8.2); URNs compare without regard to case.
 *
 * @throws ScimError 400 invalidSyntax when it names another message, or, unless the dialect lets it pass, none
 */
export function checkMessageSchemas(message: JsonObject, urn: string, dialect: Dialect): void {
  const named = namedSchemas(message, dialect);
  if (named !== undefined && !named.includes(urn.toLowerCase())) throw lacks(urn);
}

/**
 * Checks the `schemas` of a resource in a POST or PUT body (RFC 7643 section 3): the core URN must be there, others
 * must be extensions of the type.
 *
 * @returns the URNs named, in lower case; undefined when none are named and the dialect lets that pass
 * @throws ScimError 400 invalidSyntax
 */
export function checkResourceSchemas(
  resource: JsonObject,
  type: ResourceTypeDefinition,
  dialect: Dialect,
): ReadonlySet<string> | undefined {
  const named = namedSchemas(resource, dialect);
  if (named === undefined) return undefined;
  const core = type.schema.id.toLowerCase();
  const isLegacy = !named.includes(core) && named.includes(LEGACY_URN);
  if (!named.includes(core) && !(isLegacy && take(dialect, "legacy-schema-urn"))) throw lacks(type.schema.id);
  const extensions = type.extensions.map(({ schema }) => schema.id.toLowerCase());
  for (const urn of named) {
    if (urn === core || extensions.includes(urn) || (isLegacy && urn === LEGACY_URN)) continue;
    if (urn.startsWith(ENTRA_URN)) dialect.mark("entra-schema-urn");
    if (!take(dialect, "unknown-schema-urn")) {
      throw badRequest(
        "invalidSyntax",
        `"schemas" names "${urn.slice(0, 200)}", which a ${type.id} does not have.`,
      );
    }
  }
  return new Set(named);
}

function namedSchemas(message: JsonObject, dialect: Dialect): string[] | undefined {
  const schemas = messageField(message, "schemas");
  const isList = Array.isArray(schemas) && schemas.length > 0;
  if (!isList && !take(dialect, "missing-schemas")) {
    throw badRequest("invalidSyntax", '"schemas" must be an array with the URN of the message or resource.');
  }
  const listed = typeof schemas === "string" && schemas !== "" ? [schemas] : schemas;
  if (listed === undefined || listed === null || listed === "") return undefined;
  if (!Array.isArray(listed)) throw onlyUrns();
  if (listed.length === 0) return undefined;
  return listed.map((urn) => {
    if (typeof urn !== "string") throw onlyUrns();
    return urn.trim().toLowerCase();
  });
}

function lacks(urn: string): ScimError {
  return badRequest("invalidSyntax", `"schemas" must hold "${urn}".`);
}

function onlyUrns(): ScimError {
  return badRequest("invalidSyntax", '"schemas" must be an array of URNs.');
}
