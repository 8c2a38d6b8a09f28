import { type AuditContext, appendAudit, GATEWAY_ACTOR } from "../../audit/append-audit.js";
import {
  deleteClientSecret,
  insertClientSecret,
  listClientSecrets,
  type OauthClientSecret,
} from "../../persistence/client-secret-store.js";
import {
  type ClientAuthMethod,
  findClientByClientId,
  hasClients,
  insertClient,
  type OauthClient,
  upsertClient,
} from "../../persistence/client-store.js";
import { type Database, type Transaction, UniqueViolation } from "../../persistence/database.js";
import type { Clock } from "../../platform/clock.js";
import { newId, newSecret } from "../../platform/ids.js";
import type { RateLimit } from "../request-budget.js";
import { SCOPES, type Scope } from "../scopes.js";
import { auditedClient, auditedSecret } from "./audited-client.js";
import { findSecret, hashSecret } from "./secret-hash.js";

/** Shortest and longest life of an access token, in seconds, and the usual one. */
export const TOKEN_LIFETIME_S = { min: 300, max: 86_400, usual: 3600 } as const;

/** Id of the client that is made when the operator names none. A fixed one: of two first starts only one makes it. */
export const GENERATED_CLIENT_ID = "gateway";

/** A client to be made. */
export interface NewClient {
  tenantId: string;
  /** For administrators. */
  name: string;
  /** Default: a new id. */
  clientId?: string;
  scopes: readonly Scope[];
  /** Default: both ways of sending the secret. */
  authMethods?: readonly ClientAuthMethod[];
  /** Seconds, within `TOKEN_LIFETIME_S`; default one hour. */
  accessTokenLifetimeS?: number;
  /** Compatibility profile; default "auto". */
  profile?: string;
  /** Its public keys, a JWK Set; default: none. */
  jwks?: object | null;
  /** Addresses and CIDR ranges it may call from; default: anywhere. */
  ipAllowList?: readonly string[];
  /** Its own request budget; default: none. */
  rateLimit?: RateLimit | null;
  /** The user it acts as; default: none. */
  userId?: string | null;
  /** Default: true. */
  enabled?: boolean;
}

/** A client and, this once, its secret. */
export interface CreatedClient {
  client: OauthClient;
  clientSecret: string;
}

/** What a start without any client, or with a configured one, ends with. */
export interface BootstrapClient {
  clientId: string;
  /** Only when it was generated just now: to be shown once. */
  clientSecret?: string;
}

interface RegistrationDeps {
  database: Database;
  clock: Clock;
  /** Voids what the processes have cached about the client, when the transaction commits. */
  clientChanged(tx: Transaction, clientRef: string): Promise<void>;
}

/**
 * Makes a client with one generated secret, on behalf of `by` (default: the gateway itself).
 * @throws UniqueViolation when the client id is taken
 * @throws RangeError for a token lifetime outside `TOKEN_LIFETIME_S`
 */
export async function createClient(
  deps: RegistrationDeps,
  input: NewClient,
  by: AuditContext = { tenantId: input.tenantId, actor: GATEWAY_ACTOR },
): Promise<CreatedClient> {
  const now = deps.clock.now();
  const client = newClientRow(input, now);
  const { clientSecret } = await deps.database.transaction(async (tx) => {
    await insertClient(tx, client);
    await deps.clientChanged(tx, client.id);
    const object = { type: "client", id: client.id, name: client.name } as const;
    await appendAudit(tx, { ...by, now }, { object, verb: "created", after: auditedClient(client) });
    return addSecret(tx, client, now);
  });
  return { client, clientSecret };
}

/**
 * Sees to it that somebody can ask for tokens. With `configured` credentials that client exists afterwards with all
 * scopes and this one secret (another secret of it stops working, so a leaked one is replaced by a restart).
 * Without, a client is generated if the tenant has none at all.
 * @returns undefined where there are clients already and none was configured
 */
