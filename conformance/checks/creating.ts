import { type Check, check } from "../check.js";
import {
  ENTERPRISE_URN,
  expectError,
  expectSame,
  expectSameState,
  expectStatus,
  expectThat,
  GROUP_URN,
  isUnassigned,
  objectOf,
  objectsOf,
  stringOf,
  stringsOf,
  USER_URN,
} from "../expect.js";
import { patched, quoted, readAgain, withQuery } from "./requests.js";
import { bodyWith, simpleUserAttributes } from "./schema-attributes.js";

/** POST (RFC 7644 section 3.3) and what a resource needs (RFC 7643 sections 3 and 4). */
export const CREATING_CHECKS: readonly Check[] = [
  check("a resource that was made is answered with 201", ["7644-3.3-03"], async (s) => {
    const body = { schemas: [USER_URN], userName: s.unique() };
    const answer = expectStatus(await s.client.post(s.discovered.endpoints.users, body), 201);
    const path = `${s.discovered.endpoints.users}/${stringOf(answer.body["id"])}`;
    s.discardLater(path);
    expectSame((await readAgain(s, path))["userName"], body.userName, "userName, read again");
  }),

  check("the answer to POST is the new resource", ["7644-3.3-04"], async (s) => {
    const { path, body } = await s.createUser({ displayName: "Babs Jensen" });
    expectSame(body["displayName"], "Babs Jensen", "displayName");
    expectSameState(body, await readAgain(s, path), "the answer to POST, compared with GET");
  }),

  check("Location and meta.location are the address of the new resource", ["7644-3.3-05"], async (s) => {
    const body = { schemas: [USER_URN], userName: s.unique() };
    const answer = expectStatus(await s.client.post(s.discovered.endpoints.users, body), 201);
    const location = stringOf(objectOf(answer.body["meta"])["location"]);
    s.discardLater(`${s.discovered.endpoints.users}/${stringOf(answer.body["id"])}`);
    expectThat(location !== "", "meta.location is missing");
    expectSame(answer.headers.get("location"), location, "Location header");
    expectStatus(await s.client.get(location), 200);
  }),

  check(
    "a second user of the same userName is 409 uniqueness",
    ["7644-3.3-06", "7643-4.1.1-02"],
    async (s) => {
      const { body } = await s.createUser();
      const again = { schemas: [USER_URN], userName: body["userName"] };
      expectError(await s.client.post(s.discovered.endpoints.users, again), 409, "uniqueness");
    },
  ),

  check("userName is unique without regard to case", ["7643-4.1.1-03", "7643-7-13"], async (s) => {
    const { body } = await s.createUser();
    const again = { schemas: [USER_URN], userName: stringOf(body["userName"]).toUpperCase() };
    expectError(await s.client.post(s.discovered.endpoints.users, again), 409, "uniqueness");
  }),

  check("other values that are unique on the server are refused twice", ["7643-7-13"], async (s) => {
    const unique = simpleUserAttributes(
      s.discovered,
      (definition) =>
        definition["uniqueness"] === "server" &&
        definition["mutability"] === "readWrite" &&
        definition["name"] !== "userName",
    );
    if (unique.length === 0) s.skip("no other attribute of users is unique on the server");
    for (const attribute of unique) {
      const body = bodyWith(attribute, USER_URN, s.unique());
      await s.createUser(body);
      const again = { schemas: [USER_URN], ...body, userName: s.unique() };
      expectError(await s.client.post(s.discovered.endpoints.users, again), 409, "uniqueness");
    }
  }),

  check("values that are unique everywhere are refused twice", ["7643-7-14"], async (s) => {
    const [attribute] = simpleUserAttributes(
      s.discovered,
      (definition) => definition["uniqueness"] === "global" && definition["mutability"] === "readWrite",
    );
    if (attribute === undefined) return s.skip("no attribute of users has uniqueness global");
    const body = bodyWith(attribute, USER_URN, s.unique());
    await s.createUser(body);
    const again = { schemas: [USER_URN], ...body, userName: s.unique() };
    expectError(await s.client.post(s.discovered.endpoints.users, again), 409, "uniqueness");
  }),

  check("a user without userName is refused", ["7643-4.1.1-01", "7643-4.1.1-03"], async (s) => {
    for (const userName of [undefined, "", null]) {
      const answer = await s.client.post(s.discovered.endpoints.users, { schemas: [USER_URN], userName });
      s.discardLater(`${s.discovered.endpoints.users}/${stringOf(answer.body["id"])}`);
      expectError(answer, 400);
    }
  }),

  check("a group without displayName is refused", ["7643-4.2-01"], async (s) => {
    const answer = await s.client.post(s.discovered.endpoints.groups, { schemas: [GROUP_URN] });
    s.discardLater(`${s.discovered.endpoints.groups}/${stringOf(answer.body["id"])}`);
    expectError(answer, 400);
  }),

  check("what no schema calls required may be left out", ["7643-2.2-01"], async (s) => {
    await s.createUser();
    await s.createGroup();
  }),

  check("attributes of a POST are taken by their mutability", ["7644-3.3-01", "7644-3.3-02"], async (s) => {
    const { body } = await s.createUser({
      nickName: "Babs",
      groups: [{ value: "conformance-no-such-group", display: "None" }],
    });
    expectSame(body["nickName"], "Babs", "nickName, readWrite");
    expectThat(isUnassigned(body["groups"]), "groups, readOnly, was taken from the body");
  }),

  check("id and meta that a client sends are ignored", ["7643-3.1-07", "7643-3.1-11"], async (s) => {
    const { id, body } = await s.createUser({
      id: "conformance-my-own-id",
      meta: {
        resourceType: "Group",
        created: "2001-01-01T00:00:00Z",
        location: "https://elsewhere.example/1",
      },
    });
    expectThat(id !== "conformance-my-own-id", "the id of the client was taken");
    const meta = objectOf(body["meta"]);
    expectThat(meta["resourceType"] !== "Group", "meta.resourceType was taken");
    expectThat(!stringOf(meta["created"]).startsWith("2001"), "meta.created was taken");
    expectThat(meta["location"] !== "https://elsewhere.example/1", "meta.location was taken");
  }),

  check("the server gives id and meta", ["7643-3.1-01", "7643-3.1-02", "7643-3.1-04"], async (s) => {
    const externalId = s.unique();
    for (const { body } of [await s.createUser({ externalId }), await s.createGroup({ externalId })]) {
      expectThat(stringOf(body["id"]) !== "", "id is missing");
      expectSame(body["externalId"], externalId, "externalId");
      const meta = objectOf(body["meta"]);
      for (const name of ["resourceType", "created", "lastModified", "location"]) {
        expectThat(stringOf(meta[name]) !== "", `meta.${name} is missing`);
      }
    }
  }),

  check("meta.resourceType is the type of the endpoint", ["7644-3.3.1-01"], async (s) => {
    expectSame(objectOf((await s.createUser()).body["meta"])["resourceType"], "User", "of a user");
    expectSame(objectOf((await s.createGroup()).body["meta"])["resourceType"], "Group", "of a group");
  }),

  check("ids are unique and do not contain bulkId", ["7643-3.1-05", "7643-3.1-08"], async (s) => {
    const made = [await s.createUser(), await s.createUser(), await s.createGroup(), await s.createGroup()];
    const ids = made.map(({ id }) => id);
    expectSame(new Set(ids).size, ids.length, "number of different ids");
    for (const id of ids) expectThat(!/bulkid/i.test(id), `the id ${id} contains bulkId`);
  }),

  check("an id stays, and is not given again", ["7643-3.1-06"], async (s) => {
    const user = await s.createUser();
    const { userName } = user.body;
    const replaced = await s.client.put(user.path, { schemas: [USER_URN], userName, title: "Tour Guide" });
    expectSame(replaced.body["id"], user.id, "id after PUT");
    expectSame((await readAgain(s, user.path))["id"], user.id, "id, read again");
    expectStatus(await s.client.delete(user.path), 204);
    const successor = await s.createUser({ userName });
    expectThat(successor.id !== user.id, "the id was given to another user");
  }),

  check("no externalId is made up", ["7643-3.1-09"], async (s) => {
    const { body } = await s.createUser();
    expectThat(isUnassigned(body["externalId"]), `externalId is ${JSON.stringify(body["externalId"])}`);
  }),

  check("an extension stands in an object named by its URI", ["7643-3.3-05", "7643-3-02"], async (s) => {
    if (!s.discovered.schemas.some((schema) => schema["id"] === ENTERPRISE_URN)) {
      s.skip("there is no enterprise extension");
    }
    const { path } = await s.createUser({
      schemas: [USER_URN, ENTERPRISE_URN],
      [ENTERPRISE_URN]: { department: "Tour Operations" },
    });
    const body = await readAgain(s, path);
    expectSame(objectOf(body[ENTERPRISE_URN])["department"], "Tour Operations", "department");
    expectThat(body["department"] === undefined, "department stands outside of its extension");
    expectThat(stringsOf(body["schemas"]).includes(ENTERPRISE_URN), "schemas does not name the extension");
  }),

  check("a manager has a $ref", ["7643-4.3-02"], async (s) => {
    if (!s.discovered.schemas.some((schema) => schema["id"] === ENTERPRISE_URN)) {
      s.skip("there is no enterprise extension");
    }
    const manager = await s.createUser();
    const { path } = await s.createUser({
      schemas: [USER_URN, ENTERPRISE_URN],
      [ENTERPRISE_URN]: { manager: { value: manager.id } },
    });
    const shown = objectOf(objectOf((await readAgain(s, path))[ENTERPRISE_URN])["manager"]);
    expectSame(shown["value"], manager.id, "manager.value");
    expectThat(
      stringOf(shown["$ref"]).endsWith(manager.path),
      `manager.$ref is ${JSON.stringify(shown["$ref"])}`,
    );
  }),

  check(
    "the groups of a user lead to the group and are direct",
    ["7643-4.1.2-11", "7643-4.1.2-10"],
    async (s) => {
      const user = await s.createUser();
      const group = await s.createGroup({ members: [{ value: user.id, type: "User" }] });
      const [shown] = objectsOf((await readAgain(s, user.path))["groups"]);
      if (shown === undefined) return s.skip("users do not show their groups");
      expectSame(shown["value"], group.id, "groups.value");
      expectThat(
        stringOf(shown["$ref"]).endsWith(group.path),
        `groups.$ref is ${JSON.stringify(shown["$ref"])}`,
      );
      s.needs("patch");
      await patched(s, group.path, { op: "remove", path: `members[value eq ${quoted(user.id)}]` });
      expectThat(isUnassigned((await readAgain(s, user.path))["groups"]), "the membership is still shown");
    },
  ),

  check("memberships change through the group only", ["7643-4.1.2-12"], async (s) => {
    const user = await s.createUser();
    const group = await s.createGroup();
    const body = { schemas: [USER_URN], userName: user.body["userName"], groups: [{ value: group.id }] };
    expectStatus(await s.client.put(user.path, body), 200);
    expectThat(isUnassigned((await readAgain(s, user.path))["groups"]), "PUT of a user changed its groups");
    expectThat(isUnassigned((await readAgain(s, group.path))["members"]), "PUT of a user changed the group");
  }),

  check("a password can be neither read nor asked for", ["7643-4.1.1-08", "7643-7-12"], async (s) => {
    const { path, body } = await s.createUser({ password: "t1meMa$heen" });
    const read = await s.client.get(withQuery(path, { attributes: "password,userName" }));
    const listed = await s.client.get(
      withQuery(s.discovered.endpoints.users, {
        filter: `userName eq ${quoted(stringOf(body["userName"]))}`,
      }),
    );
    for (const text of [JSON.stringify(body), read.text, listed.text]) {
      expectThat(!text.includes('"password"'), "password is in an answer");
      expectThat(!text.includes("t1meMa$heen"), "the password itself is in an answer");
    }
  }),
];
