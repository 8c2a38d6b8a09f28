import { describe, expect, it } from "vitest";
import { parseProjection, project, projectionNeeds } from "../../src/scim/projection.js";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import {
  DICTIONARY_USER_URN,
  ENTERPRISE_USER_URN,
  GROUP_URN,
  PROVISIONING_GROUP_URN,
  PROVISIONING_USER_URN,
  USER_URN,
} from "../../src/scim/schema/urns.js";
import { expectRefusal } from "./expect-scim-error.js";
import { groupType, userType } from "./sample-types.js";

const person: JsonObject = {
  userName: "u",
  password: "never",
  name: { givenName: "A", familyName: "B" },
  emails: [{ value: "a", type: "work" }, { value: "b" }],
  [ENTERPRISE_USER_URN]: { department: "Sales", manager: { value: "m", displayName: "M" } },
  [DICTIONARY_USER_URN]: { ddAccountId: "dd" },
  [PROVISIONING_USER_URN]: { connections: [{ connection: "c", state: "synced" }] },
  unheardOf: 1,
  meta: { resourceType: "User", location: "https://x.example/Users/1" },
  id: "1",
};

const show = (query: { attributes?: string; excludedAttributes?: string }) =>
  project(person, parseProjection(query, userType), userType);

const usual: JsonObject = {
  schemas: [USER_URN, ENTERPRISE_USER_URN, DICTIONARY_USER_URN],
  id: "1",
  userName: "u",
  name: { givenName: "A", familyName: "B" },
  emails: [{ value: "a", type: "work" }, { value: "b" }],
  [ENTERPRISE_USER_URN]: { department: "Sales", manager: { value: "m", displayName: "M" } },
  [DICTIONARY_USER_URN]: { ddAccountId: "dd" },
  meta: { resourceType: "User", location: "https://x.example/Users/1" },
};
const { [ENTERPRISE_USER_URN]: _enterprise, ...withoutEnterprise } = usual;

describe("project", () => {
  it("shows what is returned by default, never the password, provisioning only on request", () => {
    const before = structuredClone(person);
    expect(show({})).toEqual(usual);
    expect(show({ attributes: " ", excludedAttributes: "" })).toEqual(usual);
    expect(person).toEqual(before);
  });

  it.each<[string, JsonObject]>([
    ["userName", { userName: "u" }],
    ["USERNAME, name.GIVENNAME", { userName: "u", name: { givenName: "A" } }],
    ["name", { name: { givenName: "A", familyName: "B" } }],
    ["emails.type", { emails: [{ type: "work" }] }],
    ["emails.display,userName", { userName: "u" }],
    [`${USER_URN}:userName`, { userName: "u" }],
    ["meta.location", { meta: { location: "https://x.example/Users/1" } }],
    ["password,nothing,name.nothing, ,a b,emails[type eq 1]", {}],
    [
      `${ENTERPRISE_USER_URN.toUpperCase()}:department`,
      { schemas: [USER_URN, ENTERPRISE_USER_URN], [ENTERPRISE_USER_URN]: { department: "Sales" } },
    ],
    [
      `${ENTERPRISE_USER_URN}:manager.value`,
      { schemas: [USER_URN, ENTERPRISE_USER_URN], [ENTERPRISE_USER_URN]: { manager: { value: "m" } } },
    ],
    [
      DICTIONARY_USER_URN,
      { schemas: [USER_URN, DICTIONARY_USER_URN], [DICTIONARY_USER_URN]: { ddAccountId: "dd" } },
    ],
    [
      PROVISIONING_USER_URN,
      {
        schemas: [USER_URN, PROVISIONING_USER_URN],
        [PROVISIONING_USER_URN]: { connections: [{ connection: "c", state: "synced" }] },
      },
    ],
    [
      `${PROVISIONING_USER_URN}:connections.state`,
      {
        schemas: [USER_URN, PROVISIONING_USER_URN],
        [PROVISIONING_USER_URN]: { connections: [{ state: "synced" }] },
      },
    ],
  ])("attributes=%s", (attributes, expected) => {
    expect(show({ attributes })).toEqual({ schemas: [USER_URN], id: "1", ...expected });
  });

  it.each<[string, JsonObject]>([
    ["emails,meta,name", { emails: undefined, meta: undefined, name: undefined } as unknown as JsonObject],
    ["name.familyName", { name: { givenName: "A" } }],
    ["emails.type", { emails: [{ value: "a" }, { value: "b" }] }],
    ["id,schemas,nothing,password", {}],
  ])("excludedAttributes=%s", (excludedAttributes, expected) => {
    expect(show({ excludedAttributes })).toEqual({ ...usual, ...expected });
  });

  it("drops an excluded extension from schemas too", () => {
    expect(show({ excludedAttributes: ENTERPRISE_USER_URN })).toEqual({
      ...withoutEnterprise,
      schemas: [USER_URN, DICTIONARY_USER_URN],
    });
  });

  it("keeps the empty member list of a group", () => {
    const shown = project(
      { id: "g", displayName: "G", members: [] },
      parseProjection({}, groupType),
      groupType,
    );
    expect(shown).toEqual({ schemas: [GROUP_URN], id: "g", displayName: "G", members: [] });
  });

  it("refuses both parameters together", () => {
    expectRefusal(
      () => parseProjection({ attributes: "id", excludedAttributes: "name" }, userType),
      "invalidValue",
    );
  });

  it("costs no more when a name is repeated ten thousand times", () => {
    const repeated = Array(10_000).fill("emails.value").join(",");
    expect(parseProjection({ attributes: repeated }, userType).paths).toHaveLength(1);
  });
});

describe("projectionNeeds", () => {
  const none = { members: false, groups: false, provisioning: false };

  it.each([
    [{}, { ...none, members: true }],
    [{ excludedAttributes: "members" }, none],
    [{ excludedAttributes: "MEMBERS,displayName" }, none],
    [{ excludedAttributes: "members.display" }, { ...none, members: true }],
    [{ attributes: "displayName" }, none],
    [{ attributes: "members.value" }, { ...none, members: true }],
    [{ attributes: `displayName,${PROVISIONING_GROUP_URN}` }, { ...none, provisioning: true }],
    [{ attributes: `${PROVISIONING_GROUP_URN}:connections.state` }, { ...none, provisioning: true }],
  ])("of a group with %j", (query, needs) => {
    expect(projectionNeeds(parseProjection(query, groupType), groupType)).toEqual(needs);
  });

  it("of a user are the groups, unless they are not shown", () => {
    expect(projectionNeeds(parseProjection({}, userType), userType)).toEqual({ ...none, groups: true });
    expect(projectionNeeds(parseProjection({ attributes: "userName" }, userType), userType)).toEqual(none);
  });
});
