import { type Request, type RequestHandler, Router } from "express";
import type { Directory } from "../../directory/directory.js";
import type { RequestContext } from "../../directory/request-context.js";
import { type IdaasAnswer, idaasFailure } from "../../idaas/answer.js";
import { createIdaas } from "../../idaas/idaas.js";
import { createDialect } from "../../scim/dialect/dialect.js";
import { ScimError } from "../../scim/errors.js";
import type { ResourceTypeId } from "../../scim/schema/attribute.js";
import { authenticate, type CallerChecks, requireScope } from "../middleware/authentication.js";
import { parseJsonBody, SCIM_BODY_TYPES } from "../middleware/body.js";
import { parseQuery } from "../middleware/parameters.js";
import { grantOf, queryOf, rememberAbout } from "../middleware/request-state.js";
import { methodNotAllowed, routeNotFound } from "../middleware/routes.js";
import { requestContext } from "../scim/call.js";

/** What the addresses of IDaaS 1.x need. */
export interface IdaasRouterDeps extends CallerChecks {
  directory: Directory;
}

/**
 * The addresses to which Alibaba Cloud IDaaS 1.x pushes, to be mounted at `/api/application/scim` behind `correlate`.
 * Everything needs the scope `scim:write`. What the directory refuses is answered 200 with an `errorNumber`, as that
 * product expects; what is wrong with the request itself leaves as RequestError, with its HTTP status.
 */
export function createIdaasRouter(deps: IdaasRouterDeps): Router {
  const idaas = createIdaas(deps.directory);
  const router = Router();
  router.use(
    parseQuery(),
    authenticate(deps, { challengeBasic: true }),
    requireScope("scim:write"),
    // Ids have up to 19 digits, and some senders do not put them in quotes.
    parseJsonBody({ types: SCIM_BODY_TYPES, exactIntegers: true }),
  );
  const addresses = { account: "User", organization: "Group" } as const satisfies Record<
    string,
    ResourceTypeId
  >;
  for (const [path, type] of Object.entries(addresses)) {
    const push = answering((context, request) => idaas.push(context, type, request.body));
    const remove = answering((context, request) => idaas.remove(context, type, queryOf(request)["id"]));
    router
      .route(`/${path}`)
      .post(push)
      .put(push)
      .delete(remove)
      .all(methodNotAllowed(["POST", "PUT", "DELETE"]));
  }
  router.use(routeNotFound());
  return router;
}

function answering(
  work: (context: RequestContext, request: Request) => Promise<IdaasAnswer>,
): RequestHandler {
  return async (request, response) => {
    const refused = (error: unknown): IdaasAnswer => {
      if (!(error instanceof ScimError)) throw error;
      rememberAbout(request, { refusal: error });
      return idaasFailure(error.status, error.detail);
    };
    response.json(await work(idaasContext(request), request).catch(refused));
  };
}

/** These bodies are a dialect of their own, whatever profile the client has for SCIM. */
function idaasContext(request: Request): RequestContext {
  const profile = grantOf(request).profile === "auto" ? "auto" : "idaas";
  const dialect = createDialect(profile);
  dialect.mark("idaas-address");
  rememberAbout(request, { dialect });
  return requestContext(request);
}
