import { testClient } from "./gateway-process.js";

/** An answered request. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/**
 * An identity provider that never gives up: a request that the network loses is sent again, to wherever the gateway
 * is by then. So a request may be applied twice, as in life; callers look before they create again.
 */
export function createPatientClient(address: () => string | undefined) {
  let token: string | undefined;

  async function once(method: string, path: string, body?: unknown): Promise<Answer> {
    const url = address();
    if (url === undefined) throw new Error("down");
    token ??= await fetchToken(url);
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? {} : JSON.parse(text) };
  }

  /** Sends until there is an answer below 500 that is not "later"; `beforeRepeat` may find that it has been done already. */
  async function send(
    method: string,
    path: string,
    body?: unknown,
    beforeRepeat?: () => Promise<Answer | undefined>,
  ): Promise<Answer> {
    for (let tries = 0; tries < 1_600; tries++) {
      try {
        if (tries > 0) {
          const done = await beforeRepeat?.();
          if (done !== undefined) return done;
        }
        const answer = await once(method, path, body);
        if (answer.status < 500 && answer.status !== 429) return answer;
      } catch (error) {
        if (!(error instanceof Error)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${method} ${path}: no answer`);
  }

  return {
    send,
    /** Creates a resource once, however often the request is lost: found again by its externalId. */
    async create(endpoint: "Users" | "Groups", resource: Record<string, unknown>): Promise<string> {
      const find = async (): Promise<Answer | undefined> => {
        const filter = encodeURIComponent(`externalId eq "${String(resource["externalId"])}"`);
        const { body } = await once("GET", `/scim/v2/${endpoint}?filter=${filter}`);
        const [found] = (body["Resources"] ?? []) as Record<string, unknown>[];
        return found === undefined ? undefined : { status: 201, body: found };
      };
      const { status, body } = await send("POST", `/scim/v2/${endpoint}`, resource, find);
      if (status !== 201) throw new Error(`POST ${endpoint}: ${status} ${JSON.stringify(body)}`);
      return String(body["id"]);
    },
    /** Waits until no delivery goes on by itself any more. */
    async waitUntilDelivered(): Promise<void> {
      for (let looks = 0; looks < 1_000; looks++) {
        const { body } = await send("GET", "/admin/v1/deliveries?state=pending,claimed,blocked&limit=1");
        if ((body["items"] as unknown[]).length === 0) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error("deliveries are still under way");
    },
  };
}

async function fetchToken(url: string): Promise<string> {
  const answer = await fetch(`${url}/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: testClient.clientId,
      client_secret: testClient.clientSecret,
    }),
  });
  const { access_token } = (await answer.json()) as { access_token?: string };
  if (access_token === undefined) throw new Error(`no token: ${answer.status}`);
  return access_token;
}
