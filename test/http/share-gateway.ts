import request from "supertest";
import { afterAll, beforeAll, expect } from "vitest";
import { ERROR_SCHEMA } from "../../src/scim/errors.js";
import { openGateway, type TestGateway } from "./open-gateway.js";

/** One gateway for all tests of the calling file, and a client that may do everything. */
export function shareGateway() {
  const gateway = {} as TestGateway;
  const caller = { bearer: "" };
  beforeAll(async () => {
    Object.assign(gateway, await openGateway());
    caller.bearer = await gateway.bearer();
  });
  afterAll(() => gateway.close());
  return {
    gateway,
    /** The Authorization header of the client; to be renewed by whoever moves the clock. */
    caller,
    /** A request of the client below `/scim/v2`. */
    scim: (method: "get" | "post" | "put" | "patch" | "delete", path: string) =>
      request(gateway.app)[method](`/scim/v2${path}`).set("Authorization", caller.bearer),
  };
}

/** Expects a refusal in the form of RFC 7644 section 3.12. */
export function expectScimError(response: request.Response, status: number, scimType?: string): void {
  expect(response.status).toBe(status);
  expect(response.headers["content-type"]).toMatch(/^application\/scim\+json/);
  expect(response.body).toEqual({
    schemas: [ERROR_SCHEMA],
    status: String(status),
    ...(scimType && { scimType }),
    detail: expect.stringMatching(/\S/),
  });
}
