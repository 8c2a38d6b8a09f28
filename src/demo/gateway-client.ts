import { z } from "zod";
import type { Clock } from "../platform/clock.js";
import type { JsonObject } from "../scim/schema/attribute.js";

/** What a client needs to reach a gateway as an OAuth client. */
export interface GatewayClientOptions {
  /** Where the gateway listens, without a slash at the end. */
  baseUrl: string;
  clientId: string;
  clientSecret: string;
  clock: Clock;
  fetch?: typeof fetch;
  /** No further request or try is begun once it aborts. */
  signal?: AbortSignal;
}

/** A gateway as seen from outside: nothing but HTTP. */
export interface GatewayClient {
  /**
   * Sends one request and returns the parsed answer, or undefined for an answer without a body. Repeats what 429
   * and 5xx refuse and what the network loses, and fetches a new token once when the old one is refused.
   * @throws RequestFailed for every other refusal, or when the tries are used up.
   */
  send(method: Method, path: string, body?: JsonObject): Promise<unknown>;
  /** The text of a page that is no JSON, e.g. the metrics. */
  text(path: string): Promise<string>;
  /** A bearer token with all scopes of the client. */
  token(): Promise<string>;
  /** How many requests went out so far, and how many of them were repetitions. */
  traffic(): { requests: number; repeated: number };
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** An answer that is no success. `status` is 0 when there was no answer at all. */
export class RequestFailed extends Error {
  override name = "RequestFailed";
  constructor(
    readonly status: number,
    request: string,
    detail: string,
  ) {
    super(`${request} was refused with ${status === 0 ? "no answer" : status}: ${detail}`);
  }
}

const tokenAnswer = z.object({ access_token: z.string(), expires_in: z.number() });

const MAX_TRIES = 6;
/** A token is renewed this long before it ends, so that it cannot end on the way. */
const TOKEN_MARGIN_MS = 30_000;

/** Makes a client of a gateway. No request is sent before the first call. */
export function createGatewayClient(options: GatewayClientOptions): GatewayClient {
  const send = options.fetch ?? fetch;
  let grant: { token: string; renewAt: number } | undefined;
  let requests = 0;
  let repeated = 0;

  /** Sends until the answer is neither 429, 5xx nor lost; the last answer is returned whatever it is. */
  async function sendPatiently(url: string, makeRequest: () => Promise<RequestInit>): Promise<Response> {
    for (let tries = 1; ; tries += 1) {
      requests += 1;
      if (tries > 1) repeated += 1;
      options.signal?.throwIfAborted();
      const answer = await send(url, await makeRequest()).catch((error: unknown) => {
        if (tries >= MAX_TRIES)
          throw new RequestFailed(0, url, error instanceof Error ? error.message : String(error));
        return undefined;
      });
      if (answer !== undefined && (!isTemporary(answer.status) || tries >= MAX_TRIES)) return answer;
      await answer?.body?.cancel();
      await options.clock.sleep(retryDelay(answer, tries), options.signal);
    }
  }

  async function token(): Promise<string> {
    if (grant !== undefined && options.clock.now().getTime() < grant.renewAt) return grant.token;
    const answer = await sendPatiently(`${options.baseUrl}/oauth/token`, async () => ({
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: options.clientId,
        client_secret: options.clientSecret,
      }).toString(),
    }));
    const body = await readBody(answer, "POST /oauth/token");
    const parsed = tokenAnswer.parse(body);
    grant = {
      token: parsed.access_token,
      renewAt: options.clock.now().getTime() + Math.max(1_000, parsed.expires_in * 1_000 - TOKEN_MARGIN_MS),
    };
    return grant.token;
  }

  async function sendAuthorised(
    method: Method,
    path: string,
    body: JsonObject | undefined,
    mediaType: string,
  ) {
    const makeRequest = async (): Promise<RequestInit> => ({
      method,
      headers: {
        authorization: `Bearer ${await token()}`,
        accept: mediaType,
        ...(body === undefined ? {} : { "content-type": mediaType }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await sendPatiently(options.baseUrl + path, makeRequest);
    if (answer.status !== 401) return answer;
    await answer.body?.cancel();
    grant = undefined;
    return await sendPatiently(options.baseUrl + path, makeRequest);
  }

  return {
    async send(method, path, body) {
      const mediaType = path.startsWith("/scim/") ? "application/scim+json" : "application/json";
      const answer = await sendAuthorised(method, path, body, mediaType);
      return await readBody(answer, `${method} ${path}`);
    },
    async text(path) {
      const answer = await sendAuthorised("GET", path, undefined, "text/plain");
      const text = await answer.text();
      if (!answer.ok) throw new RequestFailed(answer.status, `GET ${path}`, text.slice(0, 200));
      return text;
    },
    token,
    traffic: () => ({ requests, repeated }),
  };
}

function isTemporary(status: number): boolean {
  return status === 429 || status >= 500;
}

/** Milliseconds before the next try: what the server asks for (RFC 9110 section 10.2.3), else doubling from 200 ms. */
function retryDelay(answer: Response | undefined, tries: number): number {
  const seconds = Number(answer?.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 10) * 1_000 : 100 * 2 ** tries;
}

async function readBody(answer: Response, request: string): Promise<unknown> {
  const text = await answer.text();
  if (!answer.ok) throw new RequestFailed(answer.status, request, readDetail(text));
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}

const failure = z.object({ detail: z.string().optional(), error_description: z.string().optional() });

/** The human part of a SCIM error, a problem document or an OAuth error; else the beginning of the text. */
function readDetail(text: string): string {
  try {
    const { detail, error_description: description } = failure.parse(JSON.parse(text));
    return detail ?? description ?? text.slice(0, 200);
  } catch {
    return text.slice(0, 200);
  }
}
