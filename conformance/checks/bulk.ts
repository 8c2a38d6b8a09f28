import { type Check, check, type Surroundings } from "../check.js";
import {
  ENTERPRISE_URN,
  expectError,
  expectErrorBody,
  expectSame,
  expectStatus,
  expectThat,
  GROUP_URN,
  objectOf,
  objectsOf,
  stringOf,
  USER_URN,
} from "../expect.js";
import type { Answer, Json, JsonObject } from "../scim-client.js";
import { readAgain, valuesAt } from "./requests.js";

const REQUEST_URN = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE_URN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
/** A payload limit beyond this is not tried. */
const LARGEST_PAYLOAD = 32 * 1024 * 1024;

/** Bulk (RFC 7644 section 3.7). */
export const BULK_CHECKS: readonly Check[] = [
  check(
    "a bulk request is answered with 200 and its operations",
    ["7644-3.7-01", "7644-3.7-02", "7644-3.7-09", "7644-3.7-12", "7644-3.7.3-01"],
    async (s) => {
      const answer = await bulk(s, [newUser(s, "a"), newUser(s, "b")]);
      const done = operationsOf(answer);
      expectThat(JSON.stringify(answer.body["schemas"]).includes(RESPONSE_URN), "it is no BulkResponse");
      expectSame(
        done.map((operation) => operation["method"]),
        ["POST", "POST"],
        "method",
      );
      expectSame(
        done.map((operation) => operation["bulkId"]),
        ["a", "b"],
        "bulkId",
      );
    },
  ),

  check("a request without operations is refused", ["7644-3.7-01", "7644-3.7-10"], async (s) => {
    s.needs("bulk");
    for (const Operations of [undefined, "POST"]) {
      expectError(await s.client.post("/Bulk", { schemas: [REQUEST_URN], Operations }), 400);
    }
  }),

  check("every operation needs a method", ["7644-3.7-02"], async (s) => {
    await expectRefused(s, { ...newUser(s, "a"), method: undefined });
    await expectRefused(s, { ...newUser(s, "a"), method: "TRACE" });
  }),
  check("POST needs a bulkId", ["7644-3.7-03"], async (s) => {
    await expectRefused(s, { ...newUser(s, "a"), bulkId: undefined });
  }),
  check("every operation needs a path", ["7644-3.7-04"], async (s) => {
    await expectRefused(s, { ...newUser(s, "a"), path: undefined });
  }),
  check("POST, PUT and PATCH need data", ["7644-3.7-05"], async (s) => {
    const { path } = await s.createUser();
    await expectRefused(s, { ...newUser(s, "a"), data: undefined });
    await expectRefused(s, { method: "PUT", path });
    await expectRefused(s, { method: "PATCH", path });
  }),

  check("operations have their location", ["7644-3.7-06", "7644-3.7.3-02"], async (s) => {
    const user = await s.createUser();
    const patch = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [addTitle] };
    const answer = await bulk(s, [
      newUser(s, "a"),
      { method: "PATCH", path: user.path, data: patch },
      { method: "DELETE", path: user.path },
    ]);
    for (const operation of operationsOf(answer)) {
      const location = stringOf(operation["location"]);
      expectThat(location.includes(s.discovered.endpoints.users), `location is ${JSON.stringify(location)}`);
    }
  }),

  check("operations have the status they would have alone", ["7644-3.7.3-03"], async (s) => {
    const user = await s.createUser();
    const { userName } = user.body;
    const put = { schemas: [USER_URN], userName };
    const answer = await bulk(s, [
      newUser(s, "a"),
      { ...newUser(s, "b"), data: put },
      { method: "PUT", path: user.path, data: put },
      { method: "DELETE", path: user.path },
      { method: "DELETE", path: `${s.discovered.endpoints.users}/conformance-none` },
    ]);
    expectSame(statusesOf(answer), ["201", "409", "200", "204", "404"], "status");
  }),

  check(
    "a failed operation has a SCIM error with a text",
    ["7644-3.7-07", "7644-3.7-08", "7644-3.7.3-04"],
    async (s) => {
      const { body } = await s.createUser();
      const data = { schemas: [USER_URN], userName: body["userName"] };
      const [operation] = operationsOf(await bulk(s, [{ ...newUser(s, "a"), data }]));
      const response = objectOf(operation?.["response"]);
      expectErrorBody(response, 409, "the failed operation");
      expectSame(response["scimType"], "uniqueness", "scimType");
      expectThat(stringOf(response["detail"]) !== "", "the error has no detail");
    },
  ),

  check("failed operations do not stop the others", ["7644-3.7-11"], async (s) => {
    const none = { method: "DELETE", path: `${s.discovered.endpoints.users}/conformance-none` };
    expectSame(statusesOf(await bulk(s, [none, newUser(s, "a")])), ["404", "201"], "status");
    const stopped = await bulk(s, [none, newUser(s, "b")], { failOnErrors: 1 });
    expectSame(statusesOf(stopped), ["404"], "status with failOnErrors 1");
  }),

  check("the result is that of one after the other", ["7644-3.7-13"], async (s) => {
    const user = await s.createUser();
    const patch = (title: string) => ({
      method: "PATCH",
      path: user.path,
      data: {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        Operations: [{ op: "replace", path: "title", value: title }],
      },
    });
    await bulk(s, [patch("first"), patch("second"), patch("third")]);
    expectSame((await readAgain(s, user.path))["title"], "third", "title");
  }),

  check("references by bulkId become ids, in both directions", ["7644-3.7.2-01"], async (s) => {
    const group = (bulkId: string, member: string) => newGroup(s, bulkId, [{ value: `bulkId:${member}` }]);
    const answer = await bulk(s, [group("before", "u"), newUser(s, "u"), group("after", "u")]);
    expectSame(statusesOf(answer), ["201", "201", "201"], "status");
    const [before, user, after] = operationsOf(answer).map((operation) => stringOf(operation["location"]));
    for (const location of [before, after]) {
      const [member] = valuesAt(await readAgain(s, stringOf(location)), "members", "value");
      expectThat(stringOf(user).endsWith(`/${String(member)}`), `the member is ${String(member)}`);
    }
  }),

  check("references by bulkId in extensions become ids", ["7644-3.7.2-02"], async (s) => {
    if (!s.discovered.schemas.some((schema) => schema["id"] === ENTERPRISE_URN)) {
      s.skip("there is no enterprise extension");
    }
    const manager = newUser(s, "m");
    const report = newUser(s, "r", {
      schemas: [USER_URN, ENTERPRISE_URN],
      [ENTERPRISE_URN]: { manager: { value: "bulkId:m" } },
    });
    const [reported, managing] = operationsOf(await bulk(s, [report, manager]));
    const shown = await readAgain(s, stringOf(reported?.["location"]));
    const [value] = valuesAt(shown, ENTERPRISE_URN, "manager", "value");
    expectThat(
      stringOf(managing?.["location"]).endsWith(`/${String(value)}`),
      `the manager is ${String(value)}`,
    );
  }),

  check("circular references are resolved, or refused with 409", ["7644-3.7.1-01"], async (s) => {
    const answer = await bulk(s, [
      newUser(s, "a", enterpriseManager("b")),
      newUser(s, "b", enterpriseManager("a")),
    ]);
    if (answer.status === 409) return;
    const statuses = statusesOf(answer);
    if (statuses.includes("409")) return;
    expectSame(statuses, ["201", "201"], "status");
    const [first, second] = operationsOf(answer).map((operation) => stringOf(operation["location"]));
    const [manager] = valuesAt(await readAgain(s, stringOf(first)), ENTERPRISE_URN, "manager", "value");
    expectThat(
      stringOf(second).endsWith(`/${String(manager)}`),
      `the manager of the first is ${String(manager)}`,
    );
    const [back] = valuesAt(await readAgain(s, stringOf(second)), ENTERPRISE_URN, "manager", "value");
    expectThat(stringOf(first).endsWith(`/${String(back)}`), `the manager of the second is ${String(back)}`);
  }),

  check("the limits are defined", ["7644-3.7.4-01"], async (s) => {
    s.needs("bulk");
    const config = expectStatus(await s.client.get("/ServiceProviderConfig"), 200).body;
    const { maxOperations, maxPayloadSize } = objectOf(config["bulk"]);
    expectThat(Number(maxOperations) > 0, `maxOperations is ${JSON.stringify(maxOperations)}`);
    expectThat(Number(maxPayloadSize) > 0, `maxPayloadSize is ${JSON.stringify(maxPayloadSize)}`);
  }),

  check("too many operations are 413, with the limit", ["7644-3.7.4-02", "7644-3.7.4-03"], async (s) => {
    s.needs("bulk");
    const limit = Number(objectOf(s.discovered.config["bulk"])["maxOperations"]);
    const operation = { method: "DELETE", path: `${s.discovered.endpoints.users}/x` };
    if (limit > 100_000) s.skip("the limit is too high to be tried");
    expectLimit(
      await post(
        s,
        Array.from({ length: limit + 1 }, () => operation),
      ),
      limit,
    );
  }),

  check("too large a request is 413, with the limit", ["7644-3.7.4-02", "7644-3.7.4-03"], async (s) => {
    s.needs("bulk");
    const limit = Number(objectOf(s.discovered.config["bulk"])["maxPayloadSize"]);
    if (limit > LARGEST_PAYLOAD) s.skip("the limit is too high to be tried");
    expectLimit(await post(s, [newUser(s, "a", { title: "x".repeat(limit) })]), limit);
  }),
];

