import { describe, expect, it } from "vitest";
import type { Quirk } from "../../../src/scim/dialect/quirks.js";
import { type Mark, recogniseProfile } from "../../../src/scim/dialect/recognise-profile.js";

interface Case {
  userAgent?: string;
  marks?: Mark[];
  applied?: Quirk[];
}

describe("a client is recognised", () => {
  it.each<[string, Case, string]>([
    ["nothing special", { userAgent: "curl/8.5.0" }, "rfc"],
    ["no user agent", {}, "rfc"],
    ["Okta's user agent", { userAgent: "Okta SCIM Client 1.0.0" }, "okta"],
    [
      "Okta's user agent, with slips",
      { userAgent: "Okta SCIM Client 1.0.0", applied: ["text-boolean"] },
      "okta",
    ],
    ["capitalised operations", { marks: ["capitalised-op"], applied: ["text-boolean"] }, "entra"],
    ["Entra ID's flag in the address", { marks: ["entra-flag"] }, "entra"],
    ["Entra ID's URN in the schemas of a group", { marks: ["entra-schema-urn"] }, "entra"],
    ["what only Entra ID needs", { applied: ["replace-creates-element"] }, "entra"],
    ["the addresses of IDaaS 1.x", { marks: ["idaas-address"], userAgent: "okhttp/3.14" }, "idaas"],
    ["a deviation that many have", { applied: ["remove-listed"] }, "interop"],
    ["a client without a profile of its own", { userAgent: "authentik 2025.2" }, "interop"],
    ["a user agent of a megabyte", { userAgent: "x".repeat(1_000_000) }, "rfc"],
  ])("by %s", (_name, { userAgent, marks = [], applied = [] }, expected) => {
    expect(recogniseProfile({ userAgent, marks: new Set(marks), applied: new Set(applied) })).toBe(expected);
  });
});
