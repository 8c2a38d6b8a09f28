import type { Express } from "express";
import request from "supertest";
import { beforeAll, describe, expect, it } from "vitest";
import type { Resource } from "../../../src/directory/directory.js";
import { createScimRouter } from "../../../src/http/scim/router.js";
import type { JsonObject, JsonValue } from "../../../src/scim/schema/attribute.js";
import { context, memberIds, nothing, shareDirectory } from "../../directory/open-directory.js";
import { defaultTenantId } from "../../support/database.js";
import { checkTestToken, serveRouter } from "../support/serve-router.js";

const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";
const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BASE = "https://gateway.example/scim/v2";
const UNKNOWN = "11111111-1111-4111-8111-111111111111";

const shared = shareDirectory();
let app: Express;
let names = 0;

beforeAll(() => {
  const router = createScimRouter({
    directory: shared.directory,
    publicUrl: "https://gateway.example",
    checkToken: async (token) => {
      const grant = await checkTestToken(token);
      return grant && { ...grant, tenantId: defaultTenantId };
    },
    defaultTenantId,
  });
  app = serveRouter("/scim/v2", router);
});

interface Answer {
  location?: string;
  method?: string;
  bulkId?: string;
  version?: string;
  status: string;
  response?: JsonObject;
}

function send(body: string | JsonObject, token = "read+write") {
  return request(app)
    .post("/scim/v2/Bulk")
    .set({ Authorization: `Bearer ${token}`, "Content-Type": "application/scim+json" })
    .send(typeof body === "string" ? body : JSON.stringify(body));
}

async function bulk(operations: JsonValue[], more: JsonObject = {}): Promise<Answer[]> {
  const answer = await send({ schemas: [BULK], ...more, Operations: operations });
  expect([answer.status, answer.headers["content-type"]]).toEqual([
    200,
    expect.stringMatching(/^application\/scim\+json/),
  ]);
  const body = JSON.parse(answer.text);
  expect(body.schemas).toEqual(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]);
  return body.Operations;
}

const name = () => `person-${++names}`;
const userData = (more: JsonObject = {}): JsonObject => ({ schemas: [USER], userName: name(), ...more });
const postUser = (bulkId: string, more: JsonObject = {}): JsonObject => ({
  method: "POST",
  path: "/Users",
  bulkId,
  data: userData(more),
});
const postGroup = (bulkId: string, members: string[], more: JsonObject = {}): JsonObject => ({
  method: "POST",
  path: "/Groups",
  bulkId,
  data: { schemas: [GROUP], displayName: bulkId, members: members.map((value) => ({ value })), ...more },
});
const patchOf = (path: string, operation: JsonObject): JsonObject => ({
  method: "PATCH",
  path,
  data: { schemas: [PATCH_OP], Operations: [operation] },
});
const idOf = (answer: Answer | undefined) => String(answer?.location).split("/").at(-1) ?? "";
const statuses = (answers: readonly Answer[]) => answers.map((answer) => answer.status);
const readUser = (id: string) => shared.read({ type: "User", id } as Resource);
const readGroup = (id: string) => shared.read({ type: "Group", id } as Resource);

