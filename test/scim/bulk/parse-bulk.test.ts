import { describe, expect, it } from "vitest";
import { parseBulk } from "../../../src/scim/bulk/parse-bulk.js";
import { createDialect } from "../../../src/scim/dialect/dialect.js";
import type { JsonValue } from "../../../src/scim/schema/attribute.js";
import { expectRefusal } from "../expect-scim-error.js";

const URN = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const limits = { maxOperations: 3, maxDataBytes: 200, baseUrl: "https://gateway.example/scim/v2" };
const dialect = createDialect("rfc");
const id = "11111111-1111-4111-8111-111111111111";

const parse = (message: JsonValue, profile = dialect) => parseBulk(message, limits, profile);
const parseOne = (operation: JsonValue) => {
  const [read] = parse({ schemas: [URN], Operations: [operation] }).operations;
  if (read === undefined) throw new Error("the operation is lost");
  return read;
};

describe("a bulk request", () => {
  it.each([
    ["text", "text", "invalidSyntax"],
    ["null", null, "invalidSyntax"],
    ["without schemas", { Operations: [] }, "invalidSyntax"],
    ["with the schema of something else", { schemas: ["urn:x"], Operations: [] }, "invalidSyntax"],
    ["without operations", { schemas: [URN] }, "invalidSyntax"],
    ["with one operation instead of a list", { schemas: [URN], Operations: {} }, "invalidSyntax"],
    ["with a negative failOnErrors", { schemas: [URN], Operations: [], failOnErrors: -1 }, "invalidValue"],
    ["with half a failOnErrors", { schemas: [URN], Operations: [], failOnErrors: 0.5 }, "invalidValue"],
    ["with failOnErrors as text", { schemas: [URN], Operations: [], failOnErrors: "1" }, "invalidValue"],
  ] as const)("%s is refused", (_what, message, scimType) => {
    expectRefusal(() => parse(message as JsonValue), scimType);
  });

  it("of more operations than are taken is refused with the limit", () => {
    const act = () => parse({ schemas: [URN], Operations: [null, null, null, null] });
    expect(act).toThrow(expect.objectContaining({ status: 413, detail: expect.stringContaining("3") }));
  });

  it.each([
    [undefined, undefined],
    [null, undefined],
    [0, undefined],
    [1, 1],
    [25, 25],
  ])("with failOnErrors %s stops after %s errors", (failOnErrors, expected) => {
    const message = { schemas: [URN], Operations: [], ...(failOnErrors !== undefined && { failOnErrors }) };
    expect(parse(message).failOnErrors).toBe(expected);
  });

  it("is known by its schema in any case, and without one where the profile allows that", () => {
    expect(parse({ SCHEMAS: [URN.toUpperCase()], operations: [] }).operations).toEqual([]);
    expect(parse({ Operations: [] }, createDialect("interop")).operations).toEqual([]);
  });
});

describe("an operation", () => {
  const data = { userName: "a" };
  it.each([
    [
      { method: "POST", path: "/Users", bulkId: "q", data },
      { index: 0, method: "POST", bulkId: "q", type: "User", data },
    ],
    [
      { method: "put", path: `/Users/${id}`, data, version: 'W/"3"' },
      { index: 0, method: "PUT", type: "User", id, data, version: 'W/"3"' },
    ],
    [
      { METHOD: "Patch", Path: `Groups/${id}/`, Data: data, bulkId: null, version: null },
      { index: 0, method: "PATCH", type: "Group", id, data },
    ],
    [
      { method: "DELETE", path: `${limits.baseUrl}/groups/${id}`, data: null },
      { index: 0, method: "DELETE", type: "Group", id },
    ],
    [
      { method: "DELETE", path: `/scim/v2/Users/${id}` },
      { index: 0, method: "DELETE", type: "User", id },
    ],
    [
      { method: "DELETE", path: "/Users/bulkId%3Aq" },
      { index: 0, method: "DELETE", type: "User", id: "bulkId:q" },
    ],
  ])("%j is read", (given, expected) => {
    expect(parseOne(given as JsonValue)).toEqual(expected);
  });

  it.each([
    [null, 400, "invalidSyntax"],
    ["POST", 400, "invalidSyntax"],
    [[], 400, "invalidSyntax"],
    [{}, 400, "invalidSyntax"],
    [{ method: "GET", path: "/Users" }, 400, "invalidSyntax"],
    [{ method: 1, path: "/Users" }, 400, "invalidSyntax"],
    [{ method: "POST", path: "/Users", data }, 400, "invalidValue"],
    [{ method: "POST", path: "/Users", bulkId: "", data }, 400, "invalidValue"],
    [{ method: "POST", path: "/Users", bulkId: 7, data }, 400, "invalidValue"],
    [{ method: "POST", path: "/Users", bulkId: "x".repeat(256), data }, 400, "invalidValue"],
    [{ method: "POST", path: "/Users", bulkId: "q" }, 400, "invalidSyntax"],
    [{ method: "POST", path: "/Users", bulkId: "q", data: null }, 400, "invalidSyntax"],
    [{ method: "POST", path: "/Users", bulkId: "q", data: [] }, 400, "invalidSyntax"],
    [{ method: "POST", path: "/Users", bulkId: "q", data: { a: "é".repeat(150) } }, 413, undefined],
    [{ method: "POST", bulkId: "q", data }, 400, "invalidSyntax"],
    [{ method: "POST", path: ["/Users"], bulkId: "q", data }, 400, "invalidSyntax"],
    [{ method: "POST", path: "/Devices", bulkId: "q", data }, 404, undefined],
    [{ method: "POST", path: "/Users?attributes=id", bulkId: "q", data }, 404, undefined],
    [{ method: "POST", path: "https://elsewhere.example/scim/v2/Users", bulkId: "q", data }, 404, undefined],
    [{ method: "POST", path: `/Users/${id}`, bulkId: "q", data }, 405, undefined],
    [{ method: "PUT", path: "/Users", data }, 405, undefined],
    [{ method: "DELETE", path: "/Users/" }, 405, undefined],
    [{ method: "PATCH", path: `/Users/${id}`, data, version: 3 }, 400, "invalidVers"],
  ])("%j is an error of its own", (given, status, scimType) => {
    const read = parseOne(given as JsonValue);
    expect("error" in read && [read.error.status, read.error.scimType]).toEqual([status, scimType]);
  });

  it("that creates needs no bulkId where the profile allows that", () => {
    const operation = { method: "POST", path: "/Users", data };
    const lenient = createDialect("interop");
    expect(parse({ schemas: [URN], Operations: [operation] }, lenient).operations).toEqual([
      { index: 0, method: "POST", type: "User", data },
    ]);
    expect([...lenient.applied]).toEqual(["bulk-id-missing"]);
  });

  it("that cannot be read keeps what names it in the answer", () => {
    const read = parseOne({ method: "POST", path: "/Devices", bulkId: "q", data });
    expect(read).toMatchObject({ index: 0, method: "POST", bulkId: "q" });
  });
});
