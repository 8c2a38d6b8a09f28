import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  DICTIONARY_USER_URN,
  ENTERPRISE_USER_URN,
  ORGANIZATION_GROUP_URN,
  USER_URN,
} from "../../src/scim/schema/urns.js";
import { complaints } from "./answer-contract.js";
import {
  brokenFilter,
  filterText,
  jsonText,
  listQuery,
  PATCH_URN,
  patchText,
  resourceBody,
  type Targets,
} from "./hostile-requests.js";
import { openStage, type Stage } from "./hostile-stage.js";
import type { Answer, Sent } from "./whole-application.js";

let stage: Stage;
let targets: Targets;
beforeAll(async () => {
  stage = await openStage();
  targets = stage.targets;
}, 30_000);
afterAll(() => stage.close());
afterEach(() => stage.expectUnharmed());

const attack = (sent: Sent) => stage.attack(sent);

const patchOf = (...operations: object[]) => JSON.stringify({ schemas: [PATCH_URN], Operations: operations });
const userWith = (attributes: string) => `{"schemas":["${USER_URN}"],"userName":"never"${attributes}}`;
const times = <T>(count: number, one: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => one(i));
const filterOf = (filter: string) => `/scim/v2/Users?filter=${encodeURIComponent(filter)}`;
const deep = (depth: number) => `${'{"a":['.repeat(depth)}1${"]}".repeat(depth)}`;

