/** How the program proves who it is: a client of the OAuth server, or a token that it was given. */
export interface Credentials {
  token?: string;
  tokenUrl?: string;
  client?: string;
  secret?: string;
}

/** What the token endpoint said of the token. */
export interface Authorization {
  /** The value of the Authorization header. */
  header: string;
  /** Seconds that the token lives; undefined where the server does not say, or the token was given. */
  expiresIn?: number;
}

/**
 * The Authorization header to use: the token given, or one from the token endpoint (client_credentials, RFC 6749
 * section 4.4). Without `tokenUrl` that is `/oauth/token` on the server of the base address.
 * @throws Error that says what is missing or what the token endpoint answered
 */
export async function obtainToken(baseUrl: string, credentials: Credentials): Promise<Authorization> {
  if (credentials.token !== undefined) return { header: `Bearer ${credentials.token}` };
  const { client, secret } = credentials;
  if (client === undefined || secret === undefined) {
    throw new Error("Give --client and --secret, or --token.");
  }
  const tokenUrl = credentials.tokenUrl ?? new URL("/oauth/token", baseUrl).href;
  const response = await fetch(tokenUrl, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "client_credentials", client_id: client, client_secret: secret }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${tokenUrl} answered ${response.status}: ${text.slice(0, 300)}`);
  const answer: { access_token?: unknown; expires_in?: unknown } = JSON.parse(text);
  if (typeof answer.access_token !== "string") throw new Error(`${tokenUrl} answered no access_token.`);
  return {
    header: `Bearer ${answer.access_token}`,
    ...(typeof answer.expires_in === "number" && { expiresIn: answer.expires_in }),
  };
}
