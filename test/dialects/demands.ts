import { expect } from "vitest";
import type { Profile } from "../../src/scim/dialect/quirks.js";
import type { ScimType } from "../../src/scim/errors.js";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import { ENTERPRISE_USER_URN, GROUP_URN, USER_URN } from "../../src/scim/schema/urns.js";

/**
 * What clients need of a server, by the numbers of the list that the profiles were made from. Texts may name what
 * is there before: `{user}`, `{outsider}`, `{group}`, in which `{member}` is where it is named, and `{n}`, a number in
 * all of their names.
 */
export interface Demand {
  number: number;
  title: string;
  /** Whose clients need it, besides `auto`. */
  profiles: readonly Exclude<Profile, "auto" | "rfc">[];
  send: { method?: string; path: string; headers?: Record<string, string>; body?: unknown };
  status: number;
  answer?: object;
  headers?: Record<string, unknown>;
  /** What can be read afterwards. */
  after?: { path: string; answer: object };
  check?: (json: JsonObject) => void;
  /** The refusal of the profile `rfc`, where the RFC does not have this. */
  rfc?: ScimType;
}

const EVERYONE = ["interop", "entra", "okta", "idaas"] as const;
const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const USERS = "/scim/v2/Users";
const GROUPS = "/scim/v2/Groups";
const USER = `${USERS}/{user}`;
const GROUP = `${GROUPS}/{group}`;

const patch = (path: string, ...operations: object[]) => ({
  method: "PATCH",
  path,
  body: { schemas: [PATCH_OP], Operations: operations },
});
const filter = (path: string, text: string) => ({ path: `${path}?filter=${encodeURIComponent(text)}` });
const ids = ({ members }: JsonObject) => (Array.isArray(members) ? members : []);
const noMembers = (resource: JsonObject) => expect(ids(resource)).toEqual([]);

