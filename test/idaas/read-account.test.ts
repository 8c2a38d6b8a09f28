import { describe, expect, it } from "vitest";
import { readAccount } from "../../src/idaas/read-account.js";
import type { ScimType } from "../../src/scim/errors.js";
import { expectRefusal } from "../scim/expect-scim-error.js";

const dictionary = { id: "urn:dictionary", name: "Dictionary", description: "", attributes: [] };
const read = (body: unknown) => readAccount(body, dictionary);
const changeOf = (body: object, name: string) =>
  read({ id: "1", ...body }).changes.find((change) => change.name === name)?.value;

describe("an account of IDaaS 1.x", () => {
  it("leaves every secret behind", () => {
    const secrets = { password: "s3", originalPass: "s3", masterSalt: "s3", masterSecret: "s3", admin: true };
    expect(JSON.stringify(read({ id: "1", userName: "anna", ...secrets }))).not.toContain("s3");
  });

  it.each([
    { member: "absent", body: {}, active: undefined },
    { member: "null", body: { locked: null }, active: undefined },
    { member: "false", body: { locked: false }, active: true },
    { member: "true as text", body: { locked: "TRUE" }, active: false },
  ])("is active by its lock: $member", ({ body, active }) => {
    expect(changeOf(body, "active")).toBe(active);
  });

  it.each([
    { what: "absent", body: {}, emails: undefined },
    { what: "null", body: { emails: null }, emails: null },
    { what: "without values", body: { emails: [{ type: "work", value: "" }, null] }, emails: null },
    {
      what: "with two primaries as text",
      body: {
        emails: [
          { primary: "true", type: "WORK", value: "a@b" },
          { primary: "true", value: "c@d" },
        ],
      },
      emails: [{ value: "a@b", type: "work", primary: true }, { value: "c@d" }],
    },
  ])("has e-mails: $what", ({ body, emails }) => {
    expect(changeOf(body, "emails")).toEqual(emails);
  });

  it.each([
    { what: "absent or null, which say nothing", body: { belongs: null }, uuids: undefined },
    { what: "empty, which says none", body: { belongs: [] }, uuids: [] },
    {
      what: "named in either generation",
      body: { belongs: [{ belongOuUuid: "7" }, { belong: 8 }] },
      uuids: ["7", "8"],
    },
    { what: "as plain ids, twice", body: { belongs: ["7", "7", null, {}] }, uuids: ["7"] },
  ])("belongs to organizations: $what", ({ body, uuids }) => {
    expect(read({ id: "1", ...body }).belongs?.map((one) => one.organizationUuid)).toEqual(uuids);
  });

  it.each<{ problem: string; body: unknown; type: ScimType }>([
    { problem: "no object", body: [], type: "invalidSyntax" },
    { problem: "no id", body: { userName: "anna" }, type: "invalidValue" },
    { problem: "an object as name", body: { id: "1", userName: {} }, type: "invalidValue" },
    { problem: "a lock that is neither", body: { id: "1", locked: "maybe" }, type: "invalidValue" },
    { problem: "e-mails that are no list", body: { id: "1", emails: "a@b" }, type: "invalidValue" },
    {
      problem: "too many organizations",
      body: { id: "1", belongs: Array(101).fill("7") },
      type: "invalidValue",
    },
  ])("is refused for $problem", ({ body, type }) => {
    expectRefusal(() => read(body), type);
  });
});