describe("each operation", () => {
  it("is answered with its address, version and status, and a failed one with its error", async () => {
    const kept = await shared.user();
    const gone = await shared.user();
    const other = await shared.user();
    const answers = await bulk([
      postUser("new"),
      { method: "PUT", path: `/Users/${kept.id}`, bulkId: "kept", data: userData(), version: 'W/"1"' },
      patchOf(`${BASE}/Users/${kept.id}`, { op: "replace", path: "title", value: "Engineer" }),
      { method: "DELETE", path: `/Users/${gone.id}` },
      postUser("taken", { userName: String(other.attributes["userName"]).toUpperCase() }),
      { method: "DELETE", path: `/Users/${UNKNOWN}` },
      {
        method: "PATCH",
        path: "/Users/no-uuid",
        data: patchOf("", { op: "remove", path: "title" })["data"] ?? {},
      },
    ]);
    expect(answers).toEqual([
      {
        method: "POST",
        bulkId: "new",
        location: expect.stringContaining(`${BASE}/Users/`),
        version: 'W/"1"',
        status: "201",
      },
      {
        method: "PUT",
        bulkId: "kept",
        location: `${BASE}/Users/${kept.id}`,
        version: 'W/"2"',
        status: "200",
      },
      { method: "PATCH", location: `${BASE}/Users/${kept.id}`, version: 'W/"3"', status: "200" },
      { method: "DELETE", location: `${BASE}/Users/${gone.id}`, status: "204" },
      {
        method: "POST",
        bulkId: "taken",
        status: "409",
        response: { ...error("409"), scimType: "uniqueness" },
      },
      { method: "DELETE", location: `${BASE}/Users/${UNKNOWN}`, status: "404", response: error("404") },
      { method: "PATCH", location: `${BASE}/Users/no-uuid`, status: "404", response: error("404") },
    ]);
    expect((await readUser(idOf(answers[0]))).attributes["userName"]).toMatch(/^person-/);
    expect((await readUser(kept.id)).attributes["title"]).toBe("Engineer");
  });

  it("is refused alone where it makes no sense, and the others are carried out", async () => {
    const answers = await bulk([
      null,
      { method: "POST", path: "/Users", bulkId: "b", data: { schemas: [USER] } },
      { method: "TRACE", path: "/Users" },
      postUser("c"),
      { method: "POST", path: "/Bulk", bulkId: "d", data: {} },
    ]);
    expect(statuses(answers)).toEqual(["400", "400", "400", "201", "404"]);
    expect(answers[0]).toEqual({ status: "400", response: { ...error("400"), scimType: "invalidSyntax" } });
    expect(answers[1]).not.toHaveProperty("location");
  });

  it("insists on the version it names", async () => {
    const user = await shared.user();
    const change = (version: string): JsonObject => ({
      ...patchOf(`/Users/${user.id}`, { op: "replace", path: "title", value: version }),
      version,
    });
    expect(statuses(await bulk([change('W/"7"'), change('W/"1"'), change('"2"'), change("*")]))).toEqual([
      "412",
      "200",
      "200",
      "200",
    ]);
    const removal = (version: string): JsonObject => ({
      method: "DELETE",
      path: `/Users/${user.id}`,
      version,
    });
    expect(statuses(await bulk([removal('W/"1"'), removal('W/"4"')]))).toEqual(["412", "204"]);
  });
});

describe("references", () => {
  it("are followed backward, forward and within a PATCH", async () => {
    const answers = await bulk([
      postGroup("parent", ["bulkId:child", "bulkId:boss"]),
      patchOf("/Groups/bulkId:child", { op: "add", path: "members", value: [{ value: "bulkId:worker" }] }),
      patchOf("/Groups/bulkId:parent", { op: "remove", path: 'members[value eq "bulkId:boss"]' }),
      postUser("worker", { [ENTERPRISE]: { manager: { value: "bulkId:boss" } } }),
      postUser("boss"),
      postGroup("child", []),
    ]);
    expect(statuses(answers)).toEqual(["201", "200", "200", "201", "201", "201"]);
    const [parent, , , worker, boss, child] = answers.map(idOf);
    expect(memberIds(await readGroup(String(parent)))).toEqual([child]);
    expect(memberIds(await readGroup(String(child)))).toEqual([worker]);
    const manager = (await readUser(String(worker))).attributes[ENTERPRISE];
    expect(manager).toMatchObject({ manager: { value: boss } });
  });

  it("may run in a circle of managers (RFC 7644 section 3.7.1)", async () => {
    const answers = await bulk([
      postUser("a", { [ENTERPRISE]: { manager: { value: "bulkId:b" } } }),
      postUser("b", { [ENTERPRISE]: { manager: { value: "bulkId:a" } } }),
    ]);
    const [a, b] = answers.map(idOf);
    expect((await readUser(String(a))).attributes[ENTERPRISE]).toMatchObject({ manager: { value: b } });
    expect((await readUser(String(b))).attributes[ENTERPRISE]).toMatchObject({ manager: { value: a } });
  });

  it("that close a circle of groups are refused, at once or by the tree", async () => {
    expect(statuses(await bulk([postGroup("a", ["bulkId:b"]), postGroup("b", ["bulkId:a"])]))).toEqual([
      "409",
      "409",
    ]);
    const late = await bulk([
      postGroup("a", ["bulkId:b"]),
      postGroup("b", []),
      patchOf("/Groups/bulkId:b", { op: "add", path: "members", value: [{ value: "bulkId:a" }] }),
    ]);
    expect(statuses(late)).toEqual(["201", "201", "400"]);
  });

  it("to an operation that failed, or to none, fail without harm to the others", async () => {
    const answers = await bulk([
      postGroup("g", ["bulkId:broken"]),
      { method: "POST", path: "/Users", bulkId: "broken", data: { schemas: [USER] } },
      postGroup("h", ["bulkId:nobody"]),
      postUser("x"),
      postUser("x"),
      postGroup("i", ["bulkId:x"]),
    ]);
    expect(statuses(answers)).toEqual(["409", "400", "400", "201", "201", "400"]);
    expect(answers[0]?.response).toMatchObject({ detail: expect.stringContaining('"broken"') });
  });
});

