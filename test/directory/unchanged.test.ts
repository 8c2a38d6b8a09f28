import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import { ENTERPRISE_USER_URN, USER_URN } from "../../src/scim/schema/urns.js";
import { context, nothing, patchBody, shareDirectory } from "./open-directory.js";

const test = shareDirectory();

const given: JsonObject = {
  schemas: [USER_URN, ENTERPRISE_USER_URN],
  title: "Chief",
  active: true,
  name: { givenName: "芳", familyName: "王" },
  emails: [
    { value: "w@x.example", type: "work", primary: true },
    { value: "h@x.example", type: "home" },
  ],
  roles: [{ value: "r" }],
  [ENTERPRISE_USER_URN]: { department: "Sales", manager: { value: "7" } },
};

describe("a PATCH that leaves everything as it is keeps version and lastModified and orders nothing", () => {
  it.each<[string, JsonObject]>([
    ["the same value by path", { op: "replace", path: "title", value: "Chief" }],
    ["the same values without a path", { op: "add", value: { title: "Chief", active: true } }],
    ["the same boolean as text", { op: "Replace", path: "active", value: "True" }],
    ["a duplicate value", { op: "add", path: "roles", value: [{ value: "r" }, { value: "r" }] }],
    [
      "a duplicate in another case",
      { op: "add", path: "emails", value: [{ value: "W@X.EXAMPLE", type: "WORK" }] },
    ],
    ["the list that is there", { op: "replace", path: "roles", value: [{ value: "r" }] }],
    ["the primary value again", { op: "replace", path: 'emails[type eq "work"].primary', value: true }],
    ["a part again", { op: "replace", path: "name.givenName", value: "芳" }],
    [
      "an extension's parts again",
      { op: "replace", path: ENTERPRISE_USER_URN, value: { department: "Sales" } },
    ],
    [
      "the manager again, with more words",
      {
        op: "add",
        path: `${ENTERPRISE_USER_URN}:manager`,
        value: { value: "7", displayName: "Boss", $ref: null },
      },
    ],
    ["removal of what is not there", { op: "remove", path: "nickName" }],
    ["removal of a value that is not there", { op: "remove", path: 'emails[type eq "other"]' }],
    ["nothing added", { op: "add", path: "emails", value: [] }],
    ["null for what is not there", { op: "replace", path: "nickName", value: null }],
    ["an attribute nobody knows", { op: "replace", value: { shoeSize: 44 } }],
  ])("%s", async (_name, operation) => {
    const user = await test.user(given);
    await test.clock.advance(60_000);
    const ordered = await test.ordered(async () => {
      const after = await test.patch(user, operation);
      expect(after).toMatchObject({ version: 1, changed: false, modifiedAt: user.modifiedAt });
    });
    expect(ordered).toEqual([]);
  });

  it("steps that take each other back", async () => {
    const user = await test.user(given);
    const ordered = await test.ordered(async () => {
      const after = await test.patch(
        user,
        { op: "replace", path: "title", value: "x" },
        { op: "replace", path: "title", value: "Chief" },
      );
      expect(after.version).toBe(1);
    });
    expect(ordered).toEqual([]);
  });

  it("members that are there, in every spelling", async () => {
    const member = await test.user();
    const group = await test.group({ members: [{ value: member.id }] });
    const again = [{ value: member.id }, { value: member.id, display: "M", $ref: null, type: "User" }];
    const ordered = await test.ordered(async () => {
      const after = await test.patch(
        group,
        { op: "add", path: "members", value: again },
        { op: "replace", path: "members", value: again },
        { op: "remove", path: 'members[value eq "00000000-0000-4000-8000-000000000000"]' },
      );
      expect(after).toMatchObject({ version: 1, changed: false });
    });
    expect(ordered).toEqual([]);
  });
});

describe("primary", () => {
  it("moves to the value that is added or made primary, on the stored resource too", async () => {
    const user = await test.user(given);
    await test.patch(user, { op: "add", path: "emails", value: [{ value: "n@x.example", primary: true }] });
    const primaries = async () => {
      const { emails } = (await test.read(user)).attributes;
      const list = Array.isArray(emails) ? emails : [];
      return list.filter((email) => Object(email).primary === true).map((email) => Object(email).value);
    };
    expect(await primaries()).toEqual(["n@x.example"]);
    await test.patch(user, { op: "replace", path: 'emails[type eq "home"].primary', value: true });
    expect(await primaries()).toEqual(["h@x.example"]);
  });

  it.each(["create", "replace"])("is refused twice in a %s", async (verb) => {
    const twice = {
      emails: [
        { value: "a", primary: true },
        { value: "b", primary: true },
      ],
    };
    const user = await test.user();
    const body = { schemas: [USER_URN], userName: String(user.attributes["userName"]), ...twice };
    const work =
      verb === "create" ? test.user(twice) : test.directory.replace(context, "User", user.id, body);
    await expect(work).rejects.toMatchObject({ status: 400, scimType: "invalidValue" });
  });
});

it("a required list cannot be emptied, in whatever way", async () => {
  await test.database.query(
    `insert into dictionary_field (tenant_id, id, name, key, category, type, multi_valued, required, modifiable)
     select id, gen_random_uuid(), 'Sites', 'sites', 'user', 'string', true, true, true from tenant`,
  );
  const urn = "urn:ietf:params:scim:schemas:extension:dictionary:2.0:User";
  await test.clock.advance(600_000);
  const user = await test.user({ schemas: [USER_URN, urn], [urn]: { sites: ["a"] } });
  for (const operation of [
    { op: "remove", path: `${urn}:sites` },
    { op: "remove", path: `${urn}:sites`, value: ["a"] },
    { op: "replace", path: `${urn}:sites`, value: [] },
    { op: "replace", value: { [urn]: { sites: null } } },
  ]) {
    const body = patchBody(operation);
    const work = test.directory.patch(context, "User", user.id, body, { needs: nothing });
    await expect(work).rejects.toMatchObject({ status: 400, scimType: "mutability" });
  }
});
