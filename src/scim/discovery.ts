import type {
  AttributeDefinition,
  JsonObject,
  ResourceTypeDefinition,
  SchemaDefinition,
} from "./schema/attribute.js";
import { RESOURCE_TYPE_URN, SCHEMA_URN, SERVICE_PROVIDER_CONFIG_URN } from "./schema/meta-schemas.js";

/** What this server can do, for `/ServiceProviderConfig` (RFC 7643 section 5). */
export interface ServiceProviderFeatures {
  /** SCIM base address without a trailing slash, e.g. "https://gateway.example/scim/v2". */
  baseUrl: string;
  documentationUri?: string;
  patch: boolean;
  /** The numbers are announced even when bulk is not supported: authentik cuts its PATCH batches by them. */
  bulk: { supported: boolean; maxOperations: number; maxPayloadSize: number };
  filter: { supported: boolean; maxResults: number };
  /** RFC 9865 section 4; left out for clients that refuse a document with members they do not know. */
  pagination?: PaginationFeatures | undefined;
  changePassword: boolean;
  sort: boolean;
  etag: boolean;
  authenticationSchemes: readonly AuthenticationScheme[];
}

/** How lists are paged. */
interface PaginationFeatures {
  cursor: boolean;
  index: boolean;
  defaultPaginationMethod: "cursor" | "index";
  defaultPageSize: number;
  maxPageSize: number;
  /** In seconds. */
  cursorTimeout: number;
}

/** One way to authenticate, as announced to clients. */
interface AuthenticationScheme {
  type: "oauth" | "oauth2" | "oauthbearertoken" | "httpbasic" | "httpdigest";
  name: string;
  description: string;
  specUri?: string;
  documentationUri?: string;
  primary?: boolean;
}

/** The `/Schemas/{urn}` document of one schema (RFC 7643 section 7). */
export function schemaDocument(schema: SchemaDefinition, baseUrl: string): JsonObject {
  return {
    schemas: [SCHEMA_URN],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: schema.attributes.map(attributeDocument),
    meta: { resourceType: "Schema", location: `${baseUrl}/Schemas/${schema.id}` },
  };
}

/** The `/ResourceTypes/{id}` document of one resource type (RFC 7643 section 6). */
export function resourceTypeDocument(type: ResourceTypeDefinition, baseUrl: string): JsonObject {
  return {
    schemas: [RESOURCE_TYPE_URN],
    id: type.id,
    name: type.id,
    endpoint: type.endpoint,
    description: type.description,
    schema: type.schema.id,
    schemaExtensions: type.extensions.map(({ schema, required }) => ({ schema: schema.id, required })),
    meta: { resourceType: "ResourceType", location: `${baseUrl}/ResourceTypes/${type.id}` },
  };
}

/** The `/ServiceProviderConfig` document (RFC 7643 section 5). */
export function serviceProviderConfigDocument(features: ServiceProviderFeatures): JsonObject {
  return {
    schemas: [SERVICE_PROVIDER_CONFIG_URN],
    ...(features.documentationUri === undefined ? {} : { documentationUri: features.documentationUri }),
    patch: { supported: features.patch },
    bulk: { ...features.bulk },
    filter: { ...features.filter },
    ...(features.pagination === undefined ? {} : { pagination: { ...features.pagination } }),
    changePassword: { supported: features.changePassword },
    sort: { supported: features.sort },
    etag: { supported: features.etag },
    authenticationSchemes: features.authenticationSchemes.map((scheme) => ({ ...scheme })),
    meta: {
      resourceType: "ServiceProviderConfig",
      location: `${features.baseUrl}/ServiceProviderConfig`,
    },
  };
}

/** Characteristics only: the gateway's own `rules` have no place in RFC 7643 and stay inside. */
function attributeDocument(attribute: AttributeDefinition): JsonObject {
  return {
    name: attribute.name,
    type: attribute.type,
    multiValued: attribute.multiValued,
    description: attribute.description,
    required: attribute.required,
    caseExact: attribute.caseExact,
    mutability: attribute.mutability,
    returned: attribute.returned,
    uniqueness: attribute.uniqueness,
    ...(attribute.canonicalValues ? { canonicalValues: [...attribute.canonicalValues] } : {}),
    ...(attribute.referenceTypes ? { referenceTypes: [...attribute.referenceTypes] } : {}),
    ...(attribute.subAttributes ? { subAttributes: attribute.subAttributes.map(attributeDocument) } : {}),
  };
}