describe("whatever is sent is refused in the terms of its surface, and nothing of it is stored", () => {
  const bodies: [string, string | Buffer, number][] = [
    ["nothing", "", 400],
    ["null", "null", 400],
    ["a text", '"x"', 400],
    ["an array of 100,000 objects", `[${"{},".repeat(100_000)}0]`, 400],
    ["objects 100,000 deep", deep(100_000), 400],
    ["objects 20 deep in an attribute", userWith(`,"name":${deep(10)}`), 400],
    ["10 MB", userWith(`,"title":"${"x".repeat(10_000_000)}"`), 413],
    ["__proto__ at the top", '{"__proto__":{"polluted":1}}', 400],
    ["__proto__ in an attribute", userWith(',"name":{"__proto__":{"polluted":1}}'), 400],
    ["a constructor in a list", userWith(',"emails":[{"constructor":{"prototype":{"polluted":1}}}]'), 400],
    ["one name in two spellings", userWith(',"USERNAME":"other"'), 400],
    [
      "an extension in two spellings",
      userWith(`,"${ENTERPRISE_USER_URN}":{},"${ENTERPRISE_USER_URN.toUpperCase()}":{}`),
      400,
    ],
    ["a NUL", userWith(',"title":"\\u0000"'), 400],
    ["half a pair", userWith(',"title":"\\udead"'), 400],
    ["a number beyond all", userWith(`,"${DICTIONARY_USER_URN}":{"ratio":1e999}`), 400],
    ["an integer that is rounded", userWith(`,"${DICTIONARY_USER_URN}":{"count":9007199254740993}`), 400],
    ["a fraction for an integer", userWith(`,"${DICTIONARY_USER_URN}":{"count":1.5}`), 400],
    [
      "29 February of a common year",
      userWith(`,"${DICTIONARY_USER_URN}":{"since":"2023-02-29T00:00:00Z"}`),
      400,
    ],
    ["the year 275760", userWith(`,"${DICTIONARY_USER_URN}":{"since":"+275760-09-13T00:00:00Z"}`), 400],
    ["a zone of 16 hours", userWith(`,"${DICTIONARY_USER_URN}":{"since":"2024-01-01T00:00:00+16:00"}`), 400],
    ["a slow pattern's bait", userWith(`,"${DICTIONARY_USER_URN}":{"code":"${"a".repeat(8_000)}"}`), 400],
    ["a userName of 256 characters", `{"schemas":["${USER_URN}"],"userName":"${"漢".repeat(256)}"}`, 400],
    ["UTF-16", Buffer.from(userWith(""), "utf16le"), 400],
    ["gzip of 5 MB", gzipSync(Buffer.alloc(5_000_000, "x")), 400],
  ];
  it.each(bodies)("a user made of %s", async (_what, body, status) => {
    expect((await attack({ method: "POST", path: "/scim/v2/Users", body })).status).toBe(status);
    const replaced = await attack({ method: "PUT", path: `/scim/v2/Users/${targets.user}`, body });
    expect(replaced.status).toBe(status);
    const patched = await attack({ method: "PATCH", path: `/scim/v2/Users/${targets.user}`, body });
    expect([400, 413]).toContain(patched.status);
  });

  it.each([
    ["a dotted __proto__", ',"__proto__.polluted":1'],
    ["a dotted name", ',"name.familyName":"x"'],
    ["20,000 unknown attributes", times(20_000, (i) => `,"k${i}":1`).join("")],
  ])("a user made of %s, where names that no schema has are not left out", async (_what, attributes) => {
    const headers = { authorization: await stage.bearerOf("rfc") };
    const answer = await attack({
      method: "POST",
      path: "/scim/v2/Users",
      body: userWith(attributes),
      headers,
    });
    expect(answer.status).toBe(400);
  });

  it("a circle in the tree, by every way into it", async () => {
    const { group, childGroup } = targets;
    const parent = `${ORGANIZATION_GROUP_URN}:parent`;
    const under = (id: string) => ({ op: "replace", path: parent, value: { value: id } });
    const holding = (id: string) => ({ op: "add", path: "members", value: [{ value: id }] });
    const circles: [string, object][] = [
      [group, under(group)],
      [group, under(childGroup)],
      [group, holding(group)],
      [childGroup, holding(group)],
      [group, under("g-1")],
    ];
    for (const [id, operation] of circles) {
      const answer = await attack({
        method: "PATCH",
        path: `/scim/v2/Groups/${id}`,
        body: patchOf(operation),
      });
      expect([answer.status, JSON.parse(answer.text).scimType]).toEqual([400, "invalidValue"]);
    }
    const unknown = patchOf(holding(targets.unknown));
    expect((await attack({ method: "PATCH", path: `/scim/v2/Groups/${group}`, body: unknown })).status).toBe(
      400,
    );
  });

  it("but somebody may be their own manager", async () => {
    const body = patchOf({ op: "add", path: `${ENTERPRISE_USER_URN}:manager`, value: targets.user });
    expect((await attack({ method: "PATCH", path: `/scim/v2/Users/${targets.user}`, body })).status).toBe(
      200,
    );
  });

  const ids = [
    "%00",
    "%2F",
    "..%2f..",
    "%",
    "%zz",
    "%E0%A4%A",
    "%F0%9F",
    "x".repeat(10_000),
    "__proto__",
    "'%22--",
    "*",
  ];
  const places = [
    "/scim/v2/Users/",
    "/scim/v2/Schemas/",
    "/scim/v2/ResourceTypes/",
    "/admin/v1/connections/",
    "/admin/v1/deliveries/",
    "/oauth/",
  ];
  it.each(ids)("the id %s", async (id) => {
    for (const place of places) {
      for (const method of ["GET", "HEAD", "PUT", "DELETE", "PROPFIND"]) {
        const hasBody = method.startsWith("P") && method !== "PROPFIND";
        const answer = await attack({ method, path: place + id, ...(hasBody && { body: "{}" }) });
        expect(answer.status).toBeGreaterThanOrEqual(400);
      }
    }
  });

  const odd: Record<string, string | string[]>[] = [
    { accept: "text/html" },
    { accept: "a/b;q=".repeat(2_000) },
    { accept: `application/json;a="${"\\".repeat(9_000)}` },
    { authorization: "" },
    { authorization: `Bearer ${" ".repeat(20_000)}x!` },
    { authorization: `Basic ${"=".repeat(20_000)}` },
    { authorization: "Basic JTAwOiUwMA==" },
    { authorization: ["Bearer a", "Bearer b"] },
    { "x-request-id": "\u00ff" },
    { "if-match": "W/" },
    { "if-none-match": '",'.repeat(9_000) },
    { "content-type": "" },
    { "content-type": "application/json;;;charset" },
    { "content-type": "application/json; charset=utf-99" },
    { "content-type": "application/x-www-form-urlencoded; charset=hex" },
    { "content-type": "multipart/form-data" },
    { "content-encoding": "gzip" },
    { "content-encoding": "deflate, br" },
    { expect: "the unexpected" },
    { host: "[" },
  ];
  it.each(odd.map((headers) => [JSON.stringify(headers).slice(0, 60), headers] as const))(
    "the header %s",
    async (_, headers) => {
      for (const path of [
        `/scim/v2/Users/${targets.user}`,
        "/scim/v2/Bulk",
        "/scim/v2",
        "/oauth/token",
        "/admin/v1/connections",
      ]) {
        for (const method of ["GET", "POST"]) {
          await attack({ method, path, headers, ...(method !== "GET" && { body: '{"a":' }) });
        }
      }
    },
  );

  it.each([
    "/scim/v2/Users?count=1&count=2",
    "/scim/v2/Users?filter=%E0%A4&sortBy=%00",
    "/scim/v2/Users?filter=userName%20eq%20%22%00%22",
    `/scim/v2/Users?${"&a".repeat(200)}`,
    `/scim/v2/Users?count=${"9".repeat(401)}`,
    "/scim/v2/Users?sortBy=constructor",
    "/scim/v2/Users?filter=__proto__%20pr",
    "/admin/v1/deliveries?cursor=%00",
    "/admin/v1/deliveries?state=,",
    "/admin/v1/connections?limit=1e2",
  ])("the query of %s", async (path) => expect((await attack({ path })).status).toBe(400));
});

