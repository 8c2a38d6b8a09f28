import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { BULK_REQUEST_SCHEMA } from "../../src/scim/messages.js";
import { GROUP_URN, ORGANIZATION_GROUP_URN, USER_URN } from "../../src/scim/schema/urns.js";
import { jsonText, patchText, resourceBody, type Targets } from "./hostile-requests.js";
import { openStage, type Stage } from "./hostile-stage.js";
import type { Answer } from "./whole-application.js";

let stage: Stage;
let targets: Targets;
beforeAll(async () => {
  stage = await openStage();
  targets = stage.targets;
}, 30_000);
afterAll(() => stage.close());
afterEach(() => stage.expectUnharmed());

const PATH = "/scim/v2/Bulk";
const PROTOTYPE_NAMES = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];
const times = <T>(count: number, one: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => one(i));
const person = (userName: string, more: object = {}) => ({ schemas: [USER_URN], userName, ...more });
const group = (displayName: string, more: object = {}) => ({ schemas: [GROUP_URN], displayName, ...more });
const post = (path: string, bulkId: unknown, data: object) => ({ method: "POST", path, bulkId, data });

function send(body: string | Buffer): Promise<Answer> {
  return stage.attack({ method: "POST", path: PATH, body });
}

function bulk(operations: readonly unknown[], more: object = {}): Promise<Answer> {
  return send(JSON.stringify({ schemas: [BULK_REQUEST_SCHEMA], Operations: operations, ...more }));
}

const statuses = ({ text }: Answer): string[] =>
  JSON.parse(text).Operations.map(({ status }: { status: string }) => status);

describe("a bulk request that cannot be read is refused as a whole", () => {
  const around = (operations: string) => `{"schemas":["${BULK_REQUEST_SCHEMA}"],"Operations":${operations}}`;
  it.each<[string, string | Buffer, number]>([
    ["1,001 operations", around(`[${times(1_001, () => "null").join()}]`), 413],
    ["a byte more than 8 MiB", Buffer.alloc(8 * 1024 * 1024 + 1, " "), 413],
    ["operations 100,000 deep", around("[".repeat(100_000) + "]".repeat(100_000)), 400],
    ["data of 33 levels", around(`[{"data":${'{"a":'.repeat(33)}1${"}".repeat(33)}}]`), 400],
    ["an object for the operations", around('{"length":1001}'), 400],
    ["a text for the operations", around('"[]"'), 400],
    ["a __proto__ deep inside", around('[{"data":{"emails":[{"__proto__":{"polluted":1}}]}}]'), 400],
    ["a constructor for an operation", around('[{"constructor":{"prototype":{"polluted":1}}}]'), 400],
    ["a NUL in a bulkId", around('[{"bulkId":"\\u0000"}]'), 400],
    ["half a pair in a path", around('[{"path":"/Users/\\ud800"}]'), 400],
    ["schemas that answer to toString", '{"schemas":[{"toString":1}],"Operations":[]}', 400],
    [
      "failOnErrors of 1e400",
      `{"schemas":["${BULK_REQUEST_SCHEMA}"],"failOnErrors":1e400,"Operations":[]}`,
      400,
    ],
    ["failOnErrors below 0", `{"schemas":["${BULK_REQUEST_SCHEMA}"],"failOnErrors":-1,"Operations":[]}`, 400],
  ])("%s", async (_what, body, status) => {
    expect((await send(body)).status).toBe(status);
  });
});

describe("an operation that cannot be tried is refused alone", () => {
  it.each<[string, object]>([
    ["a path that climbs", { method: "POST", path: "/Users/../admin", bulkId: "a", data: person("never") }],
    ["the administration", { method: "POST", path: "/../../admin/v1/clients", bulkId: "a", data: {} }],
    ["another host", { method: "POST", path: "http://127.0.0.1:1/scim/v2/Users", bulkId: "a", data: {} }],
    ["two slashes and a host", { method: "DELETE", path: "//evil.example/Users/1" }],
    ["a query", { method: "DELETE", path: "/Users?filter=userName%20pr" }],
    ["a query behind an id", { method: "DELETE", path: "/Users/1?x=1" }],
    ["bulk in bulk", { method: "POST", path: "/Bulk", bulkId: "a", data: { Operations: [] } }],
    ["a search", { method: "POST", path: "/Users/.search", bulkId: "a", data: {} }],
    ["an encoded NUL", { method: "DELETE", path: "/Users/%00" }],
    ["an encoded slash", { method: "PUT", path: "/Users/..%2f..%2fGroups", data: person("never") }],
    ["half an escape", { method: "DELETE", path: "/Users/%E0%A4" }],
    ["an id of 100,000 characters", { method: "DELETE", path: `/Users/${"x".repeat(100_000)}` }],
    ["100,000 slashes", { method: "DELETE", path: `${"/".repeat(100_000)}x` }],
    ["a method of HTTP only", { method: "GET", path: "/Users" }],
    ["a method that is no text", { method: ["POST"], path: "/Users" }],
    ["a method of every object", { method: "constructor", path: "/Users" }],
    ["a path that is no text", { method: "DELETE", path: { toString: "/Users/1" } }],
    [
      "a bulkId that is no text",
      { method: "POST", path: "/Users", bulkId: { toString: 1 }, data: person("never") },
    ],
    ["a bulkId of 256 characters", post("/Users", "x".repeat(256), person("never"))],
    ["a version of 1 MB", { method: "DELETE", path: "/Users/1", version: ',"W/'.repeat(200_000) }],
    ["a version that is no text", { method: "DELETE", path: "/Users/1", version: { "*": 1 } }],
    ["data of 1 MiB and more", post("/Users", "a", person("never", { title: "x".repeat(1024 * 1024) }))],
    ["data that is a list", { method: "POST", path: "/Users", bulkId: "a", data: [person("never")] }],
  ])("%s", async (_what, operation) => {
    const answer = await bulk([operation]);
    expect([answer.status, statuses(answer)]).toEqual([200, [expect.stringMatching(/^4\d\d$/)]]);
  });
});

