import type { AttributeDefinition } from "./attribute.js";
import { attribute, complex, text } from "./define-attribute.js";

const READ_ONLY = { mutability: "readOnly" } as const;

/**
 * The attributes every resource has (RFC 7643 section 3.1) and `schemas`. They belong to no schema, so they are not
 * in the `/Schemas` documents, but filters, PATCH paths and projections know them.
 */
export const COMMON_ATTRIBUTES: readonly AttributeDefinition[] = [
  attribute("schemas", "reference", "The URNs of the schemas in use.", {
    multiValued: true,
    returned: "always",
    mutability: "readOnly",
  }),
  text("id", "The id the server gave the resource.", {
    caseExact: true,
    returned: "always",
    uniqueness: "server",
    mutability: "readOnly",
  }),
  text("externalId", "The id the client knows the resource by.", {
    caseExact: true,
    rules: { maxLength: 255 },
  }),
  complex(
    "meta",
    "Facts about the resource, kept by the server.",
    [
      text("resourceType", "The type of the resource.", { ...READ_ONLY, caseExact: true }),
      attribute("created", "dateTime", "When the resource was made.", READ_ONLY),
      attribute("lastModified", "dateTime", "When the resource last changed.", READ_ONLY),
      attribute("location", "reference", "The address of the resource.", READ_ONLY),
      text("version", "The entity tag of the resource.", { ...READ_ONLY, caseExact: true }),
    ],
    READ_ONLY,
  ),
];
