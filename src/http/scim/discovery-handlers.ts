import { createHash } from "node:crypto";
import type { Request, RequestHandler, Response } from "express";
import type { Directory } from "../../directory/directory.js";
import { CURSOR_TIMEOUT_SECONDS } from "../../directory/list-cursor.js";
import { take } from "../../scim/dialect/dialect.js";
import {
  resourceTypeDocument,
  type ServiceProviderFeatures,
  schemaDocument,
  serviceProviderConfigDocument,
} from "../../scim/discovery.js";
import { notFound, ScimError } from "../../scim/errors.js";
import { listResponse } from "../../scim/messages.js";
import type { JsonObject, SchemaDefinition } from "../../scim/schema/attribute.js";
import { META_SCHEMAS } from "../../scim/schema/meta-schemas.js";
import type { SchemaRegistry } from "../../scim/schema/registry.js";
import { sendScim } from "../middleware/negotiation.js";
import { findGrantOf, queryOf } from "../middleware/request-state.js";
import { BULK_LIMITS } from "./bulk-handlers.js";
import { requestContext } from "./call.js";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "./list-parameters.js";
import { isNotModified } from "./preconditions.js";

/** What the discovery endpoints work with. */
export interface DiscoveryHandlerDeps {
  directory: Pick<Directory, "registry">;
  /** The SCIM base without a slash at its end. */
  baseUrl: string;
  /** Where people read about the service. */
  documentationUri: string;
  /** Whether a password that a client sets is kept. */
  changesPasswords: boolean;
  /** Whose dictionary a caller without a token is shown. */
  defaultTenantId: string;
}

/** The handlers of RFC 7644 section 4, by endpoint. */
export interface DiscoveryHandlers {
  base: RequestHandler;
  serviceProviderConfig: RequestHandler;
  resourceTypes: RequestHandler;
  resourceType: RequestHandler;
  schemas: RequestHandler;
  schema: RequestHandler;
}

/** Paging as RFC 9865 section 4 announces it. */
const PAGINATION = {
  cursor: true,
  index: true,
  defaultPaginationMethod: "index",
  defaultPageSize: DEFAULT_PAGE_SIZE,
  maxPageSize: MAX_PAGE_SIZE,
  cursorTimeout: CURSOR_TIMEOUT_SECONDS,
} as const;

/** An administrator has to say so: `auto` cannot know which client refuses what it does not know. */
function hidesPagination(request: Request): boolean {
  if (findGrantOf(request) === undefined) return false;
  const { dialect } = requestContext(request);
  return dialect.profile !== "auto" && take(dialect, "omit-cursor-announcement");
}

/** Answers what this service can do, out of the same registry that the resources are checked with. */
export function createDiscoveryHandlers(deps: DiscoveryHandlerDeps): DiscoveryHandlers {
  const { directory, baseUrl } = deps;
  const features: ServiceProviderFeatures = {
    baseUrl,
    documentationUri: deps.documentationUri,
    patch: true,
    bulk: { supported: true, ...BULK_LIMITS },
    filter: { supported: true, maxResults: MAX_PAGE_SIZE },
    changePassword: deps.changesPasswords,
    sort: true,
    etag: true,
    authenticationSchemes: [
      {
        type: "oauthbearertoken",
        name: "OAuth 2.0 bearer token",
        description: "An access token of the client credentials grant, from the token endpoint /oauth/token",
        specUri: "https://www.rfc-editor.org/rfc/rfc6750",
        primary: true,
      },
      {
        type: "httpbasic",
        name: "HTTP Basic",
        description: "Client id and secret, for clients that an administrator has allowed it",
        specUri: "https://www.rfc-editor.org/rfc/rfc7617",
        primary: false,
      },
    ],
  };
  const config = serviceProviderConfigDocument(features);
  const configWithPagination = serviceProviderConfigDocument({ ...features, pagination: PAGINATION });

  function registryOf(request: Request): Promise<SchemaRegistry> {
    return directory.registry(findGrantOf(request)?.tenantId ?? deps.defaultTenantId);
  }

  async function schemasOf(request: Request): Promise<readonly SchemaDefinition[]> {
    return [...(await registryOf(request)).schemas, ...META_SCHEMAS];
  }

  return {
    base(request, response) {
      sendDocument(request, response, {
        serviceProviderConfig: `${baseUrl}/ServiceProviderConfig`,
        resourceTypes: `${baseUrl}/ResourceTypes`,
        schemas: `${baseUrl}/Schemas`,
      });
    },

    serviceProviderConfig(request, response) {
      refuseFilter(request);
      sendDocument(request, response, hidesPagination(request) ? config : configWithPagination);
    },

    async resourceTypes(request, response) {
      refuseFilter(request);
      const { resourceTypes } = await registryOf(request);
      const documents = resourceTypes.map((type) => resourceTypeDocument(type, baseUrl));
      sendDocument(request, response, wholeList(documents));
    },

    async resourceType(request, response) {
      refuseFilter(request);
      const id = String(request.params.id);
      const { resourceTypes } = await registryOf(request);
      const type = resourceTypes.find((known) => known.id.toLowerCase() === id.toLowerCase());
      if (type === undefined) {
        const known = resourceTypes.map((each) => each.id).join(", ");
        throw notFound(`There is no such resource type; there are ${known}.`);
      }
      sendDocument(request, response, resourceTypeDocument(type, baseUrl));
    },

    async schemas(request, response) {
      refuseFilter(request);
      const documents = (await schemasOf(request)).map((schema) => schemaDocument(schema, baseUrl));
      sendDocument(request, response, wholeList(documents));
    },

    async schema(request, response) {
      refuseFilter(request);
      const urn = String(request.params.urn).toLowerCase();
      const schema = (await schemasOf(request)).find((known) => known.id.toLowerCase() === urn);
      if (schema === undefined) throw notFound("There is no such schema; /Schemas lists those there are.");
      sendDocument(request, response, schemaDocument(schema, baseUrl));
    },
  };
}

/** RFC 7644 section 4 asks for 403 here: a client that filters discovery must not take the answer for filtered. */
function refuseFilter(request: Request): void {
  if (queryOf(request).filter !== undefined) {
    throw new ScimError(403, 'Discovery cannot be filtered; leave out "filter".');
  }
}

/** Sends a document, or 304 to a caller who has it. Its tag is made of its text: nothing else counts its versions. */
function sendDocument(request: Request, response: Response, document: JsonObject): void {
  const digest = createHash("sha256").update(JSON.stringify(document)).digest("base64url").slice(0, 22);
  const tag = `W/"${digest}"`;
  response.setHeader("ETag", tag);
  if (isNotModified(request, tag)) response.status(304).end();
  else sendScim(request, response, 200, document);
}

function wholeList(documents: readonly JsonObject[]): JsonObject {
  const count = documents.length;
  return listResponse({ resources: documents, totalResults: count, startIndex: 1, itemsPerPage: count });
}
