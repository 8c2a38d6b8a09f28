import { describe, expect, it } from "vitest";
import { createGatewayClient, RequestFailed } from "../../src/demo/gateway-client.js";
import type { Clock } from "../../src/platform/clock.js";

type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | "lost";

interface Sent {
  request: string;
  authorization: string | null;
  contentType: string | null;
  body: unknown;
}

/** A gateway that gives the prepared answers in order, and a new token to whoever asks. */
function createScript(answers: Answer[], options: { tokenSeconds?: number; signal?: AbortSignal } = {}) {
  const sent: Sent[] = [];
  const waits: number[] = [];
  let now = 0;
  let tokens = 0;
  const clock: Clock = {
    now: () => new Date(now),
    elapsedMs: () => now,
    sleep: async (ms) => {
      waits.push(ms);
      now += ms;
    },
  };
  const answerScript: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    if (url.pathname === "/oauth/token") {
      tokens += 1;
      return Response.json({ access_token: `token-${tokens}`, expires_in: options.tokenSeconds ?? 3_600 });
    }
    const headers = new Headers(init?.headers);
    sent.push({
      request: `${init?.method} ${url.pathname}`,
      authorization: headers.get("authorization"),
      contentType: headers.get("content-type"),
      body: typeof init?.body === "string" ? JSON.parse(init.body) : undefined,
    });
    const answer = answers.shift();
    if (answer === undefined) throw new Error("The script has ended.");
    if (answer === "lost") throw new TypeError("fetch failed");
    const body = answer.body === undefined ? null : JSON.stringify(answer.body);
    return new Response(body, { status: answer.status, headers: answer.headers ?? {} });
  };
  const client = createGatewayClient({
    baseUrl: "http://gateway.test",
    clientId: "provider",
    clientSecret: "secret",
    clock,
    fetch: answerScript,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return { client, sent, waits, pass: (ms: number) => (now += ms), tokens: () => tokens };
}

describe("a client of the gateway", () => {
  it("sends SCIM as application/scim+json with a bearer token, and returns the answer", async () => {
    const { client, sent } = createScript([{ status: 201, body: { id: "1" } }]);
    expect(await client.send("POST", "/scim/v2/Users", { userName: "a" })).toEqual({ id: "1" });
    expect(sent).toEqual([
      {
        request: "POST /scim/v2/Users",
        authorization: "Bearer token-1",
        contentType: "application/scim+json",
        body: { userName: "a" },
      },
    ]);
  });

  it("speaks plain JSON to the administration, and takes answers without a body", async () => {
    const { client, sent } = createScript([{ status: 204 }]);
    expect(await client.send("PATCH", "/admin/v1/connections/1", { enabled: true })).toBeUndefined();
    expect(sent[0]?.contentType).toBe("application/json");
  });

  it("uses one token until shortly before it ends", async () => {
    const ok = { status: 200, body: {} };
    const { client, tokens, pass } = createScript([ok, ok, ok], { tokenSeconds: 600 });
    await client.send("GET", "/scim/v2/Users");
    pass(569_000);
    await client.send("GET", "/scim/v2/Users");
    expect(tokens()).toBe(1);
    pass(2_000);
    await client.send("GET", "/scim/v2/Users");
    expect(tokens()).toBe(2);
  });

  it.each<[string, Answer, number]>([
    ["a 429 after the time it names", { status: 429, headers: { "retry-after": "3" } }, 3_000],
    ["a 429 without a time", { status: 429 }, 200],
    ["a 503", { status: 503 }, 200],
    ["an answer that was lost", "lost", 200],
  ])("repeats %s", async (_name, trouble, wait) => {
    const { client, waits, sent } = createScript([trouble, { status: 200, body: { ok: true } }]);
    expect(await client.send("GET", "/scim/v2/Users")).toEqual({ ok: true });
    expect(waits).toEqual([wait]);
    expect(sent).toHaveLength(2);
    // The request for the token counts as well.
    expect(client.traffic()).toEqual({ requests: 3, repeated: 1 });
  });

  it("waits longer each time and gives up after six tries", async () => {
    const { client, waits } = createScript(Array.from({ length: 6 }, (): Answer => ({ status: 500 })));
    await expect(client.send("GET", "/scim/v2/Users")).rejects.toMatchObject({ status: 500 });
    expect(waits).toEqual([200, 400, 800, 1_600, 3_200]);
  });

  it("fetches another token once when the old one is refused", async () => {
    const { client, sent } = createScript([{ status: 401 }, { status: 200, body: {} }]);
    await client.send("GET", "/scim/v2/Users");
    expect(sent.map(({ authorization }) => authorization)).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  it.each<[string, Answer[], RegExp]>([
    ["a SCIM error", [{ status: 400, body: { detail: "userName is missing" } }], /400: userName is missing/],
    ["an OAuth error", [{ status: 403, body: { error_description: "scope" } }], /403: scope/],
    ["a second 401", [{ status: 401 }, { status: 401, body: { detail: "revoked" } }], /401: revoked/],
    ["silence", Array.from({ length: 6 }, (): Answer => "lost"), /no answer: fetch failed/],
  ])("raises %s in words", async (_name, answers, message) => {
    const { client } = createScript(answers);
    const failure = client.send("POST", "/scim/v2/Users", {});
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toBeInstanceOf(RequestFailed);
  });

  it("begins no request after the interruption", async () => {
    const { client, sent } = createScript([{ status: 200 }], {
      signal: AbortSignal.abort(new Error("interrupted")),
    });
    await expect(client.send("GET", "/scim/v2/Users")).rejects.toThrow("interrupted");
    expect(sent).toEqual([]);
  });
});