export async function ensureBootstrapClient(
  deps: RegistrationDeps,
  tenantId: string,
  configured?: { clientId: string; clientSecret: string },
): Promise<BootstrapClient | undefined> {
  if (configured) {
    await storeConfiguredClient(deps, tenantId, configured);
    return { clientId: configured.clientId };
  }
  if (await hasClients(deps.database, tenantId)) return undefined;
  try {
    const name = "Generated at the first start";
    const made = await createClient(deps, { tenantId, name, clientId: GENERATED_CLIENT_ID, scopes: SCOPES });
    return { clientId: made.client.clientId, clientSecret: made.clientSecret };
  } catch (error) {
    // Another process had its first start at the same moment and shows the secret.
    if (error instanceof UniqueViolation) return undefined;
    throw error;
  }
}

async function storeConfiguredClient(
  deps: RegistrationDeps,
  tenantId: string,
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
): Promise<void> {
  const now = deps.clock.now();
  const wanted = newClientRow({ tenantId, clientId, name: "BOOTSTRAP_CLIENT_ID", scopes: SCOPES }, now);
  await deps.database.transaction(async (tx) => {
    const before = await findClientByClientId(tx, clientId);
    const client = await upsertClient(tx, wanted);
    const by = { tenantId, actor: GATEWAY_ACTOR, now };
    await appendAudit(tx, by, {
      object: { type: "client", id: client.id, name: client.name },
      verb: before === undefined ? "created" : "changed",
      before: before && auditedClient(before),
      after: auditedClient(client),
    });
    const secrets = await listClientSecrets(tx, client);
    const stale = secrets.filter((secret) => !findSecret(clientSecret, [secret]));
    for (const secret of stale) {
      await deleteClientSecret(tx, client, secret.id);
      const object = { type: "client-secret", id: secret.id, name: client.name } as const;
      await appendAudit(tx, by, { object, verb: "removed", before: auditedSecret(secret) });
    }
    if (stale.length === secrets.length) {
      const { secret } = await addSecret(tx, client, now, { clientSecret });
      const object = { type: "client-secret", id: secret.id, name: client.name } as const;
      await appendAudit(tx, by, { object, verb: "created", after: auditedSecret(secret) });
    }
    await deps.clientChanged(tx, client.id);
  });
}

/** Gives a client one more secret: a generated one unless `clientSecret` says which. */
export async function addSecret(
  tx: Transaction,
  client: OauthClient,
  now: Date,
  options: { clientSecret?: string; expiresAt?: Date | null } = {},
): Promise<{ secret: OauthClientSecret; clientSecret: string }> {
  const clientSecret = options.clientSecret ?? newSecret();
  const secret: OauthClientSecret = {
    tenantId: client.tenantId,
    id: newId(),
    clientRef: client.id,
    secretHash: hashSecret(clientSecret),
    hint: clientSecret.slice(-4),
    createdAt: now,
    expiresAt: options.expiresAt ?? null,
  };
  await insertClientSecret(tx, secret);
  return { secret, clientSecret };
}

function newClientRow(input: NewClient, now: Date): OauthClient {
  const lifetimeS = input.accessTokenLifetimeS ?? TOKEN_LIFETIME_S.usual;
  if (!Number.isInteger(lifetimeS) || lifetimeS < TOKEN_LIFETIME_S.min || lifetimeS > TOKEN_LIFETIME_S.max) {
    throw new RangeError(`a token lives ${TOKEN_LIFETIME_S.min} to ${TOKEN_LIFETIME_S.max} seconds`);
  }
  return {
    tenantId: input.tenantId,
    id: newId(),
    clientId: input.clientId ?? newId(),
    name: input.name,
    scopes: [...input.scopes],
    grantTypes: ["client_credentials"],
    authMethods: [...(input.authMethods ?? ["client_secret_basic", "client_secret_post"])],
    accessTokenLifetimeS: lifetimeS,
    profile: input.profile ?? "auto",
    jwks: input.jwks ? JSON.stringify(input.jwks) : null,
    ipAllowList: [...(input.ipAllowList ?? [])],
    requestsPerSecond: input.rateLimit?.requestsPerSecond ?? null,
    requestBurst: input.rateLimit?.burst ?? null,
    userId: input.userId ?? null,
    enabled: input.enabled ?? true,
    createdAt: now,
    modifiedAt: now,
    lastUsedAt: null,
  };
}