describe("what is no HTTP request", () => {
  const start = (target: string) => `GET ${target} HTTP/1.1\r\nHost: x\r\n`;
  it.each([
    [
      "a header that never ends",
      "/scim/v2/Users",
      `${start("/scim/v2/Users")}X: ${"a".repeat(40_000)}\r\n\r\n`,
      431,
    ],
    ["a control character", "/admin/v1/connections", `${start("/admin/v1/connections")}X: \x01\r\n\r\n`, 400],
    [
      "two lengths",
      "/oauth/token",
      `POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      400,
    ],
    ["a method nobody knows", "", "BREW /coffee HTTP/1.1\r\nHost: x\r\n\r\n", 400],
    ["another protocol", "", "\x16\x03\x01\x02\r\n\r\n", 400],
    [
      "a proxy's form of a path",
      "/scim/v2/Nothing",
      `${start("http://x/scim/v2/Nothing")}Connection: close\r\n\r\n`,
      404,
    ],
  ])("with %s is refused in the terms of its surface", async (_what, path, bytes, status) => {
    const answer = await exchange(bytes);
    expect(answer.status).toBe(status);
    expect(complaints(answer, path)).toEqual([]);
  });
});

/** Sends bytes as they are and reads until the other side closes. */
function exchange(bytes: string): Promise<Pick<Answer, "status" | "headers" | "text">> {
  return new Promise((resolve, reject) => {
    const socket = connect(stage.gateway.port, "127.0.0.1");
    let received = "";
    socket.on("data", (part) => {
      received += part.toString("utf8");
    });
    socket.once("error", reject);
    socket.once("close", () => {
      const [head = "", text = ""] = received.split("\r\n\r\n", 2);
      const type = /^content-type: (.*)$/im.exec(head)?.[1];
      resolve({ status: Number(head.split(" ")[1]), headers: { "content-type": type?.trim() }, text });
    });
    socket.write(bytes, "latin1");
  });
}

describe("no request buys more work than it brings", () => {
  it("a thousand operations on members are one change", async () => {
    const { user, otherUser, group } = targets;
    const operations = times(1_000, (i) => ({
      op: i % 3 === 0 ? "remove" : "add",
      path: "members",
      ...(i % 5 !== 0 && { value: [{ value: i % 2 ? user : otherUser }] }),
    })).filter(({ op, value }) => op === "remove" || value !== undefined);
    const answer = await attack({
      method: "PATCH",
      path: `/scim/v2/Groups/${group}`,
      body: patchOf(...operations),
    });
    expect(answer.status).toBe(204);
  });

  it("members are not chosen by a hundred conditions", async () => {
    const operations = times(11, (i) => ({ op: "remove", path: `members[display eq "${i}"]` }));
    const path = `/scim/v2/Groups/${targets.group}`;
    expect((await attack({ method: "PATCH", path, body: patchOf(...operations) })).status).toBe(413);
    expect((await attack({ method: "PATCH", path, body: patchOf(...operations.slice(1)) })).status).toBe(204);
  });

  it.each([
    ["userName co", 100],
    ["name.familyName co", 100],
    ["groups.value eq", 100],
    ["emails.value co", 20],
    ["groups.display co", 20],
    ["schemas co", 5],
  ])("a filter has as many conditions on %s as a list can bear: %i", async (test, most) => {
    const value = test.startsWith("groups.value") ? targets.group : "zzz";
    const filter = (count: number) => times(count, () => `${test} "${value}"`).join(" or ");
    expect((await attack({ path: filterOf(filter(most)) })).status).toBe(200);
    expect((await attack({ path: filterOf(filter(most + 1)) })).status).toBe(400);
  });

  it("patches do not pile up a resource that no filter could read", async () => {
    const id = await stage.make("/scim/v2/Users", { schemas: [USER_URN], userName: "hoarder" });
    const fill = (attribute: string) =>
      attack({
        method: "PATCH",
        path: `/scim/v2/Users/${id}`,
        body: patchOf({
          op: "add",
          path: attribute,
          value: times(80, (i) => ({ value: `${i}${"x".repeat(8_000)}` })),
        }),
      });
    expect((await fill("emails")).status).toBe(200);
    expect((await fill("phoneNumbers")).status).toBe(413);
    const leave = patchOf({ op: "replace", path: "active", value: false });
    expect((await attack({ method: "PATCH", path: `/scim/v2/Users/${id}`, body: leave })).status).toBe(200);
  });

  it("long values count by their length where every one is compared with every other", async () => {
    const value = times(700, (i) => ({ value: `${i}${"漢".repeat(450)}`, type: "work" }));
    const path = `/scim/v2/Users/${targets.user}`;
    const add = await attack({ method: "PATCH", path, body: patchOf({ op: "add", path: "emails", value }) });
    expect(add.status).toBe(413);
    const tags = { op: "replace", path: `${DICTIONARY_USER_URN}:tags`, value: times(1_000, (i) => `t${i}`) };
    expect((await attack({ method: "PATCH", path, body: patchOf(tags) })).status).toBe(200);
  });

  it("a body full of mistakes is not answered with all of them", async () => {
    const body = JSON.stringify({ states: times(100_000, () => "x") });
    const answer = await attack({ method: "POST", path: "/admin/v1/deliveries/retry-failed", body });
    expect([answer.status, JSON.parse(answer.text).errors.length]).toEqual([400, 20]);
  });
});

it("of identical requests at the same time one wins", async () => {
  const body = JSON.stringify({
    schemas: [USER_URN],
    userName: "twin",
    [DICTIONARY_USER_URN]: { tags: ["twin"] },
  });
  const answers = await Promise.all(
    times(8, () => stage.ask({ method: "POST", path: "/scim/v2/Users", body })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...times(7, () => 409)]);
  expect(answers.flatMap((answer) => complaints(answer, "/scim/v2/Users"))).toEqual([]);
});

describe("no made-up request is answered outside of the contract", () => {
  type Made = { what: string; requests: (to: Targets) => fc.Arbitrary<Sent>; numRuns: number };
  const scim = (type: "User" | "Group", to: Targets) =>
    `/scim/v2/${type}s/${type === "User" ? to.user : to.group}`;
  const types = ["User", "Group"] as const;
  const made: Made[] = [
    ...types.flatMap((type): Made[] => [
      {
        what: `lists of ${type}s`,
        requests: (to) => listQuery(to).map((query) => ({ path: `/scim/v2/${type}s?${query}` })),
        numRuns: 40,
      },
      {
        what: `filters of ${type}s`,
        requests: (to) =>
          fc
            .oneof({ weight: 4, arbitrary: filterText(to) }, { weight: 1, arbitrary: brokenFilter() })
            .map((filter) => ({ path: `/scim/v2/${type}s?filter=${encodeURIComponent(filter)}` })),
        numRuns: 60,
      },
      {
        what: `new ${type}s`,
        requests: (to) =>
          resourceBody(type, to).map((body) => ({ method: "POST", path: `/scim/v2/${type}s`, body })),
        numRuns: 20,
      },
      {
        what: `replaced ${type}s`,
        requests: (to) =>
          resourceBody(type, to).map((body) => ({ method: "PUT", path: scim(type, to), body })),
        numRuns: 20,
      },
      {
        what: `patches of ${type}s`,
        requests: (to) =>
          patchText(type, to).map((body) => ({ method: "PATCH", path: scim(type, to), body })),
        numRuns: 60,
      },
    ]),
    {
      what: "JSON of any shape, anywhere",
      requests: (to) =>
        fc.record({
          body: jsonText(to),
          method: fc.constantFrom("POST", "PUT", "PATCH"),
          path: fc.constantFrom(
            scim("User", to),
            "/scim/v2/Groups",
            `/admin/v1/connections/${stage.connection}`,
            "/admin/v1/connections",
            "/admin/v1/deliveries/retry-failed",
            "/oauth/token",
            "/oauth/introspect",
            "/oauth/revoke",
          ),
        }),
      numRuns: 60,
    },
  ];
  it.each(made.map((one) => [one.what, one] as const))("%s", async (_what, { requests, numRuns }) => {
    await fc.assert(
      fc.asyncProperty(requests(targets), async (sent) => void (await attack(sent))),
      { numRuns },
    );
  });
});
