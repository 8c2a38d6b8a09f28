import { noteClientUse, type OauthClient } from "../../persistence/client-store.js";
import type { Database, Transaction } from "../../persistence/database.js";
import {
  deleteExpiredTokens,
  findToken,
  insertToken,
  revokeToken,
  type TokenWithClient,
} from "../../persistence/token-store.js";
import type { Clock } from "../../platform/clock.js";
import type { AccessGrant } from "../access-grant.js";
import { authenticateClient } from "./client-authentication.js";
import { type OAuthRequest, readClientCredentials } from "./client-credentials.js";
import {
  type BootstrapClient,
  type CreatedClient,
  createClient,
  ensureBootstrapClient,
  type NewClient,
} from "./client-registration.js";
import { createGrantCache, type GrantCache } from "./grant-cache.js";
import { OAuthError } from "./oauth-error.js";
import { hashSecret } from "./secret-hash.js";
import { decideToken } from "./token-model.js";

/** The answer of the token endpoint (RFC 6749 section 5.1). */
export interface TokenResponse {
  access_token: string;
  token_type: "Bearer";
  /** Seconds. */
  expires_in: number;
  /** Separated by blanks. */
  scope: string;
}

/** The answer of the introspection endpoint (RFC 7662 section 2.2); times in seconds since 1970. */
export type Introspection =
  | { active: false }
  | { active: true; scope: string; client_id: string; token_type: "Bearer"; exp: number; iat: number };

/** The OAuth authorization server, without HTTP. */
export interface Authorization {
  /** Issues a token by client_credentials. @throws OAuthError as RFC 6749 section 5.2 says */
  issueToken(request: OAuthRequest): Promise<TokenResponse>;
  /** Revokes a token for the client that owns it (RFC 7009); an unknown one counts as revoked. @throws OAuthError */
  revokeToken(request: OAuthRequest): Promise<void>;
  /** Tells a client about its own tokens, and one with the scope `admin` about all of its tenant. @throws OAuthError */
  introspect(request: OAuthRequest): Promise<Introspection>;
  /** The grant behind a bearer token, or undefined when it is unknown, expired, revoked or its client disabled. */
  authenticate(bearer: string): Promise<AccessGrant | undefined>;
  /**
   * Forgets what is cached about a client in every process, when the transaction commits. To be called by whoever
   * changes, disables or deletes a client in it (`clientRef` is its row id); a process that the notification does
   * not reach may go by the old state for at most `GRANT_CACHE_LIFETIME_MS`.
   */
  clientChanged(tx: Transaction, clientRef: string): Promise<void>;
  /** See `createClient`. */
  createClient(input: NewClient): Promise<CreatedClient>;
  /** See `ensureBootstrapClient`; takes the configured credentials, or a `Config` with them. */
  ensureBootstrapClient(config: {
    bootstrap?: { clientId: string; clientSecret: string };
  }): Promise<BootstrapClient | undefined>;
  /** Stops listening to other processes. */
  close(): Promise<void>;
}

/** How long a grant may be served from memory, in milliseconds: the bound on a lost notification. */
export const GRANT_CACHE_LIFETIME_MS = 10_000;

const GRANT_CACHE_ENTRIES = 10_000;

/** How exactly the last use of a client is known, in milliseconds. */
const LAST_USE_RESOLUTION_MS = 300_000;

/** Expired tokens are removed now and then while tokens are issued, in milliseconds. */
const CLEANING_INTERVAL_MS = 600_000;

/** The channel on which processes tell each other which cached grants are void: `token:<hash>`, `client:<row id>`. */
const CHANNEL = "oauth_token";

