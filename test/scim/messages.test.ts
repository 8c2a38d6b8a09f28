import { describe, expect, it } from "vitest";
import { badRequest, notFound, notUnique } from "../../src/scim/errors.js";
import { errorBody, LIST_RESPONSE_SCHEMA, listResponse } from "../../src/scim/messages.js";

describe("errorBody", () => {
  it("writes the status as text and the keyword when there is one", () => {
    expect(errorBody(badRequest("invalidFilter", "No."))).toEqual({
      schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
      status: "400",
      scimType: "invalidFilter",
      detail: "No.",
    });
    expect(errorBody(notFound("Gone."))).not.toHaveProperty("scimType");
    expect(errorBody(notUnique("userName"))).toMatchObject({ status: "409", scimType: "uniqueness" });
  });
});

describe("listResponse", () => {
  it("has numbers and a list even when nothing was found", () => {
    const body = listResponse({ resources: [], totalResults: 0, startIndex: 1, itemsPerPage: 0 });
    expect(body).toEqual({
      schemas: [LIST_RESPONSE_SCHEMA],
      totalResults: 0,
      startIndex: 1,
      itemsPerPage: 0,
      Resources: [],
    });
  });
});
