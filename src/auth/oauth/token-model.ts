import OAuth2Server from "oauth2-server";
import { newSecret } from "../../platform/ids.js";
import { OAuthError, type OAuthErrorCode } from "./oauth-error.js";

/** A client that has proved itself. */
export interface VerifiedClient {
  clientId: string;
  scopes: readonly string[];
  grantTypes: readonly string[];
  /** Its compatibility profile. */
  profile: string;
}

/** What the token endpoint decided to issue. */
export interface TokenDecision {
  token: string;
  scopes: readonly string[];
}

/**
 * Runs the client_credentials grant (RFC 6749 section 4.4) through oauth2-server for a client whose secret has been
 * checked already, and stores the token by `save`. The library checks the grant type against the client's and has
 * the scopes decided here; the secret never reaches it.
 * @throws OAuthError unsupported_grant_type, unauthorized_client, invalid_scope, invalid_request
 */
export async function decideToken(
  client: VerifiedClient,
  parameters: Readonly<Record<string, string | undefined>>,
  save: (decision: TokenDecision) => Promise<void>,
): Promise<TokenDecision> {
  const grantType = parameters["grant_type"];
  if (!grantType) throw new OAuthError("invalid_request", "The parameter grant_type is missing.");
  // The library would take its other grants for configured and fail on the parts of the model they need.
  if (grantType !== "client_credentials") {
    throw new OAuthError("unsupported_grant_type", "The grant_type must be client_credentials.");
  }
  let decision: TokenDecision | undefined;
  const model: OAuth2Server.ClientCredentialsModel = {
    getClient: async () => ({ id: client.clientId, grants: [...client.grantTypes] }),
    getUserFromClient: async () => ({ clientId: client.clientId }),
    getAccessToken: async () => null,
    generateAccessToken: async () => newSecret(),
    validateScope: async (_user, _client, scope) => decideScopes(scope, client),
    saveToken: async (token, saved, user) => {
      decision = { token: token.accessToken, scopes: token.scope ?? [] };
      await save(decision);
      return { ...token, client: saved, user };
    },
  };
  const server = new OAuth2Server({ model, requireClientAuthentication: { client_credentials: false } });
  const scope = parameters["scope"]?.trim();
  const body = { grant_type: grantType, client_id: client.clientId, ...(scope && { scope }) };
  const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": "1" };
  try {
    await server.token(
      new OAuth2Server.Request({ method: "POST", headers, query: {}, body }),
      new OAuth2Server.Response(),
    );
  } catch (error) {
    throw translate(error, client);
  }
  if (!decision) throw new Error("the grant ended without a token");
  return decision;
}

/**
 * The scope that Alibaba Cloud IDaaS 1.x asks for, always and with no way to enter another. A server may ignore the
 * scope it is asked for, as long as the answer tells what it granted (RFC 6749 section 3.3).
 */
const IDAAS_SCOPE = "read";

/** No scope asked for means all of the client's (RFC 6749 section 3.3 leaves the default to us). */
function decideScopes(
  asked: string[] | undefined,
  { scopes: allowed, profile }: VerifiedClient,
): string[] | false {
  if (!asked) return [...allowed];
  const isIdaas = profile === "idaas" || profile === "auto";
  if (isIdaas && asked.length === 1 && asked[0] === IDAAS_SCOPE) {
    const granted = allowed.filter((scope) => scope !== "admin");
    return granted.length > 0 && granted;
  }
  return asked.every((scope) => allowed.includes(scope)) ? [...new Set(asked)] : false;
}

/** The library's errors carry RFC 6749's code as their name; its texts name its own parts, so ours are used. */
function translate(error: unknown, client: VerifiedClient): unknown {
  if (!(error instanceof OAuth2Server.OAuthError) || error.name === "server_error") {
    // What the model threw (the database is away) is wrapped; callers want to know the cause itself.
    return error instanceof OAuth2Server.OAuthError && "inner" in error ? error.inner : error;
  }
  const descriptions: Partial<Record<string, [OAuthErrorCode, string]>> = {
    invalid_scope: ["invalid_scope", `This client may ask for: ${client.scopes.join(" ")}.`],
    unauthorized_client: [
      "unauthorized_client",
      "This client may not use the grant type client_credentials.",
    ],
  };
  const [code, description] = descriptions[error.name] ?? [
    "invalid_request",
    "The token request is malformed.",
  ];
  return new OAuthError(code, description, { cause: error });
}
