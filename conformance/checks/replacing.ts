import { type Check, check } from "../check.js";
import {
  expectError,
  expectSame,
  expectStatus,
  expectThat,
  GROUP_URN,
  isUnassigned,
  objectOf,
  objectsOf,
  stringOf,
  USER_URN,
} from "../expect.js";
import type { JsonObject } from "../scim-client.js";
import { readAgain } from "./requests.js";
import { bodyWith, simpleUserAttributes } from "./schema-attributes.js";

/** PUT and DELETE (RFC 7644 sections 3.5.1 and 3.6). */
export const REPLACING_CHECKS: readonly Check[] = [
  check("PUT replaces what is sent", ["7644-3.5-01", "7644-3.5.1-02"], async (s) => {
    const { path, body } = await s.createUser({ title: "Tour Guide", nickName: "Babs" });
    const { userName } = body;
    const sent = { schemas: [USER_URN], userName, title: "Vice President", password: "an0therPass!word" };
    expectStatus(await s.client.put(path, sent), 200);
    expectSame((await readAgain(s, path))["title"], "Vice President", "title");
  }),

  check("PUT removes what is left out", ["7644-3.5.1-03"], async (s) => {
    const { path, body } = await s.createUser({ title: "Tour Guide", name: { familyName: "Jensen" } });
    expectStatus(await s.client.put(path, { schemas: [USER_URN], userName: body["userName"] }), 200);
    const shown = await readAgain(s, path);
    expectThat(isUnassigned(shown["title"]), "title is still there");
    expectThat(isUnassigned(shown["name"]), "name is still there");
  }),

  check("PUT makes no new resource", ["7644-3.2-03", "7644-3.5.1-01"], async (s) => {
    const { path } = await s.createUser();
    expectStatus(await s.client.delete(path), 204);
    expectError(await s.client.put(path, { schemas: [USER_URN], userName: s.unique() }), 404);
    expectError(await s.client.get(path), 404);
  }),

  check("PUT ignores readOnly attributes", ["7644-3.5.1-07", "7643-7-10"], async (s) => {
    const { id, path, body } = await s.createUser();
    const sent = {
      ...body,
      id: "conformance-my-own-id",
      meta: { ...objectOf(body["meta"]), created: "2001-01-01T00:00:00Z" },
      groups: [{ value: "conformance-no-such-group" }],
    };
    expectStatus(await s.client.put(path, sent), 200);
    const shown = await readAgain(s, path);
    expectSame(shown["id"], id, "id");
    expectSame(objectOf(shown["meta"])["created"], objectOf(body["meta"])["created"], "meta.created");
    expectThat(isUnassigned(shown["groups"]), "groups was taken");
  }),

  check("an immutable value has to stay", ["7644-3.5.1-04", "7644-3.5.1-05", "7643-7-11"], async (s) => {
    const [attribute] = simpleUserAttributes(
      s.discovered,
      (definition) => definition["mutability"] === "immutable",
    );
    if (attribute === undefined) return s.skip("no single-valued attribute of users is immutable");
    const userName = s.unique();
    const value = s.unique();
    const { path } = await s.createUser({ userName, ...bodyWith(attribute, USER_URN, value) });
    const put = (sent: string) =>
      s.client.put(path, { schemas: [USER_URN], userName, ...bodyWith(attribute, USER_URN, sent) });
    expectStatus(await put(value), 200);
    expectError(await put(s.unique()), 400, "mutability");
  }),

  check("an immutable attribute without a value takes one", ["7644-3.5.1-06"], async (s) => {
    const { path, body } = await s.createGroup();
    const user = await s.createUser();
    const { displayName } = body;
    const members: JsonObject[] = [{ value: user.id, type: "User" }];
    expectStatus(await s.client.put(path, { schemas: [GROUP_URN], displayName, members }), 200);
    const [member] = objectsOf((await readAgain(s, path))["members"]);
    expectSame(member?.["value"], user.id, "members.value");
  }),

  check("DELETE is answered with 204", ["7644-3.6-05"], async (s) => {
    const { path } = await s.createUser();
    const answer = expectStatus(await s.client.delete(path), 204);
    expectSame(answer.text, "", "body");
  }),

  check("what was deleted is 404 for every operation", ["7644-3.6-01"], async (s) => {
    const { path, body } = await s.createUser();
    expectStatus(await s.client.delete(path), 204);
    expectError(await s.client.get(path), 404);
    expectError(await s.client.put(path, { schemas: [USER_URN], userName: body["userName"] }), 404);
    expectError(await s.client.delete(path), 404);
    const patch = {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "replace", path: "title", value: "x" }],
    };
    expectError(await s.client.patch(path, patch), [404, 501]);
  }),

  check("what was deleted is in no list", ["7644-3.6-02"], async (s) => {
    const { id, path } = await s.createUser();
    expectStatus(await s.client.delete(path), 204);
    const filter = encodeURIComponent(`id eq "${id}"`);
    const answer = await s.client.get(`${s.discovered.endpoints.users}?filter=${filter}`);
    expectSame(answer.body["totalResults"], 0, "totalResults");
  }),

  check("what was deleted is in nobody's way", ["7644-3.6-03", "7644-3.6-04"], async (s) => {
    const { path, body } = await s.createUser();
    expectStatus(await s.client.delete(path), 204);
    const { userName } = body;
    const answer = await s.client.post(s.discovered.endpoints.users, { schemas: [USER_URN], userName });
    s.discardLater(`${s.discovered.endpoints.users}/${stringOf(answer.body["id"])}`);
    expectStatus(answer, 201);
  }),
];
