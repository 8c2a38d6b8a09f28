import request from "supertest";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ProblemError } from "../../src/http/problem-error.js";
import { badRequest, notUnique } from "../../src/scim/errors.js";
import { openGateway, type TestGateway } from "./open-gateway.js";

class AwayError extends Error {}

let gateway: TestGateway;
let bearer: string;
let fail: () => never;

beforeAll(async () => {
  gateway = await openGateway({
    failure: () => fail(),
    isTemporary: (error) => error instanceof AwayError,
  });
  bearer = await gateway.bearer();
});
afterAll(() => gateway.close());

function failing(error: unknown, surface: "scim/v2" | "admin/v1") {
  fail = () => {
    throw error;
  };
  return request(gateway.app)
    .get(`/${surface}/failure`)
    .set("Authorization", bearer)
    .set("X-Request-Id", "r-1");
}

describe("an error of the directory", () => {
  it("is shown as it is under SCIM", async () => {
    const response = await failing(notUnique("userName"), "scim/v2").expect(409);
    expect(response.body).toMatchObject({ status: "409", scimType: "uniqueness" });
  });

  it("is shown as a problem with a code under admin", async () => {
    const response = await failing(badRequest("invalidValue", "It is wrong."), "admin/v1").expect(400);
    expect(response.body).toEqual({
      type: "about:blank",
      title: "Bad Request",
      status: 400,
      detail: "It is wrong.",
      code: "invalid_value",
    });
  });
});

it("a problem brings its own members, which cannot replace the standard ones", async () => {
  const problem = new ProblemError(409, "connection_exists", "Exists.", { connectionId: "c1", status: 200 });
  const response = await failing(problem, "admin/v1").expect(409);
  expect(response.body).toMatchObject({ status: 409, code: "connection_exists", connectionId: "c1" });
});

describe("an unexpected failure", () => {
  const cause = Object.assign(new Error('relation "secret_table" does not exist'), {
    parameters: ["13812345678"],
  });

  it.each(["scim/v2", "admin/v1"] as const)(
    "is a 500 under %s that tells the request id only",
    async (surface) => {
      const response = await failing(cause, surface).expect(500);
      expect(response.body.detail).toContain("r-1");
      expect(response.text).not.toContain("secret_table");
      expect(response.text).not.toContain("failures.test");
    },
  );

  it("is logged with its cause and the request id", async () => {
    await failing(cause, "scim/v2").expect(500);
    const line = gateway.log().findLast(({ level }) => level === "error");
    expect(line).toMatchObject({ correlationId: "r-1", err: { message: cause.message } });
    expect(JSON.stringify(line)).not.toContain("13812345678");
  });

  it.each(["a text", 42, { status: 200 }])("may also be the thrown value %o", async (value) => {
    await failing(value, "scim/v2").expect(500);
  });

  it.each(["scim/v2", "admin/v1"] as const)(
    "that passes is a 503 under %s, with a time to retry",
    async (surface) => {
      const response = await failing(new AwayError("connection terminated"), surface).expect(503);
      expect(response.headers["retry-after"]).toBe("5");
      expect(response.text).not.toContain("connection terminated");
    },
  );
});

describe("a failure of the token endpoint", () => {
  afterEach(() => gateway.database.query("alter table oauth_client_away rename to oauth_client"));

  it("is a server_error without internals", async () => {
    await gateway.database.query("alter table oauth_client rename to oauth_client_away");
    const response = await request(gateway.app)
      .post("/oauth/token")
      .type("form")
      .send({ grant_type: "client_credentials", client_id: "a", client_secret: "b" })
      .expect(500);
    expect(response.body).toEqual({ error: "server_error", error_description: expect.any(String) });
    expect(response.text).not.toContain("oauth_client");
  });
});
