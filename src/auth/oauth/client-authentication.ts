import { listClientSecrets } from "../../persistence/client-secret-store.js";
import { findClientByClientId, type OauthClient } from "../../persistence/client-store.js";
import type { Queryable } from "../../persistence/database.js";
import type { PresentedCredentials } from "./client-credentials.js";
import { OAuthError } from "./oauth-error.js";
import { matchesAnyHash } from "./secret-hash.js";

/**
 * The client behind the credentials. An unknown id, a wrong or expired secret and a disabled client give the same
 * answer, so that nobody learns which client ids exist.
 * @throws OAuthError invalid_client
 */
export async function authenticateClient(
  db: Queryable,
  credentials: PresentedCredentials,
  now: Date,
): Promise<OauthClient> {
  for (const { clientId, clientSecret } of credentials.candidates) {
    const client = await findClientByClientId(db, clientId);
    const secrets = client ? await listClientSecrets(db, client) : [];
    const hashes = secrets
      .filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
      .map(({ secretHash }) => secretHash);
    if (!client?.enabled || !matchesAnyHash(clientSecret, hashes)) continue;
    if (!client.authMethods.includes(credentials.method)) {
      const allowed = client.authMethods.join(" or ");
      throw new OAuthError("invalid_client", `This client must authenticate by ${allowed}.`);
    }
    return client;
  }
  throw new OAuthError("invalid_client", "The client id or the client secret is wrong.");
}
