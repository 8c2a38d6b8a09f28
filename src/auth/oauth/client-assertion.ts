import { z } from "zod";
import { findClientByClientId, type OauthClient } from "../../persistence/client-store.js";
import type { Queryable } from "../../persistence/database.js";
import { useAssertion } from "../../persistence/used-assertion-store.js";
import { OAuthError } from "./oauth-error.js";
import { isSignedByAny, type PublicJwk } from "./public-keys.js";
import { hashSecret } from "./secret-hash.js";

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const MAX_LENGTH = 8_000;
/** How far away the end of an assertion may be, in seconds. */
const MAX_LIFE_S = 600;
/** How much the clocks may differ where an assertion says when it begins, in seconds. */
const SKEW_S = 60;

const headerSchema = z.object({
  alg: z.string(),
  kid: z.string().optional(),
  // RFC 7515 section 4.1.11: what is critical and not understood has to be refused.
  crit: z.undefined().optional(),
});
const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string().max(512),
  aud: z.union([z.string(), z.array(z.string()).max(20)]),
  exp: z.number(),
  nbf: z.number().optional(),
  iat: z.number().optional(),
  jti: z.string().min(1).max(512),
});

/** What an OAuth request with an assertion says. */
export interface AssertionRequest {
  parameters: Readonly<Record<string, string | undefined>>;
  /** The names of this server that an assertion may be made for. */
  audiences: readonly string[];
}

/** Whether the client proves itself by a signature (RFC 7521 section 4.2). @throws OAuthError where it does so wrongly */
export function carriesAssertion(request: {
  authorization?: string | undefined;
  parameters: Readonly<Record<string, string | undefined>>;
}): boolean {
  const {
    client_assertion: assertion,
    client_assertion_type: type,
    client_secret: secret,
  } = request.parameters;
  if (assertion === undefined && type === undefined) return false;
  if (request.authorization !== undefined || secret !== undefined) {
    throw new OAuthError("invalid_request", "Send either a client_assertion or a secret, not both.");
  }
  if (type !== ASSERTION_TYPE) {
    throw new OAuthError("invalid_request", `The client_assertion_type must be ${ASSERTION_TYPE}.`);
  }
  return true;
}

/**
 * The client behind a signed assertion (private_key_jwt: RFC 7523 section 3, OpenID Connect Core section 9), or undefined
 * for an unknown client and for one that did not sign this, not for us, not for now, or has used it before. What was
 * used is kept in the database, so that no other process takes it either.
 */
export async function authenticateByAssertion(
  db: Queryable,
  { parameters, audiences }: AssertionRequest,
  now: Date,
): Promise<OauthClient | undefined> {
  const token = readToken(parameters["client_assertion"] ?? "");
  if (!token) return undefined;
  const { claims } = token;
  const named = parameters["client_id"];
  if (claims.iss !== claims.sub || (named !== undefined && named !== claims.sub)) return undefined;
  const audience = typeof claims.aud === "string" ? [claims.aud] : claims.aud;
  if (!audience.some((each) => audiences.includes(each)) || !isForNow(claims, now)) return undefined;

  const client = await findClientByClientId(db, claims.sub);
  if (!client?.enabled || !client.authMethods.includes("private_key_jwt") || client.jwks === null) {
    return undefined;
  }
  const { keys }: { keys: PublicJwk[] } = JSON.parse(client.jwks);
  if (!isSignedByAny(keys, token.header, token.signed, token.signature)) return undefined;
  const isNew = await useAssertion(db, client, hashSecret(claims.jti), new Date(claims.exp * 1000));
  return isNew ? client : undefined;
}

function isForNow({ exp, nbf, iat }: z.infer<typeof claimsSchema>, now: Date): boolean {
  const seconds = now.getTime() / 1000;
  if (exp <= seconds || exp > seconds + MAX_LIFE_S) return false;
  return (nbf === undefined || nbf <= seconds + SKEW_S) && (iat === undefined || iat <= seconds + SKEW_S);
}

/** A compact JWS (RFC 7515 section 7.1), taken apart and not yet verified. */
function readToken(text: string) {
  const parts = text.length > MAX_LENGTH ? null : /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(text);
  const [, head = "", body = "", signature = ""] = parts ?? [];
  const header = headerSchema.safeParse(parseJson(head));
  const claims = claimsSchema.safeParse(parseJson(body));
  if (!parts || !header.success || !claims.success) return undefined;
  return {
    header: header.data,
    claims: claims.data,
    signed: Buffer.from(`${head}.${body}`, "ascii"),
    signature: Buffer.from(signature, "base64url"),
  };
}

function parseJson(encoded: string): unknown {
  try {
    return JSON.parse(Buffer.from(encoded, "base64url").toString("utf8"));
  } catch {
    // Refused with everything else that is no assertion.
    return undefined;
  }
}
