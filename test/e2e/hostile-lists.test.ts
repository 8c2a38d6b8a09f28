import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PATCH_OP_SCHEMA, SEARCH_REQUEST_SCHEMA } from "../../src/scim/messages.js";
import { brokenFilter, filterText, jsonText } from "./hostile-requests.js";
import { openStage, type Stage } from "./hostile-stage.js";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 30_000);
afterAll(() => stage.close());
afterEach(() => stage.expectUnharmed());

const SEARCHES = ["/scim/v2/.search", "/scim/v2/Users/.search", "/scim/v2/Groups/.search"];
const INJECTIONS = [
  "'; drop table resource; --",
  "' or '1'='1",
  '"; select pg_sleep(10); --',
  "$1",
  "$$",
  "\\'; --",
  "userName; delete from resource",
  "userName) or (1=1",
  "1 union select * from oauth_client_secret",
];

async function search(
  members: string,
  path = SEARCHES[1] ?? "",
): Promise<{ status: number; json: Record<string, unknown> }> {
  const body = `{"schemas":["${SEARCH_REQUEST_SCHEMA}"]${members && `,${members}`}}`;
  const { status, text } = await stage.attack({ method: "POST", path, body });
  return { status, json: JSON.parse(text) };
}

describe("a search", () => {
  it.each<[string, number]>([
    ['"count":1e400', 400],
    ['"count":1.5', 400],
    ['"count":1e308', 200],
    ['"count":-1e308', 200],
    [`"count":${"9".repeat(309)}`, 400],
    [`"count":"${"9".repeat(401)}"`, 400],
    ['"count":-0', 200],
    ['"startIndex":-9007199254740993', 200],
    ['"startIndex":1e400', 400],
    ['"count":{"toString":1}', 400],
    ['"count":[1]', 400],
    ['"count":1,"COUNT":2', 400],
    ['"sortBy":"__proto__"', 400],
    ['"sortBy":"constructor.name"', 400],
    ['"sortBy":["userName"]', 400],
    ['"sortOrder":"constructor"', 400],
    ['"filter":{"toString":1}', 400],
    ['"filter":"constructor pr"', 400],
    ['"attributes":[{"toString":1}]', 400],
    ['"attributes":["__proto__","constructor","toString"]', 200],
    [`"attributes":[${Array(20_000).fill('"userName.x[1]"').join()}]`, 200],
    [`"excludedAttributes":["${",".repeat(500_000)}"]`, 200],
    ['"attributes":["userName"],"excludedAttributes":["title"]', 400],
    ['"constructor":{"prototype":{"polluted":1}}', 400],
    ['"__proto__":{"filter":"userName pr"}', 400],
    ['"filter":"userName eq \\"\\u0000\\""', 400],
    ['"cursor":"","startIndex":1', 400],
    ['"cursor":7', 400],
  ])("with %s is answered %i", async (members, status) => {
    for (const path of SEARCHES) expect([path, (await search(members, path)).status]).toEqual([path, status]);
  });

  it("with schemas that answer to toString is refused", async () => {
    const body = '{"schemas":[{"toString":1},["urn"]],"count":1}';
    const headers = { authorization: await stage.bearerOf("rfc") };
    for (const path of SEARCHES) {
      expect((await stage.attack({ method: "POST", path, body, headers })).status).toBe(400);
      expect((await stage.attack({ method: "POST", path, body })).status).toBe(200);
    }
  });

  it.each(INJECTIONS)("finds nothing by %s, wherever it stands", async (text) => {
    const quoted = JSON.stringify(text);
    for (const name of ["filter", "sortBy", "sortOrder", "cursor"]) {
      expect([name, (await search(`"${name}":${quoted}`)).status]).toEqual([name, 400]);
    }
    const compared = JSON.stringify(
      `userName eq ${quoted} or emails.value co ${quoted} or title sw ${quoted}`,
    );
    expect(await search(`"filter":${compared}`)).toMatchObject({ status: 200, json: { totalResults: 0 } });
    expect((await search(`"attributes":[${quoted}]`)).status).toBe(200);
  });

  it("of any made-up form is answered within the contract", async () => {
    const text = fc.oneof(filterText(stage.targets), brokenFilter(), fc.constantFrom(...INJECTIONS));
    const member = fc.tuple(
      fc.constantFrom(
        "filter",
        "sortBy",
        "sortOrder",
        "count",
        "startIndex",
        "cursor",
        "attributes",
        "excludedAttributes",
      ),
      fc.oneof(
        text.map((one) => JSON.stringify(one)),
        jsonText(stage.targets),
      ),
    );
    const requests = fc.record({
      path: fc.constantFrom(...SEARCHES),
      members: fc.array(member, { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(requests, async ({ path, members }) => {
        await search(members.map(([name, value]) => `"${name}":${value}`).join(), path);
      }),
      { numRuns: 80 },
    );
  });
});

describe("a cursor", () => {
  const first = async (members = '"filter":"userName pr"') => {
    const { json } = await search(`${members},"count":1,"cursor":""`);
    return String(json["nextCursor"]);
  };
  const use = (cursor: string, members = '"filter":"userName pr"', path?: string) =>
    search(`${members},"count":1,"cursor":${JSON.stringify(cursor)}`, path);

  it("works as it was given", async () => expect((await use(await first())).status).toBe(200));

  it.each<[string, (cursor: string) => string]>([
    ["cut", (cursor) => cursor.slice(0, -1)],
    ["longer", (cursor) => `${cursor}A`],
    ["with another first character", (cursor) => `X${cursor.slice(1)}`],
    ["without a signature", (cursor) => cursor.replace(/\..*/, "")],
    ["with an empty signature", (cursor) => cursor.replace(/\..*/, ".")],
    ["with two signatures", (cursor) => `${cursor}.${cursor.split(".")[1]}`],
    ["of 100 kB", (cursor) => cursor.repeat(Math.ceil(100_000 / cursor.length))],
    ["in binary", () => "\u0001\u0002\uffff"],
    ["made by hand", () => `${Buffer.from("[0,0,0,0,0,0,0]").toString("base64url")}.AAAAAAAAAAAAAAAAAAAAAA`],
    ["that is a list", () => "[]"],
    ["called __proto__", () => "__proto__"],
  ])("%s is refused", async (_what, spoil) => {
    const cursor = spoil(await first());
    const { status, json } = await use(cursor);
    expect([status, json["scimType"]]).toEqual([400, "invalidCursor"]);
    if (cursor.length > 10_000) return;
    const path = `/scim/v2/Users?count=1&filter=userName%20pr&cursor=${encodeURIComponent(cursor)}`;
    expect((await stage.attack({ path })).status).toBe(400);
  });

  it("of another filter, order, type or all types is refused", async () => {
    const cursor = await first();
    const elsewhere: [string, string | undefined][] = [
      ['"filter":"userName pr or id pr"', undefined],
      ['"filter":"userName pr","sortBy":"userName"', undefined],
      ['"filter":"userName pr"', SEARCHES[0]],
      ['"filter":"displayName pr"', SEARCHES[2]],
    ];
    for (const [members, path] of elsewhere) {
      const { status, json } = await use(cursor, members, path);
      expect([members, path, status, json["scimType"]]).toEqual([members, path, 400, "invalidCursor"]);
    }
  });
});

describe("a PATCH whose keys or paths mean more than attributes", () => {
  it.each<[string, object]>([
    ["an id that answers to toString", { op: "replace", value: { id: { toString: 1 } } }],
    ["an id that is a list", { op: "replace", value: { id: [] } }],
    ["a path __proto__.x", { op: "add", path: "__proto__.x", value: 1 }],
    ["a path constructor.prototype.x", { op: "add", path: "constructor.prototype.polluted", value: 1 }],
    ["a path name.__proto__", { op: "add", path: "name.__proto__", value: { polluted: 1 } }],
    ["a path name.constructor", { op: "replace", path: "name.constructor", value: "x" }],
    ["a path emails[__proto__ eq 1]", { op: "add", path: 'emails[__proto__ eq "1"].value', value: "x" }],
    ["a path that is an object", { op: "add", path: { toString: 1 }, value: 1 }],
    ["an op that is an object", { op: { toString: 1 }, path: "title", value: 1 }],
  ])("%s is refused", async (_what, operation) => {
    const body = JSON.stringify({ schemas: [PATCH_OP_SCHEMA], Operations: [operation] });
    const path = `/scim/v2/Users/${stage.targets.user}`;
    const headers = { authorization: await stage.bearerOf("rfc") };
    expect((await stage.attack({ method: "PATCH", path, body, headers })).status).toBe(400);
    await stage.attack({ method: "PATCH", path, body });
  });

  it.each([
    "__proto__.polluted",
    "constructor.prototype.polluted",
    "name.__proto__",
    "toString",
    "valueOf.x",
  ])("a key %s changes no object of the language", async (key) => {
    const value = `{${JSON.stringify(key)}:{"polluted":1},"name":{"hasOwnProperty":"x","toString":"y"}}`;
    const body = `{"schemas":["${PATCH_OP_SCHEMA}"],"Operations":[{"op":"add","value":${value}}]}`;
    await stage.attack({ method: "PATCH", path: `/scim/v2/Users/${stage.targets.user}`, body });
  });
});

describe("headers of a SCIM request", () => {
  const tags = Array.from({ length: 1_500 }, (_, i) => `W/"9${i}"`).join(",");
  it.each<[string, Record<string, string | string[]>, number]>([
    ["If-Match of 1,500 tags", { "if-match": tags }, 412],
    ["If-Match that never closes", { "if-match": ',"'.repeat(6_000) }, 412],
    ["If-Match of blanks", { "if-match": `,${" ".repeat(12_000)}x` }, 412],
    ["Basic of 12 kB", { authorization: `Basic ${"QUFB".repeat(3_000)}` }, 401],
    [
      "Basic that is not UTF-8",
      { authorization: `Basic ${Buffer.from([255, 254, 58, 192, 128]).toString("base64")}` },
      401,
    ],
    ["Basic with a NUL", { authorization: `Basic ${Buffer.from("a\0b:c\0").toString("base64")}` }, 401],
    [
      "Basic with half an escape",
      { authorization: `Basic ${Buffer.from("%:%E0%A4").toString("base64")}` },
      401,
    ],
    ["Basic without a colon", { authorization: `Basic ${Buffer.from("client").toString("base64")}` }, 401],
    ["two Authorizations", { authorization: ["Basic YTpi", "Bearer x"] }, 400],
    ["a Bearer of an injection", { authorization: "Bearer ' or '1'='1" }, 401],
  ])("%s", async (_what, headers, status) => {
    const path = `/scim/v2/Users/${stage.targets.user}`;
    const body = JSON.stringify({
      schemas: [PATCH_OP_SCHEMA],
      Operations: [{ op: "replace", path: "title", value: "changed" }],
    });
    expect((await stage.attack({ method: "PATCH", path, body, headers })).status).toBe(status);
    expect((await stage.attack({ method: "DELETE", path, headers })).status).toBe(status);
  });
});
