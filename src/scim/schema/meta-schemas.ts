import type { AttributeDefinition, SchemaDefinition } from "./attribute.js";
import { attribute, complex, text } from "./define-attribute.js";

/** The URNs of the documents that describe the service itself. */
export const SCHEMA_URN = "urn:ietf:params:scim:schemas:core:2.0:Schema";
export const RESOURCE_TYPE_URN = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
export const SERVICE_PROVIDER_CONFIG_URN = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

const READ_ONLY = { mutability: "readOnly" } as const;
const DEMANDED = { ...READ_ONLY, required: true } as const;
/** Words that are keywords of the protocol, and so are compared with their case. */
const KEYWORD = { ...READ_ONLY, caseExact: true } as const;

const supported = attribute("supported", "boolean", "Whether the feature is offered.", DEMANDED);

const feature = (name: string, description: string, more: readonly AttributeDefinition[] = []) =>
  complex(name, description, [supported, ...more], DEMANDED);

const limit = (name: string, description: string) => attribute(name, "integer", description, DEMANDED);

const page = (name: string, description: string) =>
  attribute(name, "reference", description, { ...READ_ONLY, referenceTypes: ["external"] });

/** What the service can do (RFC 7643 section 5). */
const SERVICE_PROVIDER_CONFIG_SCHEMA: SchemaDefinition = {
  id: SERVICE_PROVIDER_CONFIG_URN,
  name: "ServiceProviderConfig",
  description: "What this service can do",
  attributes: [
    page("documentationUri", "The address of the documentation for people."),
    feature("patch", "Changing parts of a resource by PATCH."),
    feature("bulk", "Several operations in one request.", [
      limit("maxOperations", "The most operations in one request."),
      limit("maxPayloadSize", "The largest request, in bytes."),
    ]),
    feature("filter", "Selecting resources by an expression.", [
      limit("maxResults", "The most resources in one answer."),
    ]),
    complex(
      "pagination",
      "How lists are cut into pages (RFC 9865).",
      [
        attribute("cursor", "boolean", "Whether by cursor.", DEMANDED),
        attribute("index", "boolean", "Whether by index.", DEMANDED),
        text("defaultPaginationMethod", "How, when the client asks for neither.", {
          ...READ_ONLY,
          canonicalValues: ["cursor", "index"],
        }),
        limit("defaultPageSize", "The resources in one answer when the client gives no count."),
        limit("maxPageSize", "The most resources in one answer."),
        limit("cursorTimeout", "How long a cursor can be used, in seconds."),
      ],
      READ_ONLY,
    ),
    feature("changePassword", "Setting a person's password."),
    feature("sort", "Sorting lists."),
    feature("etag", "Entity tags as versions of resources."),
    complex(
      "authenticationSchemes",
      "The ways to authenticate.",
      [
        text("type", "The kind of authentication.", {
          ...DEMANDED,
          canonicalValues: ["oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"],
        }),
        text("name", "The name for people.", DEMANDED),
        text("description", "What it is.", DEMANDED),
        page("specUri", "The address of its specification."),
        page("documentationUri", "The address of the documentation for people."),
        attribute("primary", "boolean", "Whether this is the preferred way.", READ_ONLY),
      ],
      { ...DEMANDED, multiValued: true },
    ),
  ],
};

/** A kind of resource (RFC 7643 section 6). */
const RESOURCE_TYPE_SCHEMA: SchemaDefinition = {
  id: RESOURCE_TYPE_URN,
  name: "ResourceType",
  description: "A kind of resource that this service has",
  attributes: [
    text("id", "The id of the resource type.", { ...KEYWORD, uniqueness: "server" }),
    text("name", "The name of the resource type, as in meta.resourceType.", { ...KEYWORD, required: true }),
    text("description", "What the resources are.", READ_ONLY),
    attribute("endpoint", "reference", "The address of the resources, below the base address.", {
      ...DEMANDED,
      referenceTypes: ["uri"],
      uniqueness: "server",
    }),
    attribute("schema", "reference", "The URN of the main schema.", { ...DEMANDED, referenceTypes: ["uri"] }),
    complex(
      "schemaExtensions",
      "The schemas that add attributes.",
      [
        attribute("schema", "reference", "The URN of the extension.", {
          ...DEMANDED,
          referenceTypes: ["uri"],
        }),
        attribute("required", "boolean", "Whether every resource has to have it.", DEMANDED),
      ],
      { ...READ_ONLY, multiValued: true },
    ),
  ],
};

/** The characteristics that every attribute has, whether or not it lies in another one. */
const CHARACTERISTICS: readonly AttributeDefinition[] = [
  text("name", "The name of the attribute.", { ...KEYWORD, required: true }),
  text("type", "The type of its values.", {
    ...KEYWORD,
    required: true,
    canonicalValues: [
      "string",
      "complex",
      "boolean",
      "decimal",
      "integer",
      "dateTime",
      "reference",
      "binary",
    ],
  }),
  attribute("multiValued", "boolean", "Whether it holds a list of values.", DEMANDED),
  text("description", "What it means, for people.", READ_ONLY),
  attribute("required", "boolean", "Whether every resource has to have it.", DEMANDED),
  text("canonicalValues", "The usual values.", { ...KEYWORD, multiValued: true }),
  attribute("caseExact", "boolean", "Whether the case of its text matters.", READ_ONLY),
  text("mutability", "Whether and when it can be changed.", {
    ...KEYWORD,
    canonicalValues: ["readOnly", "readWrite", "immutable", "writeOnly"],
  }),
  text("returned", "When it is part of an answer.", {
    ...KEYWORD,
    canonicalValues: ["always", "never", "default", "request"],
  }),
  text("uniqueness", "Among what its values are unique.", {
    ...KEYWORD,
    canonicalValues: ["none", "server", "global"],
  }),
  text("referenceTypes", "What a reference can point to.", { ...KEYWORD, multiValued: true }),
];

/** A schema (RFC 7643 section 7). */
const SCHEMA_SCHEMA: SchemaDefinition = {
  id: SCHEMA_URN,
  name: "Schema",
  description: "The attributes of a resource or of an extension",
  attributes: [
    text("id", "The URN of the schema.", { ...KEYWORD, required: true, uniqueness: "server" }),
    text("name", "The name for people.", DEMANDED),
    text("description", "What the schema describes.", READ_ONLY),
    complex(
      "attributes",
      "The attributes with their characteristics.",
      [
        ...CHARACTERISTICS,
        complex("subAttributes", "The attributes within a complex one.", CHARACTERISTICS, {
          ...READ_ONLY,
          multiValued: true,
        }),
      ],
      { ...DEMANDED, multiValued: true },
    ),
  ],
};

/** The schemas of the discovery documents themselves (RFC 7643 section 8.7.2), the same for every tenant. */
export const META_SCHEMAS: readonly SchemaDefinition[] = [
  SCHEMA_SCHEMA,
  RESOURCE_TYPE_SCHEMA,
  SERVICE_PROVIDER_CONFIG_SCHEMA,
];
