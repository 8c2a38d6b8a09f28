/** A JSON value as it comes from the server; what it is, is for the checks to find out. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [name: string]: Json | undefined };

/** An answer of the server. */
export interface Answer {
  status: number;
  headers: Headers;
  /** The body as it came. */
  text: string;
  /** The body as a JSON object; empty where there is none. */
  body: JsonObject;
  /** "GET /Users": for messages. */
  request: string;
}

/** What a request may carry besides method and path. */
export interface Sent {
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  rawBody?: string | Uint8Array;
  headers?: Record<string, string>;
  /** Without the Authorization header. */
  anonymous?: boolean;
}

/** Sends requests to one SCIM server. Paths are below the base address; an address on its own is taken as it is. */
export interface ScimClient {
  /** The base address without a slash at its end. */
  baseUrl: string;
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  get(path: string, sent?: Sent): Promise<Answer>;
  post(path: string, body: unknown, sent?: Sent): Promise<Answer>;
  put(path: string, body: unknown, sent?: Sent): Promise<Answer>;
  patch(path: string, body: unknown, sent?: Sent): Promise<Answer>;
  delete(path: string, sent?: Sent): Promise<Answer>;
}

/** How often a request is sent again after 429, and for how long it waits at most each time. */
const RETRIES = 5;
const LONGEST_WAIT_MS = 30_000;
const TIMEOUT_MS = 60_000;

/** A client with this Authorization header. Redirects are answers, not followed. Throws where nothing answers. */
export function createScimClient(baseUrl: string, authorization: string): ScimClient {
  const base = baseUrl.replace(/\/+$/, "");

  async function send(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const url = /^https?:/.test(path) ? path : base + path;
    const body = sent.rawBody ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
    const headers = {
      accept: "application/scim+json",
      ...(body === undefined ? {} : { "content-type": "application/scim+json" }),
      ...(sent.anonymous ? {} : { authorization }),
      ...sent.headers,
    };
    for (let attempt = 0; ; attempt++) {
      const response = await fetch(url, {
        method,
        headers,
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body }),
      });
      const text = await response.text();
      if (response.status === 429 && attempt < RETRIES) {
        await wait(response.headers.get("retry-after"));
        continue;
      }
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: objectIn(text),
        request: `${method} ${path}`,
      };
    }
  }

  return {
    baseUrl: base,
    send,
    get: (path, sent) => send("GET", path, sent),
    post: (path, body, sent) => send("POST", path, { ...sent, body }),
    put: (path, body, sent) => send("PUT", path, { ...sent, body }),
    patch: (path, body, sent) => send("PATCH", path, { ...sent, body }),
    delete: (path, sent) => send("DELETE", path, sent),
  };
}

function objectIn(text: string): JsonObject {
  try {
    const value: Json = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}

function wait(retryAfter: string | null): Promise<void> {
  const seconds = Number(retryAfter ?? 1);
  const ms = Number.isFinite(seconds) ? Math.min(seconds * 1000, LONGEST_WAIT_MS) : 1000;
  return new Promise((resolve) => setTimeout(resolve, ms));
}
