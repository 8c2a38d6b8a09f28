import { describe, expect, it } from "vitest";
import { readListParameters } from "../../../src/http/scim/list-parameters.js";
import { ScimError } from "../../../src/scim/errors.js";

describe("paging parameters (RFC 7644 section 3.4.2.4)", () => {
  it.each([
    [{}, 1, 100],
    [{ startIndex: "3", count: "10" }, 3, 10],
    [{ startIndex: "0" }, 1, 100],
    [{ startIndex: "-7" }, 1, 100],
    [{ count: "0" }, 1, 0],
    [{ count: "-1" }, 1, 0],
    [{ count: "501" }, 1, 500],
    [{ startIndex: "+2", count: "007" }, 2, 7],
    [{ startIndex: "9".repeat(30), count: "9".repeat(400) }, 2_147_483_647, 500],
  ])("reads %j as startIndex %i and count %i", (query, startIndex, count) => {
    expect(readListParameters(query)).toEqual({ startIndex, count });
  });

  it.each([
    [{ startIndex: "first" }, "startIndex"],
    [{ startIndex: "" }, "startIndex"],
    [{ startIndex: "1.5" }, "startIndex"],
    [{ startIndex: "NaN" }, "startIndex"],
    [{ startIndex: "0x10" }, "startIndex"],
    [{ count: "ten" }, "count"],
    [{ count: "1e3" }, "count"],
    [{ count: "Infinity" }, "count"],
    [{ count: "9".repeat(401) }, "count"],
    [{ sortOrder: "upwards" }, "sortOrder"],
  ])("refuses %j naming %s", (query, name) => {
    expect(refusalOf(() => readListParameters(query))).toMatchObject({
      status: 400,
      scimType: "invalidValue",
      detail: expect.stringContaining(`"${name}"`),
    });
  });

  it("takes the sort order in any case and hands filter and sortBy on untouched", () => {
    const query = { filter: 'userName eq "a+b"', sortBy: "userName", sortOrder: "Descending" };
    expect(readListParameters(query)).toMatchObject({ ...query, sortOrder: "descending" });
  });
});

function refusalOf(act: () => unknown): ScimError {
  try {
    act();
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