/** Opens the authorization server on a database; `tenantId` is where the bootstrap client belongs. */
export async function createAuthorization(deps: {
  database: Database;
  clock: Clock;
  tenantId: string;
}): Promise<Authorization> {
  const { database, clock } = deps;
  const cache = createGrantCache({
    clock,
    lifetimeMs: GRANT_CACHE_LIFETIME_MS,
    maxEntries: GRANT_CACHE_ENTRIES,
  });
  const unlisten = await database.listen(CHANNEL, (payload) => dropFrom(cache, payload));
  let cleanedAt = clock.now().getTime();

  const identify = (request: OAuthRequest): Promise<OauthClient> =>
    authenticateClient(database, readClientCredentials(request), clock.now());

  /** When the change is committed, drops what it voids: here at once, elsewhere when the notification arrives. */
  async function announce(tx: Transaction, payload: string): Promise<void> {
    tx.afterCommit(() => dropFrom(cache, payload));
    await tx.notify(CHANNEL, payload);
  }

  /** Not on the path of a cached grant, and one write in five minutes: knowing the day is what it is for. */
  async function noteUse(client: Pick<OauthClient, "tenantId" | "id" | "lastUsedAt">): Promise<void> {
    const now = clock.now();
    const since = new Date(now.getTime() - LAST_USE_RESOLUTION_MS);
    if (client.lastUsedAt === null || client.lastUsedAt <= since) {
      await noteClientUse(database, client, now, since);
    }
  }

  return {
    async issueToken(request) {
      const client = await identify(request);
      const issuedAt = clock.now();
      const expiresAt = new Date(issuedAt.getTime() + client.accessTokenLifetimeS * 1000);
      const { token, scopes } = await decideToken(client, request.parameters, ({ token, scopes }) =>
        insertToken(database, {
          tenantId: client.tenantId,
          tokenHash: hashSecret(token),
          clientRef: client.id,
          scopes: [...scopes],
          issuedAt,
          expiresAt,
          revokedAt: null,
        }),
      );
      await noteUse(client);
      if (issuedAt.getTime() - cleanedAt >= CLEANING_INTERVAL_MS) {
        cleanedAt = issuedAt.getTime();
        await deleteExpiredTokens(database, issuedAt);
      }
      return {
        access_token: token,
        token_type: "Bearer",
        expires_in: client.accessTokenLifetimeS,
        scope: scopes.join(" "),
      };
    },

    async revokeToken(request) {
      const client = await identify(request);
      const tokenHash = hashSecret(presentedToken(request));
      const found = await findToken(database, tokenHash);
      if (!found) return;
      if (found.client.id !== client.id) {
        throw new OAuthError("unauthorized_client", "The token was issued to another client.");
      }
      await database.transaction(async (tx) => {
        await revokeToken(tx, tokenHash, clock.now());
        await announce(tx, `token:${tokenHash}`);
      });
    },

    async introspect(request) {
      const client = await identify(request);
      const found = await findToken(database, hashSecret(presentedToken(request)));
      const mayKnow =
        found?.client.id === client.id ||
        (found?.client.tenantId === client.tenantId && client.scopes.includes("admin"));
      const usable = found && mayKnow && usableGrant(found, clock.now());
      if (!usable) return { active: false };
      return {
        active: true,
        scope: usable.scopes.join(" "),
        client_id: found.client.clientId,
        token_type: "Bearer",
        exp: Math.floor(found.token.expiresAt.getTime() / 1000),
        iat: Math.floor(found.token.issuedAt.getTime() / 1000),
      };
    },

    async authenticate(bearer) {
      const tokenHash = hashSecret(bearer);
      const grant =
        cache.find(tokenHash) ??
        (await cache.load(tokenHash, async () => {
          const found = await findToken(database, tokenHash);
          const usable = found && usableGrant(found, clock.now());
          if (usable) await noteUse(found.client);
          return usable;
        }));
      return grant && grant.expiresAt > clock.now() ? grant : undefined;
    },

    clientChanged: (tx, clientRef) => announce(tx, `client:${clientRef}`),

    createClient: (input) => createClient(deps, input),
    async ensureBootstrapClient({ bootstrap }) {
      return ensureBootstrapClient(deps, deps.tenantId, bootstrap);
    },
    close: unlisten,
  };
}

function presentedToken(request: OAuthRequest): string {
  const token = request.parameters["token"];
  if (!token) throw new OAuthError("invalid_request", "The parameter token is missing.");
  return token;
}

/** What the token is good for now; a scope that was taken from the client is taken from its tokens too. */
function usableGrant({ token, client }: TokenWithClient, now: Date): AccessGrant | undefined {
  if (token.revokedAt !== null || token.expiresAt <= now || !client.enabled) return undefined;
  return {
    tenantId: client.tenantId,
    clientRef: client.id,
    clientId: client.clientId,
    scopes: token.scopes.filter((scope) => client.scopes.includes(scope)),
    profile: client.profile,
    expiresAt: token.expiresAt,
  };
}

function dropFrom(cache: GrantCache, payload: string): void {
  const colon = payload.indexOf(":");
  const subject = payload.slice(colon + 1);
  if (payload.startsWith("token:")) cache.dropToken(subject);
  else if (payload.startsWith("client:")) cache.dropClient(subject);
}
