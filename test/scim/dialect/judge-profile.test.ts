import { describe, expect, it } from "vitest";
import { judgeProfile } from "../../../src/scim/dialect/judge-profile.js";
import type { Quirk } from "../../../src/scim/dialect/quirks.js";

const counts = (of: Record<string, number>) =>
  Object.entries(of).map(([name, requests]) => ({ name, requests }));

describe("a client is judged by its requests", () => {
  it.each<[string, Record<string, number>, Quirk[], string | undefined]>([
    ["none at all", {}, [], undefined],
    ["plain ones", { rfc: 9 }, [], "rfc"],
    ["plain ones and one with a slip", { rfc: 9, interop: 1 }, ["text-boolean"], "interop"],
    ["mostly plain ones of a vendor", { rfc: 90, okta: 2 }, [], "okta"],
    ["those of two vendors", { okta: 2, entra: 3 }, [], "entra"],
    ["a name of an earlier version", { onelogin: 3 }, [], "rfc"],
  ])("%s", (_name, recognised, quirks, expected) => {
    expect(judgeProfile(counts(recognised), quirks).recognised).toBe(expected);
  });
});
