import { listSecretsOf } from "../../persistence/client-secret-store.js";
import { findClientByClientId, type OauthClient } from "../../persistence/client-store.js";
import type { Queryable } from "../../persistence/database.js";
import { type PresentedCredentials, readBasicCredentials } from "./client-credentials.js";
import { OAuthError } from "./oauth-error.js";
import { findSecret } from "./secret-hash.js";

/** A client that has proved itself. */
export interface AuthenticatedClient {
  client: OauthClient;
  /** When the secret that was used ends; null: not by itself. */
  secretExpiresAt: Date | null;
}

/**
 * The client behind the credentials, or undefined for an unknown id, a wrong or expired secret and a disabled
 * client alike, so that nobody learns which client ids exist; the same is asked of the database for each.
 * @throws OAuthError invalid_client where the secret is right but sent in a way that this client must not use
 */
export async function authenticateClient(
  db: Queryable,
  credentials: PresentedCredentials,
  now: Date,
): Promise<AuthenticatedClient | undefined> {
  for (const { clientId, clientSecret } of credentials.candidates) {
    const client = await findClientByClientId(db, clientId);
    const secrets = await listSecretsOf(db, clientId);
    const valid = secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
    const secret = findSecret(clientSecret, valid);
    if (!client?.enabled || !secret) continue;
    if (!client.authMethods.includes(credentials.method)) {
      const allowed = client.authMethods.join(" or ");
      throw new OAuthError("invalid_client", `This client must authenticate by ${allowed}.`);
    }
    return { client, secretExpiresAt: secret.expiresAt };
  }
  return undefined;
}

/** The same for HTTP Basic on every request: a client that must not use it is nobody here. */
export async function authenticateByBasic(
  db: Queryable,
  header: string,
  now: Date,
): Promise<AuthenticatedClient | undefined> {
  const credentials = readBasicCredentials(header, "http_basic");
  try {
    return credentials && (await authenticateClient(db, credentials, now));
  } catch (error) {
    if (error instanceof OAuthError) return undefined;
    throw error;
  }
}
