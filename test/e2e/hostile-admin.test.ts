import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DICTIONARY_USER_URN, USER_URN } from "../../src/scim/schema/urns.js";
import { jsonText } from "./hostile-requests.js";
import { openStage, type Stage } from "./hostile-stage.js";

let stage: Stage;
/** The row id of a client that may be changed. */
let client: string;
beforeAll(async () => {
  stage = await openStage();
  client = await stage.make("/admin/v1/clients", { name: "victim", scopes: ["scim:read"] });
}, 30_000);
afterAll(() => stage.close());
afterEach(() => stage.expectUnharmed());

async function send(method: string, path: string, body?: string): Promise<number> {
  return (await stage.attack({ method, path: `/admin/v1${path}`, ...(body !== undefined && { body }) }))
    .status;
}

const newField = (more: object) =>
  JSON.stringify({ name: "x", key: "x1", category: "user", type: "string", ...more });
const newClient = (more: string) => `{"name":"x","scopes":["scim:read"]${more}}`;

describe("a client of the administration", () => {
  it.each<[string, string]>([
    ["a name of blanks", '{"name":"\\u3000 ","scopes":["admin"]}'],
    ["a name of a megabyte", `{"name":"${"x".repeat(1_000_000)}","scopes":["admin"]}`],
    ["a name with a NUL", '{"name":"a\\u0000","scopes":["admin"]}'],
    ["a name that answers to toString", '{"name":{"toString":1},"scopes":["admin"]}'],
    ["__proto__", newClient(',"__proto__":{"scopes":["admin"]}')],
    ["a constructor", newClient(',"constructor":{"prototype":{"polluted":1}}')],
    ["scopes by index", '{"name":"x","scopes":{"0":"admin","length":1}}'],
    ["100,000 scopes", `{"name":"x","scopes":[${Array(100_000).fill('"admin"').join()}]}`],
    ["an unknown scope", '{"name":"x","scopes":["constructor"]}'],
    ["a clientId with a line break", newClient(',"clientId":"a\\nb"')],
    ["a lifetime of 1e400", newClient(',"accessTokenLifetime":1e400')],
    ["a lifetime that is a fraction", newClient(',"accessTokenLifetime":300.5')],
    ["another tenant", newClient(',"tenantId":"99999999-9999-4999-8999-999999999999"')],
    ["a private key", newClient(',"jwks":{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}]}')],
    [
      "an RSA key of 4 million bits",
      newClient(`,"jwks":{"keys":[{"kty":"RSA","n":"${"f".repeat(700_000)}","e":"AQAB"}]}`),
    ],
    ["keys without kinds", newClient(`,"jwks":{"keys":[${Array(10).fill("{}").join()}]}`)],
    ["an address of every object", newClient(',"ipAllowList":["constructor"]')],
    ["a range of 33 bits", newClient(',"ipAllowList":["10.0.0.0/33"]')],
    ["a range of 400 digits", newClient(`,"ipAllowList":["10.0.0.0/${"9".repeat(400)}"]`)],
    ["20,000 unknown keys", newClient(Array.from({ length: 20_000 }, (_, i) => `,"k${i}":1`).join(""))],
    ["a profile of every object", newClient(',"profile":"toString"')],
  ])("is not made with %s", async (_what, body) => {
    expect(await send("POST", "/clients", body)).toBe(400);
    expect(await send("PATCH", `/clients/${client}`, body)).toBe(400);
  });

  it.each<[string, string]>([
    ["in the past", '{"expiresAt":"2001-01-01T00:00:00Z"}'],
    ["in the year 0", '{"expiresAt":"0000-01-01T00:00:00Z"}'],
    ["on 30 February", '{"expiresAt":"2099-02-30T00:00:00Z"}'],
    ["at a number", '{"expiresAt":4102444800000}'],
    ["in the year 275760", '{"expiresAt":"+275760-09-13T00:00:00Z"}'],
  ])("has no secret and no token that ends %s", async (_what, body) => {
    expect(await send("POST", `/clients/${client}/secrets`, body)).toBe(400);
    const token = `{"name":"x","scopes":["scim:read"],${body.slice(1)}`;
    expect(await send("POST", `/clients/${client}/tokens`, token)).toBe(400);
  });
});