describe("references to other operations", () => {
  it.each(PROTOTYPE_NAMES)(
    "to bulkId:%s, which every JavaScript object has, go to a POST or nowhere",
    async (name) => {
      const members = [{ value: `bulkId:${name}` }];
      expect(statuses(await bulk([post("/Groups", "g", group("nobody", { members }))]))).toEqual(["400"]);
      const both = [
        post("/Users", name, person(`of-${name}`)),
        post("/Groups", "g", group(name, { members })),
      ];
      expect(statuses(await bulk(both))).toEqual(["201", "201"]);
    },
  );

  it("to a bulkId that two POSTs have are refused", async () => {
    const members = [{ value: "bulkId:twin" }];
    const twins = [post("/Users", "twin", person("twin-1")), post("/Users", "twin", person("twin-2"))];
    const answer = await bulk([...twins, post("/Groups", "g", group("twins", { members }))]);
    expect(statuses(answer)).toEqual(["201", "201", "400"]);
  });

  it.each<[string, object, string]>([
    ["the id of a POST", { ...post("/Users/bulkId:a", "b", person("never")) }, "405"],
    ["the path of a DELETE", { method: "DELETE", path: "/Users/bulkId:nobody" }, "400"],
    [
      "a filter",
      {
        method: "PATCH",
        path: "/Groups/1",
        data: { Operations: [{ op: "remove", path: 'members[value eq "bulkId:nobody"]' }] },
      },
      "400",
    ],
    [
      "schemas",
      {
        method: "POST",
        path: "/Users",
        bulkId: "a",
        data: { schemas: ["bulkId:nobody"], userName: "never" },
      },
      "400",
    ],
    ["a name", post("/Users", "a", person("bulkId:nobody")), "400"],
    [
      "itself as a member",
      post("/Groups", "a", group("itself", { members: [{ value: "bulkId:a" }] })),
      "409",
    ],
    [
      "itself as the parent",
      post("/Groups", "a", group("own", { [ORGANIZATION_GROUP_URN]: { parent: { value: "bulkId:a" } } })),
      "400",
    ],
    [
      "a reference to a reference",
      post("/Groups", "a", group("x", { members: [{ value: "bulkId:bulkId:a" }] })),
      "400",
    ],
  ])("in %s are refused where they lead nowhere", async (_what, operation, status) => {
    expect(statuses(await bulk([operation]))).toEqual([status]);
  });

  it("in a circle of a thousand groups make none of them", async () => {
    const circle = times(1_000, (i) =>
      post("/Groups", `g${i}`, group(`circle ${i}`, { members: [{ value: `bulkId:g${(i + 1) % 1_000}` }] })),
    );
    expect(new Set(statuses(await bulk(circle)))).toEqual(new Set(["409"]));
  });

  it("as parents in a circle break it", async () => {
    const below = (bulkId: string) => ({
      [ORGANIZATION_GROUP_URN]: { parent: { value: `bulkId:${bulkId}` } },
    });
    const pair = [post("/Groups", "a", group("a", below("b"))), post("/Groups", "b", group("b", below("a")))];
    expect(statuses(await bulk(pair))).toEqual(["201", "400"]);
  });

  it("of a thousand groups to a hundred others each cost no more than they bring", async () => {
    const members = (i: number) => times(100, (k) => ({ value: `bulkId:g${(i + k + 1) % 1_000}` }));
    const all = times(1_000, (i) => post("/Groups", `g${i}`, group(`all ${i}`, { members: members(i) })));
    expect(new Set(statuses(await bulk(all)))).toEqual(new Set(["409"]));
  });
});

describe("no made-up bulk request is answered outside of the contract", () => {
  it("of operations that are nearly right", async () => {
    const ids = fc.constantFrom("a", "b", "bulkId:a", ...PROTOTYPE_NAMES, "");
    const place = fc
      .tuple(
        fc.constantFrom("/Users", "/Groups", "/users/", "Users"),
        fc.option(fc.constantFrom(...Object.values(targets), "bulkId:a", "bulkId:b", "..", "%2e", "1")),
      )
      .map(([collection, id]) => (id === null ? collection : `${collection}/${id}`));
    const body = fc.oneof(
      resourceBody("User", targets),
      resourceBody("Group", targets),
      patchText("User", targets),
      patchText("Group", targets),
      jsonText(targets),
    );
    const operation = fc
      .record({
        method: fc.constantFrom("POST", "PUT", "PATCH", "delete"),
        path: place,
        bulkId: ids,
        data: body,
      })
      .filter(({ method, path }) => !(method === "delete" && path.endsWith(targets.otherUser)))
      .map(({ data, ...rest }) => `${JSON.stringify(rest).slice(0, -1)},"data":${data}}`);
    const requests = fc
      .tuple(
        fc.array(fc.oneof({ weight: 9, arbitrary: operation }, { weight: 1, arbitrary: jsonText(targets) }), {
          maxLength: 5,
        }),
        fc.constantFrom("null", "0", "1", "1.5", '"1"'),
      )
      .map(
        ([operations, failOnErrors]) =>
          `{"schemas":["${BULK_REQUEST_SCHEMA}"],"failOnErrors":${failOnErrors},"Operations":[${operations.join()}]}`,
      );
    await fc.assert(
      fc.asyncProperty(requests, async (request) => void (await send(request))),
      { numRuns: 60 },
    );
  });
});
