import type { ClientAuthMethod } from "../../persistence/client-store.js";
import { OAuthError } from "./oauth-error.js";

/** What an OAuth endpoint was sent: the Authorization header and the parameters of the body, each at most once. */
export interface OAuthRequest {
  authorization?: string | undefined;
  /** The caller's address, where it is known. */
  address?: string | undefined;
  parameters: Readonly<Record<string, string | undefined>>;
  /** The names of this server that a signed assertion may be made for. */
  audiences?: readonly string[];
}

/** A pair that may be a client's id and secret. */
export interface ClientCredentials {
  clientId: string;
  clientSecret: string;
}

/** How the client authenticates, and the pairs its words can mean, the likeliest first. */
export interface PresentedCredentials {
  method: ClientAuthMethod;
  candidates: readonly ClientCredentials[];
}

const BASIC = /^Basic +([A-Za-z0-9+/_-]{1,4096}={0,2}) *$/i;

/** The characters of ids and secrets (VSCHAR of RFC 6749 appendix A). What has others, or is longer, was not given out. */
const PLAUSIBLE = /^[\x20-\x7e]{1,512}$/;

/**
 * Finds the client's credentials in the Basic header or in the body (RFC 6749 section 2.3.1). The RFC has both parts
 * of the header form-encoded, most clients send them raw; where the two readings differ, both are candidates.
 * @throws OAuthError invalid_request when both ways are used at once or they name two clients; invalid_client when
 * there are no credentials or the header is of no use
 */
export function readClientCredentials(request: OAuthRequest): PresentedCredentials {
  const { client_id: clientId, client_secret: clientSecret } = request.parameters;
  if (request.authorization === undefined) {
    if (clientId === undefined || clientSecret === undefined) {
      throw new OAuthError(
        "invalid_client",
        "Send client_id and client_secret in the body or as a Basic header.",
      );
    }
    return presented("client_secret_post", [{ clientId, clientSecret }]);
  }
  if (clientSecret !== undefined) {
    throw new OAuthError(
      "invalid_request",
      "Send the credentials either in the body or as a Basic header, not both.",
    );
  }
  const credentials = readBasicCredentials(request.authorization, "client_secret_basic");
  if (!credentials) {
    throw new OAuthError(
      "invalid_client",
      "The Authorization header is not a Basic header with client id and secret.",
    );
  }
  if (
    clientId !== undefined &&
    !credentials.candidates.some((candidate) => candidate.clientId === clientId)
  ) {
    throw new OAuthError("invalid_request", "The client_id in the body is not the one in the Basic header.");
  }
  return credentials;
}

function presented(method: ClientAuthMethod, pairs: readonly ClientCredentials[]): PresentedCredentials {
  const candidates = pairs.filter(
    ({ clientId, clientSecret }) => PLAUSIBLE.test(clientId) && PLAUSIBLE.test(clientSecret),
  );
  return { method, candidates };
}

/** What a Basic header (RFC 7617) says, for use by `method`; undefined where it is none. */
export function readBasicCredentials(
  header: string,
  method: "client_secret_basic" | "http_basic",
): PresentedCredentials | undefined {
  const encoded = BASIC.exec(header)?.[1];
  const text = encoded === undefined ? "" : Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1) return undefined;
  const raw = { clientId: text.slice(0, colon), clientSecret: text.slice(colon + 1) };
  const clientId = formDecode(raw.clientId);
  const clientSecret = formDecode(raw.clientSecret);
  const isEncoded = clientId !== raw.clientId || clientSecret !== raw.clientSecret;
  if (clientId === undefined || clientSecret === undefined || !isEncoded) return presented(method, [raw]);
  return presented(method, [raw, { clientId, clientSecret }]);
}

function formDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    // Not form-encoded after all: then only the raw reading is meant.
    return undefined;
  }
}