describe("a field of the dictionary", () => {
  it.each<[string, object]>([
    ["the key __proto__", { key: "__proto__" }],
    ["the key constructor", { key: "Constructor" }],
    ["the key toString", { key: "tostring" }],
    ["the key of a path", { key: "a.b" }],
    ["the key of a reference", { key: "$ref" }],
    ["the key of an injection", { key: "x'); drop table resource; --" }],
    ["a key in Unicode", { key: "ｋｅｙ" }],
    ["a pattern of 10 kB", { pattern: "a".repeat(10_000) }],
    ["a pattern that never ends", { pattern: "(".repeat(500) }],
    ["a pattern that looks back", { pattern: "(a)\\1" }],
    ["a pattern that looks ahead", { pattern: "(?=a+)a" }],
    ["a pattern of repeated repeats", { pattern: "((a{1,100}){1,100}){1,100}" }],
    ["a pattern of many repeats", { pattern: "(x{1000}){1000}" }],
    ["a pattern of Unicode classes", { pattern: "[\\p{L}\\p{N}]{900}" }],
    ["values of every object", { type: "enum", values: { 0: "a", length: 1 } }],
    ["1,001 values", { type: "enum", values: Array.from({ length: 1_001 }, (_, i) => `v${i}`) }],
    ["a length of a fraction", { maxLength: 0.5 }],
  ])("is not made with %s", async (_what, more) => {
    expect(await send("POST", "/dictionary", newField(more))).toBe(400);
  });

  it.each(["^(a+)+$", "(a|aa)+$", "(.*a){20}", "([a-z]+)*\\d", "(x+x+)+y", "(?i)(a|A|b)*c"])(
    "with the slow pattern %s refuses its bait",
    async (pattern) => {
      const key = `slow${Buffer.from(pattern).toString("hex").slice(0, 40)}`;
      const id = await stage.make("/admin/v1/dictionary", JSON.parse(newField({ key, pattern, name: key })));
      for (const bait of [`${"a".repeat(8_000)}!`, "a".repeat(900_000), `${"x".repeat(8_100)}`]) {
        const person = { schemas: [USER_URN], userName: "never", [DICTIONARY_USER_URN]: { [key]: bait } };
        const { status } = await stage.attack({
          method: "POST",
          path: "/scim/v2/Users",
          body: JSON.stringify(person),
        });
        expect(status).toBe(400);
      }
      expect(await send("DELETE", `/dictionary/${id}`)).toBe(204);
    },
  );
});

describe("the lists of the administration", () => {
  const LISTS = ["/clients", "/dictionary", "/requests", "/connections", "/deliveries"];
  const CURSORS = [
    "%00",
    "'",
    "x".repeat(9_000),
    "%E0%A4",
    "W10",
    Buffer.from("' or 1=1 --").toString("base64url"),
  ];
  it.each(LISTS)("%s take no cursor and no limit that is none", async (list) => {
    for (const cursor of CURSORS) expect(await send("GET", `${list}?cursor=${cursor}`)).toBe(400);
    for (const limit of ["0", "-1", "201", "1e2", "1.0", "%20", "9".repeat(400), "NaN", "%EF%BC%91"]) {
      expect([limit, await send("GET", `${list}?limit=${limit}`)]).toEqual([limit, 400]);
    }
    for (const name of ["__proto__", "constructor", "sort", "orderBy"]) {
      expect([name, await send("GET", `${list}?${name}=1`)]).toEqual([name, 400]);
    }
  });

  it.each(["'; drop table request_log; --", "' or '1'='1", "$1", "%", "_", "\\", "{}", "null"])(
    "of requests find nothing by %s",
    async (text) => {
      for (const name of ["client", "quirk", "correlation", "resource"]) {
        const path = `/admin/v1/requests?${name}=${encodeURIComponent(text)}`;
        const { status, text: answer } = await stage.attack({ path });
        expect([name, status, JSON.parse(answer).items]).toEqual([name, 200, []]);
      }
      expect(await send("GET", `/requests?status=${encodeURIComponent(text)}`)).toBe(400);
    },
  );

  it.each([
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "1969-12-31T23:59:59Z",
  ])("of requests know the time %s", async (time) => {
    for (const name of ["since", "until"]) {
      expect(await send("GET", `/requests?${name}=${encodeURIComponent(time)}`)).toBe(200);
    }
  });
});

it("no made-up request to the administration is answered outside of the contract", async () => {
  const names = [
    "name",
    "key",
    "category",
    "type",
    "scopes",
    "authMethods",
    "profile",
    "jwks",
    "ipAllowList",
    "rateLimit",
    "values",
    "pattern",
    "maxLength",
    "unique",
    "required",
    "expiresAt",
  ];
  const plausible = fc.constantFrom(
    '"user"',
    '"string"',
    '"enum"',
    '["scim:read"]',
    '["a"]',
    "true",
    "null",
    "300",
    '"k1"',
    '"x"',
    '{"keys":[{"kty":"EC","crv":"P-256","x":"","y":""}]}',
    '{"requestsPerSecond":1e9,"burst":-1}',
  );
  const value = fc.oneof(plausible, jsonText(stage.targets));
  const requests = fc.record({
    method: fc.constantFrom("POST", "PATCH"),
    path: fc.constantFrom(
      "/clients",
      `/clients/${client}`,
      `/clients/${client}/secrets`,
      `/clients/${client}/tokens`,
      "/dictionary",
      `/dictionary/${stage.targets.unknown}`,
      "/dictionary?force=true",
    ),
    body: fc
      .array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 6 })
      .map((parts) => `{${parts.map(([name, held]) => `"${name}":${held}`).join()}}`),
  });
  await fc.assert(
    fc.asyncProperty(requests, async ({ method, path, body }) => void (await send(method, path, body))),
    { numRuns: 120 },
  );
});
