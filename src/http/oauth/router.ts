import { type Request, type RequestHandler, Router } from "express";
import type { Authorization } from "../../auth/oauth/authorization.js";
import type { OAuthRequest } from "../../auth/oauth/client-credentials.js";
import { SIGNATURE_ALGORITHMS } from "../../auth/oauth/public-keys.js";
import { SCOPES } from "../../auth/scopes.js";
import { parseParameterBody } from "../middleware/body.js";
import { addressOf } from "../middleware/caller-address.js";
import { methodNotAllowed } from "../middleware/routes.js";
import { forbidCaching } from "./oauth-error-response.js";

/** What the OAuth surface needs. */
export interface OAuthRouterDeps {
  authorization: Pick<Authorization, "issueToken" | "revokeToken" | "introspect">;
  /** PUBLIC_URL without trailing slash: the issuer. */
  publicUrl: string;
}

/**
 * `/oauth/token` (RFC 6749), `/oauth/revoke` (RFC 7009), `/oauth/introspect` (RFC 7662) and the metadata document
 * (RFC 8414). Refuses by throwing OAuthError and RequestError for the application's error handler.
 */
export function createOAuthRouter({ authorization, publicUrl }: OAuthRouterDeps): Router {
  const router = Router();

  const post = (path: string, handler: RequestHandler) =>
    router
      .route(path)
      .post(parseParameterBody(), handler)
      .all(methodNotAllowed(["POST"]));

  post("/oauth/token", async (request, response) => {
    const token = await authorization.issueToken(oauthRequest(request, publicUrl));
    forbidCaching(response);
    response.json(token);
  });

  post("/oauth/revoke", async (request, response) => {
    await authorization.revokeToken(oauthRequest(request, publicUrl));
    forbidCaching(response);
    response.status(200).end();
  });

  post("/oauth/introspect", async (request, response) => {
    const introspection = await authorization.introspect(oauthRequest(request, publicUrl));
    forbidCaching(response);
    response.json(introspection);
  });

  router
    .route("/.well-known/oauth-authorization-server")
    .get((_request, response) => {
      response.json(serverMetadata(publicUrl));
    })
    .all(methodNotAllowed(["GET", "HEAD"]));
  return router;
}

function oauthRequest(request: Request, publicUrl: string): OAuthRequest {
  return {
    authorization: request.headers.authorization,
    address: addressOf(request),
    parameters: request.body,
    audiences: [publicUrl, `${publicUrl}/oauth/token`],
  };
}

/** RFC 8414 section 2. `response_types_supported` is required there and empty: there is no authorization endpoint. */
function serverMetadata(publicUrl: string): Record<string, unknown> {
  const methods = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
  const algorithms = SIGNATURE_ALGORITHMS;
  return {
    issuer: publicUrl,
    token_endpoint: `${publicUrl}/oauth/token`,
    token_endpoint_auth_methods_supported: methods,
    token_endpoint_auth_signing_alg_values_supported: algorithms,
    revocation_endpoint: `${publicUrl}/oauth/revoke`,
    revocation_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_signing_alg_values_supported: algorithms,
    introspection_endpoint: `${publicUrl}/oauth/introspect`,
    introspection_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_signing_alg_values_supported: algorithms,
    grant_types_supported: ["client_credentials"],
    response_types_supported: [],
    scopes_supported: SCOPES,
    service_documentation: `${publicUrl}/docs/`,
  };
}
