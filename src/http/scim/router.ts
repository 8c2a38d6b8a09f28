import { type RequestHandler, Router } from "express";
import type { Directory, PasswordPolicy } from "../../directory/directory.js";
import type { ResourceTypeId } from "../../scim/schema/attribute.js";
import { authenticate, type CallerChecks, requireScope, scimScopeOf } from "../middleware/authentication.js";
import { MAX_BULK_BYTES, parseJsonBody, SCIM_BODY_TYPES } from "../middleware/body.js";
import { MAX_JSON_DEPTH } from "../middleware/json-limits.js";
import { negotiateScim } from "../middleware/negotiation.js";
import { parseQuery } from "../middleware/parameters.js";
import { queryOf } from "../middleware/request-state.js";
import { methodNotAllowed, routeNotFound } from "../middleware/routes.js";
import { createBulkHandler } from "./bulk-handlers.js";
import { createDiscoveryHandlers, type DiscoveryHandlers } from "./discovery-handlers.js";
import { asksForList, createListHandlers, type ListHandlers } from "./list-handlers.js";
import { meAsUser } from "./me.js";
import { createResourceHandlers, type ResourceHandlers } from "./resource-handlers.js";
import { addRoutes, commonFirst, type ResourceRoute } from "./route-table.js";

/** What the SCIM surface needs. */
export interface ScimRouterDeps extends CallerChecks {
  directory: Directory;
  /** PUBLIC_URL: the address of the gateway without a slash at its end; the base of every `meta.location`. */
  publicUrl: string;
  /** Whose dictionary a caller without a token sees in the discovery documents. */
  defaultTenantId: string;
  /** What the directory does with passwords; "hash" by default. */
  passwords?: PasswordPolicy;
}

/** Where the SCIM surface is mounted, below PUBLIC_URL. */
const SCIM_PATH = "/scim/v2";

/** An operation's data lies two levels deeper than the body of a single request. */
const BULK_BODY = { types: SCIM_BODY_TYPES, maxBytes: MAX_BULK_BYTES, maxDepth: MAX_JSON_DEPTH + 2 };

/**
 * The SCIM 2.0 surface (RFC 7644), to be mounted at `/scim/v2` behind `correlate`. It refuses by throwing
 * ScimError and RequestError; the application's error handler makes SCIM error bodies of them. Discovery is open
 * to everyone (RFC 7644 section 4), the rest needs `scim:read` or `scim:write`.
 */
export function createScimRouter(deps: ScimRouterDeps): RequestHandler {
  const publicUrl = deps.publicUrl.replace(/\/+$/, "");
  const baseUrl = publicUrl + SCIM_PATH;
  const identify = authenticate(deps, { challengeBasic: true });
  const router = Router();
  const opening = [negotiateScim(), parseQuery()];
  router.use(collapseLeadingSlashes, ...opening);
  const documentationUri = `${publicUrl}/docs/`;
  const discovery = createDiscoveryHandlers({
    ...deps,
    baseUrl,
    documentationUri,
    changesPasswords: deps.passwords !== "discard",
  });
  const protect = [identify, requireScope(scimScopeOf)];
  const everything = createListHandlers(undefined, { ...deps, baseUrl });
  const guards = [...protect, parseJsonBody({ types: SCIM_BODY_TYPES })];
  const common: ResourceRoute[] = [];
  // What is asked most stands first: express tries the routes one after the other.
  for (const type of ["User", "Group"] as const satisfies readonly ResourceTypeId[]) {
    const lists = createListHandlers(type, { ...deps, baseUrl });
    const handlers = createResourceHandlers(type, { ...deps, baseUrl });
    addSearch(router, `/${type}s`, lists, guards);
    const routes = [
      listRoute(`/${type}s`, handlers, lists, guards),
      resourceRoute(`/${type}s/:id`, handlers, guards),
    ];
    addRoutes(router, routes);
    common.push(...routes);
  }
  router
    .route("/Bulk")
    .post(protect, parseJsonBody(BULK_BODY), createBulkHandler({ directory: deps.directory, baseUrl }))
    .all(methodNotAllowed(["POST"]));
  addSearch(router, "", everything, guards);
  router.get("/", listWhereAsked(everything, protect));
  addDiscovery(router, discovery, whenTokenIsSent(identify));
  const own = createResourceHandlers("User", { ...deps, baseUrl });
  addRoutes(router, [resourceRoute("/Me", own, [...guards, meAsUser()])]);
  router.use(routeNotFound());
  return commonFirst(
    common.map((route) => openedBy(opening, route)),
    router,
  );
}

function addDiscovery(router: Router, handlers: DiscoveryHandlers, identify: RequestHandler): void {
  const routes: [string, RequestHandler][] = [
    ["/", handlers.base],
    ["/ServiceProviderConfig", handlers.serviceProviderConfig],
    ["/ResourceTypes", handlers.resourceTypes],
    ["/ResourceTypes/:id", handlers.resourceType],
    ["/Schemas", handlers.schemas],
    ["/Schemas/:urn", handlers.schema],
  ];
  for (const [path, handler] of routes) {
    router
      .route(path)
      .get(identify, handler)
      .all(methodNotAllowed(["GET", "HEAD"]));
  }
}

function addSearch(router: Router, path: string, lists: ListHandlers, guards: RequestHandler[]): void {
  router
    .route(`${path}/.search`)
    .post(guards, lists.search)
    .all(methodNotAllowed(["POST"]));
}

/** The base of the server: what is there, or, for a request with list parameters, the resources of every type. */
function listWhereAsked(lists: ListHandlers, guards: RequestHandler[]): RequestHandler {
  const list = Router().use(guards, lists.list);
  return (request, response, next) => {
    if (asksForList(queryOf(request))) void list(request, response, next);
    else next();
  };
}

function listRoute(
  path: string,
  handlers: ResourceHandlers,
  lists: ListHandlers,
  guards: readonly RequestHandler[],
): ResourceRoute {
  return { path, methods: { GET: [...guards, lists.list], POST: [...guards, handlers.create] } };
}

function resourceRoute(
  path: string,
  handlers: ResourceHandlers,
  guards: readonly RequestHandler[],
): ResourceRoute {
  return {
    path,
    methods: {
      GET: [...guards, handlers.read],
      PUT: [...guards, handlers.replace],
      PATCH: [...guards, handlers.patch],
      DELETE: [...guards, handlers.remove],
    },
  };
}

/** The route with handlers that the router runs before all of its routes. */
function openedBy(opening: readonly RequestHandler[], { path, methods }: ResourceRoute): ResourceRoute {
  const opened = Object.entries(methods).map(([method, handlers]) => [method, [...opening, ...handlers]]);
  return { path, methods: Object.fromEntries(opened) };
}

/** A token that is sent must be a good one, and then its tenant's schemas are shown. */
function whenTokenIsSent(authenticate: RequestHandler): RequestHandler {
  return (request, response, next) => {
    if (request.headers.authorization === undefined) next();
    else void authenticate(request, response, next);
  };
}

/** Clients that were given a base address with a slash at its end ask for `/scim/v2//Users`. */
const collapseLeadingSlashes: RequestHandler = (request, _response, next) => {
  request.url = request.url.replace(/^\/{2,}/, "/");
  next();
};