const addTitle = { op: "add", path: "title", value: "Tour Guide" };

function enterpriseManager(bulkId: string): JsonObject {
  return {
    schemas: [USER_URN, ENTERPRISE_URN],
    [ENTERPRISE_URN]: { manager: { value: `bulkId:${bulkId}` } },
  };
}

function newUser(s: Surroundings, bulkId: string, attributes: JsonObject = {}): JsonObject {
  const data = { schemas: [USER_URN], userName: s.unique(), ...attributes };
  return { method: "POST", path: s.discovered.endpoints.users, bulkId, data };
}

function newGroup(s: Surroundings, bulkId: string, members: Json[]): JsonObject {
  const data = { schemas: [GROUP_URN], displayName: s.unique(), members };
  return { method: "POST", path: s.discovered.endpoints.groups, bulkId, data };
}

function post(s: Surroundings, operations: JsonObject[], more: JsonObject = {}): Promise<Answer> {
  return s.client.post("/Bulk", { schemas: [REQUEST_URN], ...more, Operations: operations });
}

/** Sends operations and has everything they made deleted afterwards. */
async function bulk(s: Surroundings, operations: JsonObject[], more: JsonObject = {}): Promise<Answer> {
  s.needs("bulk");
  const answer = await post(s, operations, more);
  for (const operation of objectsOf(answer.body["Operations"])) {
    const location = stringOf(operation["location"]);
    if (operation["method"] === "POST" && location !== "") s.discardLater(location);
  }
  return expectStatus(answer, 200, 409);
}

function operationsOf(answer: Answer): JsonObject[] {
  return objectsOf(expectStatus(answer, 200).body["Operations"]);
}

function statusesOf(answer: Answer): string[] {
  return operationsOf(answer).map((operation) => {
    const { status } = operation;
    return typeof status === "string" ? status : stringOf(objectOf(status)["code"]);
  });
}

/** Whether a bad operation is refused, either with the whole request or on its own. */
async function expectRefused(s: Surroundings, operation: JsonObject): Promise<void> {
  s.needs("bulk");
  const answer = await post(s, [operation]);
  if (answer.status === 400) return expectError(answer, 400);
  for (const done of operationsOf(answer)) s.discardLater(stringOf(done["location"]) || "/none");
  expectSame(statusesOf(answer), ["400"], `status of ${JSON.stringify(operation).slice(0, 120)}`);
}

function expectLimit(answer: Answer, limit: number): void {
  expectError(answer, 413);
  const detail = stringOf(answer.body["detail"]).replaceAll(/[,\s]/g, "");
  expectThat(
    detail.includes(String(limit)),
    `detail does not say ${limit}: ${String(answer.body["detail"])}`,
  );
}