export const demands: readonly Demand[] = [
  {
    number: 1,
    title: "a filter without a hit",
    profiles: EVERYONE,
    send: filter(USERS, 'userName eq "nobody"'),
    status: 200,
    answer: { totalResults: 0, Resources: [] },
  },
  {
    number: 2,
    title: "an unknown id",
    profiles: EVERYONE,
    send: { path: `${USERS}/00000000-0000-4000-8000-000000000000` },
    status: 404,
    answer: { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: "404" },
  },
  {
    number: 3,
    title: "a userName that is taken",
    profiles: EVERYONE,
    send: { method: "POST", path: USERS, body: { schemas: [USER_URN], userName: "wang.fang{n}" } },
    status: 409,
    answer: { scimType: "uniqueness" },
  },
  {
    number: 4,
    title: "names, operators and userName in any case",
    profiles: EVERYONE,
    send: { path: `${USERS}?filter=USERNAME%20Eq%20%22WANG.fang{n}%22` },
    status: 200,
    answer: { totalResults: 1, Resources: [{ id: "{user}" }] },
  },
  {
    number: 5,
    title: "a capitalised op",
    profiles: ["entra"],
    send: patch(USER, { op: "Replace", path: "title", value: "T" }),
    status: 200,
    answer: { title: "T" },
  },
  {
    number: 6,
    title: "a boolean as text, in a PATCH",
    profiles: ["entra", "interop"],
    send: patch(USER, { op: "replace", path: "active", value: "False" }),
    status: 200,
    answer: { active: false },
    rfc: "invalidValue",
  },
  {
    number: 6,
    title: "a boolean as text, in a POST",
    profiles: ["entra", "interop"],
    send: { method: "POST", path: USERS, body: { schemas: [USER_URN], userName: "b{n}", active: "true" } },
    status: 201,
    answer: { active: true },
    rfc: "invalidValue",
  },
  {
    number: 7,
    title: "no path: plain attributes, nested objects, whole extensions",
    profiles: EVERYONE,
    send: patch(USER, {
      op: "replace",
      value: { title: "T", name: { givenName: "F" }, [ENTERPRISE_USER_URN]: { department: "Dep" } },
    }),
    status: 200,
    answer: {
      title: "T",
      name: { givenName: "F" },
      [ENTERPRISE_USER_URN]: { department: "Dep", division: "D" },
    },
  },
  {
    number: 7,
    title: "no path: dotted and qualified keys",
    profiles: ["entra", "interop"],
    send: patch(USER, {
      op: "replace",
      value: { "name.givenName": "F", [`${ENTERPRISE_USER_URN}:department`]: "Dep" },
    }),
    status: 200,
    answer: { name: { givenName: "F" }, [ENTERPRISE_USER_URN]: { department: "Dep", division: "D" } },
    rfc: "invalidSyntax",
  },
  {
    number: 8,
    title: "no path: id, schemas and meta repeated",
    profiles: ["okta", "interop"],
    send: patch(GROUP, {
      op: "replace",
      value: { id: "{group}", schemas: [GROUP_URN], meta: { version: "1" }, displayName: "R{n}" },
    }),
    status: 204,
    after: { path: GROUP, answer: { displayName: "R{n}" } },
    rfc: "mutability",
  },
  {
    number: 9,
    title: "add to a value path that matches nothing",
    profiles: EVERYONE,
    send: patch(USER, { op: "add", path: 'emails[type eq "work"].value', value: "w{n}@x.example" }),
    status: 200,
    answer: { emails: [{ type: "home" }, { type: "work", value: "w{n}@x.example" }] },
    rfc: "noTarget",
  },
  {
    number: 9,
    title: "replace of a value path that matches nothing",
    profiles: ["entra"],
    send: patch(USER, { op: "replace", path: 'phoneNumbers[type eq "mobile"].value', value: "1" }),
    status: 200,
    answer: { phoneNumbers: [{ type: "mobile", value: "1" }] },
    rfc: "noTarget",
  },
  {
    number: 10,
    title: "a manager as plain text",
    profiles: ["entra"],
    send: patch(USER, { op: "Add", path: `${ENTERPRISE_USER_URN}:manager`, value: "{outsider}" }),
    status: 200,
    answer: { [ENTERPRISE_USER_URN]: { manager: { value: "{outsider}" } } },
    rfc: "invalidValue",
  },
  {
    number: 11,
    title: "a member removed by a filter",
    profiles: ["okta", "entra", "interop"],
    send: patch(GROUP, { op: "remove", path: 'members[value eq "{member}"]' }),
    status: 204,
    after: { path: GROUP, answer: {} },
    check: noMembers,
  },
  {
    number: 11,
    title: "members removed by a list",
    profiles: ["entra", "interop"],
    send: patch(GROUP, { op: "Remove", path: "members", value: [{ $ref: null, value: "{outsider}" }] }),
    status: 204,
    after: { path: GROUP, answer: { members: [{ value: "{member}" }] } },
    rfc: "invalidValue",
  },
  {
    number: 11,
    title: "all members removed",
    profiles: ["entra", "interop"],
    send: patch(GROUP, { op: "remove", path: "members" }),
    status: 204,
    after: { path: GROUP, answer: {} },
    check: noMembers,
  },
  {
    number: 12,
    title: "a non-member removed and a member added again",
    profiles: EVERYONE,
    send: patch(
      GROUP,
      { op: "remove", path: 'members[value eq "{outsider}"]' },
      { op: "add", path: "members", value: [{ value: "{member}" }, { value: "{member}" }] },
    ),
    status: 204,
    after: { path: GROUP, answer: { members: [{ value: "{member}" }], meta: { version: 'W/"1"' } } },
    check: (group) => expect(ids(group)).toHaveLength(1),
  },
  {
    number: 13,
    title: "members with $ref, display and type",
    profiles: EVERYONE,
    send: patch(GROUP, {
      op: "add",
      path: "members",
      value: [
        { value: "{outsider}", $ref: null, display: "O" },
        { value: "{user}", $ref: "Users/{user}", type: "User" },
      ],
    }),
    status: 204,
    after: { path: GROUP, answer: {} },
    check: (group) => expect(ids(group)).toHaveLength(2),
  },
  {
    number: 14,
    title: "a PUT of a group answers with it",
    profiles: EVERYONE,
    send: { method: "PUT", path: GROUP, body: { schemas: [GROUP_URN], displayName: "P{n}" } },
    status: 200,
    answer: { id: "{group}", displayName: "P{n}" },
  },
  {
    number: 15,
    title: "a POST answers with what the client reads",
    profiles: EVERYONE,
    send: {
      method: "POST",
      path: USERS,
      body: { schemas: [USER_URN], userName: "c{n}", displayName: "C", active: true },
    },
    status: 201,
    answer: { id: expect.any(String), userName: "c{n}", displayName: "C", active: true },
  },
  {
    number: 16,
    title: "a group without its members, and parameters nobody knows",
    profiles: EVERYONE,
    send: { path: `${GROUP}?excludedAttributes=members&aadOptscim062020&colour=red` },
    status: 200,
    check: (group) => expect(group).not.toHaveProperty("members"),
  },
  {
    number: 17,
    title: "a group without members shows an empty list",
    profiles: EVERYONE,
    send: { path: GROUP },
    status: 200,
    answer: { members: [] },
  },
  {
    number: 18,
    title: "paging with numbers, and a startIndex below 1",
    profiles: EVERYONE,
    send: { path: `${USERS}?startIndex=0&count=2` },
    status: 200,
    answer: { startIndex: 1, itemsPerPage: 2, totalResults: expect.any(Number) },
  },
  {
    number: 19,
    title: "a plus sign as a space in the query",
    profiles: EVERYONE,
    send: { path: `${GROUPS}?filter=displayName+eq+%22nothing+here%22` },
    status: 200,
    answer: { totalResults: 0 },
  },
  {
    number: 20,
    title: "emails without a sub-attribute in a filter",
    profiles: EVERYONE,
    send: { path: `${USERS}?filter=emails%20eq%20%22home{n}%40x.example%22` },
    status: 200,
    answer: { totalResults: 1, Resources: [{ id: "{user}" }] },
  },
  {
    number: 21,
    title: "application/json both ways",
    profiles: EVERYONE,
    send: {
      ...patch(USER, { op: "replace", path: "title", value: "T" }),
      headers: { "content-type": "application/json; charset=utf-8", accept: "application/json" },
    },
    status: 200,
    headers: { "content-type": expect.stringMatching(/^application\/json/) },
  },
  {
    number: 22,
    title: "read-only members, empty lists and empty texts",
    profiles: EVERYONE,
    send: {
      method: "PUT",
      path: USER,
      body: {
        schemas: [USER_URN, ENTERPRISE_USER_URN],
        id: "{user}",
        userName: "Wang.Fang{n}",
        groups: [],
        meta: { resourceType: "User" },
        roles: [],
        title: "",
        [ENTERPRISE_USER_URN]: { manager: { value: "" } },
      },
    },
    status: 200,
    answer: { userName: "Wang.Fang{n}" },
    check: (user) => expect(user).not.toHaveProperty("title"),
  },
  {
    number: 23,
    title: "a URN in schemas that nobody knows",
    profiles: ["entra", "interop"],
    send: {
      method: "POST",
      path: GROUPS,
      body: {
        schemas: [GROUP_URN, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        displayName: "E{n}",
        meta: { resourceType: "Group" },
      },
    },
    status: 201,
    answer: { displayName: "E{n}" },
    rfc: "invalidSyntax",
  },
  {
    number: 24,
    title: "a password is taken and never returned",
    profiles: EVERYONE,
    send: {
      method: "POST",
      path: `${USERS}?attributes=userName,password`,
      body: { schemas: [USER_URN], userName: "p{n}", password: "t1meMa$heen" },
    },
    status: 201,
    check: (user) => expect(user).not.toHaveProperty("password"),
  },
  {
    number: 25,
    title: "somebody inactive can still be read",
    profiles: EVERYONE,
    send: patch(USER, { op: "replace", value: { active: false } }),
    status: 200,
    after: { path: `${USERS}?filter=userName%20eq%20%22wang.fang{n}%22`, answer: { totalResults: 1 } },
  },
  {
    number: 26,
    title: "a ServiceProviderConfig with every number",
    profiles: EVERYONE,
    send: { path: "/scim/v2/ServiceProviderConfig" },
    status: 200,
    answer: {
      patch: { supported: true },
      bulk: { maxOperations: expect.any(Number), maxPayloadSize: expect.any(Number) },
      filter: { supported: true, maxResults: expect.any(Number) },
      changePassword: { supported: expect.any(Boolean) },
      sort: { supported: true },
      etag: { supported: true },
      authenticationSchemes: expect.any(Array),
    },
  },
  {
    number: 27,
    title: "schemas as a list, without a null",
    profiles: EVERYONE,
    send: { path: "/scim/v2/Schemas" },
    status: 200,
    answer: { schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"] },
    check: (list) => expect(JSON.stringify(list)).not.toContain("null"),
  },
  {
    number: 28,
    title: "a token for the secret in the form body",
    profiles: EVERYONE,
    send: {
      method: "POST",
      path: "/oauth/token",
      body: "grant_type=client_credentials&client_id={clientId}&client_secret={secret}",
    },
    status: 200,
    answer: { access_token: expect.any(String), token_type: expect.stringMatching(/^bearer$/i) },
  },
  {
    number: 29,
    title: "ids of nineteen digits stay as they are",
    profiles: EVERYONE,
    send: {
      method: "POST",
      path: USERS,
      body: { schemas: [USER_URN], userName: "i{n}", externalId: "6498786832594607257" },
    },
    status: 201,
    answer: { externalId: "6498786832594607257" },
  },
  {
    number: 30,
    title: "operations run in order",
    profiles: EVERYONE,
    send: patch(
      USER,
      { op: "add", path: "title", value: "a" },
      { op: "remove", path: "title" },
      { op: "add", path: "title", value: "b" },
    ),
    status: 200,
    answer: { title: "b" },
  },
  {
    number: 30,
    title: "all operations or none",
    profiles: EVERYONE,
    send: patch(
      USER,
      { op: "replace", path: "title", value: "a" },
      { op: "replace", path: "userName", value: null },
    ),
    status: 400,
    answer: { scimType: "mutability" },
    after: { path: USER, answer: {} },
    check: (user) => expect(user).not.toHaveProperty("title"),
  },
];
