import { hasBasicClient } from "../../persistence/client-facts.js";
import type { OauthClient } from "../../persistence/client-store.js";
import type { Database, Transaction } from "../../persistence/database.js";
import { deleteLongLivedToken } from "../../persistence/long-lived-token-store.js";
import { deleteExpiredTokens, insertToken, revokeToken } from "../../persistence/token-store.js";
import { deleteExpiredAssertions } from "../../persistence/used-assertion-store.js";
import { mayCallFrom } from "../../platform/address-list.js";
import type { Clock } from "../../platform/clock.js";
import type { AccessGrant } from "../access-grant.js";
import { createFailureBudget } from "../failure-budget.js";
import { findBearer, grantTo, usableGrant } from "./bearer-tokens.js";
import { authenticateByAssertion, carriesAssertion } from "./client-assertion.js";
import { authenticateByBasic, authenticateClient } from "./client-authentication.js";
import { type OAuthRequest, readClientCredentials } from "./client-credentials.js";
import {
  type BootstrapClient,
  type CreatedClient,
  createClient,
  ensureBootstrapClient,
  type NewClient,
} from "./client-registration.js";
import { createGrantCache, type GrantCache } from "./grant-cache.js";
import { noteUse } from "./last-use.js";
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
  /**
   * The grant behind a bearer token of either kind, or undefined when it is unknown, expired, revoked or its client
   * disabled. Whether the client may call from its address, and how often, is the caller's to check.
   * @throws TooManyFailuresError when the address sent too many wrong ones
   */
  authenticate(bearer: string, address?: string): Promise<AccessGrant | undefined>;
  /**
   * The grant behind a bearer token that was looked up lately, as `authenticate` would give it, without waiting; undefined
   * where it takes a look-up.
   */
  knownGrant(bearer: string): AccessGrant | undefined;
  /**
   * The grant behind a Basic header with client id and secret, or undefined when they are wrong or the client must
   * not use them so. @throws TooManyFailuresError
   */
  authenticateBasic(header: string, address?: string): Promise<AccessGrant | undefined>;
  /** Whether there is a client that may use HTTP Basic, so that a challenge can name it. */
  basicIsUsed(): Promise<boolean>;
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
  const failures = createFailureBudget({ clock });
  let basicUse: { used: boolean; readAt: number } | undefined;
  const unlisten = await database.listen(CHANNEL, drop);
  let cleanedAt = clock.now().getTime();

  /** The client that sent an OAuth request. @throws OAuthError, TooManyFailuresError */
  async function identify(request: OAuthRequest): Promise<OauthClient> {
    const client = carriesAssertion(request) ? await bySignature(request) : await bySecret(request);
    if (!mayCallFrom(client.ipAllowList, request.address)) {
      const from = request.address ?? "an unknown address";
      throw new OAuthError("unauthorized_client", `This client may not call from ${from}.`, { status: 403 });
    }
    return client;
  }

  async function bySecret(request: OAuthRequest): Promise<OauthClient> {
    const credentials = readClientCredentials(request);
    const [{ clientId, clientSecret } = { clientId: "", clientSecret: "" }] = credentials.candidates;
    const found = await failures.guard(request.address, hashSecret(`${clientId}\0${clientSecret}`), () =>
      authenticateClient(database, credentials, clock.now()),
    );
    if (!found) throw new OAuthError("invalid_client", "The client id or the client secret is wrong.");
    return found.client;
  }

  async function bySignature({ address, parameters, audiences = [] }: OAuthRequest): Promise<OauthClient> {
    const credential = hashSecret(parameters["client_assertion"] ?? "");
    const client = await failures.guard(address, credential, () =>
      authenticateByAssertion(database, { parameters, audiences }, clock.now()),
    );
    if (client) return client;
    throw new OAuthError(
      "invalid_client",
      "The client_assertion is not one of this client for this server and this moment, or was used before.",
    );
  }

  /** When the change is committed, drops what it voids: here at once, elsewhere when the notification arrives. */
  async function announce(tx: Transaction, payload: string): Promise<void> {
    tx.afterCommit(() => drop(payload));
    await tx.notify(CHANNEL, payload);
  }

  const clientChanged = (tx: Transaction, clientRef: string) => announce(tx, `client:${clientRef}`);

  function drop(payload: string): void {
    if (payload.startsWith("client:")) basicUse = undefined;
    dropFrom(cache, payload);
  }

  function unexpired(grant: AccessGrant | undefined): AccessGrant | undefined {
    if (grant === undefined) return undefined;
    return grant.expiresAt === null || grant.expiresAt > clock.now() ? grant : undefined;
  }

  /** Through the cache: a credential that is in use costs no look-up. */
  async function grantFor(
    key: string,
    address: string | undefined,
    lookUp: () => Promise<AccessGrant | undefined>,
  ): Promise<AccessGrant | undefined> {
    return unexpired(cache.find(key) ?? (await cache.load(key, () => failures.guard(address, key, lookUp))));
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
      await noteUse(deps, client);
      if (issuedAt.getTime() - cleanedAt >= CLEANING_INTERVAL_MS) {
        cleanedAt = issuedAt.getTime();
        await deleteExpiredTokens(database, issuedAt);
        await deleteExpiredAssertions(database, issuedAt);
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
      const bearer = await findBearer(database, presentedToken(request));
      if (!bearer) return;
      if (bearer.client.id !== client.id) {
        throw new OAuthError("unauthorized_client", "The token was issued to another client.");
      }
      const { tokenHash, longLived } = bearer;
      await database.transaction(async (tx) => {
        if (longLived) await deleteLongLivedToken(tx, client, longLived.id);
        else await revokeToken(tx, tokenHash, clock.now());
        await announce(tx, `token:${tokenHash}`);
      });
    },

    async introspect(request) {
      const client = await identify(request);
      const bearer = await findBearer(database, presentedToken(request));
      const mayKnow =
        bearer?.client.id === client.id ||
        (bearer?.client.tenantId === client.tenantId && client.scopes.includes("admin"));
      const usable = bearer && mayKnow && usableGrant(bearer, clock.now());
      if (!usable) return { active: false };
      return {
        active: true,
        scope: usable.scopes.join(" "),
        client_id: bearer.client.clientId,
        token_type: "Bearer",
        exp: Math.floor(bearer.expiresAt.getTime() / 1000),
        iat: Math.floor(bearer.issuedAt.getTime() / 1000),
      };
    },

    authenticate: (text, address) =>
      grantFor(hashSecret(text), address, async () => {
        const bearer = await findBearer(database, text);
        const grant = bearer && usableGrant(bearer, clock.now());
        if (grant) await noteUse(deps, bearer.client, bearer.longLived);
        return grant;
      }),

    knownGrant: (text) => unexpired(cache.find(hashSecret(text))),

    authenticateBasic: (header, address) =>
      grantFor(`basic:${hashSecret(header)}`, address, async () => {
        const found = await authenticateByBasic(database, header, clock.now());
        if (!found) return undefined;
        await noteUse(deps, found.client);
        return grantTo(found.client, found.client.scopes, "http_basic", found.secretExpiresAt);
      }),

    async basicIsUsed() {
      const now = clock.now().getTime();
      if (!basicUse || now - basicUse.readAt >= GRANT_CACHE_LIFETIME_MS) {
        basicUse = { used: await hasBasicClient(database), readAt: now };
      }
      return basicUse.used;
    },

    clientChanged,
    createClient: (input) => createClient({ database, clock, clientChanged }, input),
    async ensureBootstrapClient({ bootstrap }) {
      return ensureBootstrapClient({ database, clock, clientChanged }, deps.tenantId, bootstrap);
    },
    close: unlisten,
  };
}

function presentedToken(request: OAuthRequest): string {
  const token = request.parameters["token"];
  if (!token) throw new OAuthError("invalid_request", "The parameter token is missing.");
  return token;
}

function dropFrom(cache: GrantCache, payload: string): void {
  const colon = payload.indexOf(":");
  const subject = payload.slice(colon + 1);
  if (payload.startsWith("token:")) cache.dropToken(subject);
  else if (payload.startsWith("client:")) cache.dropClient(subject);
}