describe("failOnErrors", () => {
  const bad = (): JsonObject => ({
    method: "POST",
    path: "/Users",
    bulkId: name(),
    data: { schemas: [USER] },
  });
  it.each([
    { failOnErrors: undefined, answered: ["400", "201", "400", "201", "400"] },
    { failOnErrors: null, answered: ["400", "201", "400", "201", "400"] },
    { failOnErrors: 0, answered: ["400", "201", "400", "201", "400"] },
    { failOnErrors: 1, answered: ["400"] },
    { failOnErrors: 2, answered: ["400", "201", "400"] },
    { failOnErrors: 4, answered: ["400", "201", "400", "201", "400"] },
  ])("of $failOnErrors ends the work after so many errors", async ({ failOnErrors, answered }) => {
    const last = name();
    const operations = [bad(), postUser("b"), bad(), postUser("d", { userName: last }), bad()];
    const answers = await bulk(operations, failOnErrors === undefined ? {} : { failOnErrors });
    expect(statuses(answers)).toEqual(answered);
    // What came after the end was not done in silence either.
    const query = { filter: `userName eq "${last}"`, startIndex: 1, count: 1, needs: nothing };
    const found = await shared.directory.list(context, "User", query);
    expect(found.totalResults).toBe(answered.length > 3 ? 1 : 0);
  });
});

describe("the request as a whole", () => {
  it("may create a thousand people, each answered in its place", async () => {
    const answers = await bulk(
      Array.from({ length: 1_000 }, (_, at) => postUser(`n${at}`)),
      { failOnErrors: null },
    );
    expect(answers.map((answer) => `${answer.bulkId} ${answer.status}`)).toEqual(
      Array.from({ length: 1_000 }, (_, at) => `n${at} 201`),
    );
    expect(new Set(answers.map(idOf)).size).toBe(1_000);
  }, 60_000);

  it("is refused with 413 and the limit when it holds more operations", async () => {
    const answer = await send({ schemas: [BULK], Operations: Array.from({ length: 1_001 }, () => null) });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text)).toMatchObject({
      schemas: [ERROR],
      detail: expect.stringContaining("1000"),
    });
  });

  it("is refused with 413 and the limit when it is larger than 8 MiB", async () => {
    const padding = "x".repeat(8 * 1024 * 1024);
    const answer = await send({ schemas: [BULK], Operations: [postUser("a", { title: padding })] });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text)).toMatchObject({
      schemas: [ERROR],
      detail: expect.stringContaining("8388608"),
    });
  });

  it("may be larger than a single request, but no operation of it may", async () => {
    const roles = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ value: `${at} ${"x".repeat(1_000)}` }));
    const answers = await bulk([
      postUser("a", { roles: roles(600) }),
      postUser("b", { roles: roles(600) }),
      postUser("c", { roles: roles(1_000), title: "x".repeat(60_000) }),
    ]);
    expect(statuses(answers)).toEqual(["201", "201", "413"]);
  });

  it.each(["", "[]", "null", "7", '{"Operations":[]', '{"schemas":["urn:x"],"Operations":[]}'])(
    "is refused with 400 where it is %j",
    async (body) => {
      const answer = await send(body);
      expect([answer.status, JSON.parse(answer.text).schemas]).toEqual([400, [ERROR]]);
    },
  );

  it("needs the scope to write", async () => {
    expect((await send({ schemas: [BULK], Operations: [] }, "read")).status).toBe(403);
  });
});

function error(status: string) {
  return { schemas: [ERROR], status, detail: expect.stringMatching(/\S/) };
}
