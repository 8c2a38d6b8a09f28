import { type Check, check } from "../check.js";
import {
  ENTERPRISE_URN,
  expectError,
  expectSame,
  expectSameState,
  expectStatus,
  expectThat,
  isUnassigned,
  objectOf,
  objectsOf,
  stringOf,
  USER_URN,
} from "../expect.js";
import { patched, patchOf, readAgain, withQuery } from "./requests.js";
import { bodyWith, simpleUserAttributes } from "./schema-attributes.js";

const TITLE = { op: "replace", path: "title", value: "Vice President" };

/** What holds for every PATCH (RFC 7644 section 3.5.2). */
export const PATCHING_CHECKS: readonly Check[] = [
  check("PATCH is supported", ["7644-3.5-02"], async (s) => {
    const { path } = await s.createUser({ title: "Tour Guide" });
    expectStatus(await s.client.patch(path, patchOf(TITLE)), 200, 204);
    expectSame((await readAgain(s, path))["title"], "Vice President", "title");
  }),

  check("a PATCH body names the PatchOp schema", ["7644-3.5.2-01"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser();
    expectError(await s.client.patch(path, { schemas: [USER_URN], Operations: [TITLE] }), 400);
  }),

  check("a PATCH has operations", ["7644-3.5.2-02"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser();
    for (const Operations of [[], undefined, "replace"]) {
      expectError(await s.client.patch(path, { ...patchOf(), Operations }), 400);
    }
  }),

  check("an operation is add, remove or replace", ["7644-3.5.2-03"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser();
    for (const op of ["move", "", undefined]) {
      expectError(await s.client.patch(path, patchOf({ ...TITLE, op })), 400);
    }
  }),

  check("remove needs a path", ["7644-3.5.2-04"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser();
    expectError(await s.client.patch(path, patchOf({ op: "remove" })), 400, "noTarget");
  }),

  check("operations respect mutability", ["7644-3.5.2-05", "7644-3.5.2-07", "7643-7-10"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser();
    for (const attribute of ["id", "meta.created", "groups"]) {
      const value =
        attribute === "groups" ? [{ value: "conformance-no-such-group" }] : "2001-01-01T00:00:00Z";
      const answer = await s.client.patch(path, patchOf({ op: "replace", path: attribute, value }));
      expectError(answer, 400, "mutability");
    }
  }),

  check("operations respect immutable values", ["7644-3.5.2-05", "7644-3.5.2-07", "7643-7-11"], async (s) => {
    s.needs("patch");
    const [attribute] = simpleUserAttributes(
      s.discovered,
      (definition) => definition["mutability"] === "immutable",
    );
    if (attribute === undefined) return s.skip("no single-valued attribute of users is immutable");
    const { path } = await s.createUser(bodyWith(attribute, USER_URN, s.unique()));
    const target = attribute.schema === USER_URN ? attribute.path : `${attribute.schema}:${attribute.path}`;
    const operation = { op: "replace", path: target, value: s.unique() };
    expectError(await s.client.patch(path, patchOf(operation)), 400, "mutability");
  }),

  check("operations respect the schema", ["7644-3.5.2-05", "7644-3.5.2-07"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser();
    const wrong = [
      { op: "replace", path: "title", value: { wrong: true } },
      { op: "add", path: "emails", value: 17 },
      { op: "replace", path: "noSuchAttribute", value: "x" },
      { op: "replace", path: "title[", value: "x" },
    ];
    for (const operation of wrong) expectError(await s.client.patch(path, patchOf(operation)), 400);
  }),

  check("a path without URN is one of the resource's schemas", ["7644-3.5.2-08"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser();
    const short = await patched(s, path, TITLE);
    expectSame(short["title"], "Vice President", "title");
    const long = await patched(s, path, { op: "replace", path: `${USER_URN}:title`, value: "Tour Guide" });
    expectSame(long["title"], "Tour Guide", "title, by its URN");
  }),

  check("what one operation added is there for the next", ["7644-3.5.2-09", "7643-3.3-05"], async (s) => {
    s.needs("patch");
    if (!s.discovered.schemas.some((schema) => schema["id"] === ENTERPRISE_URN)) {
      s.skip("there is no enterprise extension");
    }
    const { path } = await s.createUser();
    const target = `${ENTERPRISE_URN}:department`;
    await patched(
      s,
      path,
      { op: "add", path: target, value: "Tours" },
      { op: "replace", path: target, value: "Tour Operations" },
    );
    const shown = await readAgain(s, path);
    expectSame(objectOf(shown[ENTERPRISE_URN])["department"], "Tour Operations", "department");
    expectThat(JSON.stringify(shown["schemas"]).includes(ENTERPRISE_URN), "schemas lacks the extension");
  }),

  check("a value that becomes primary is the only one", ["7644-3.5.2-10"], async (s) => {
    s.needs("patch");
    const name = s.unique();
    const { path } = await s.createUser({
      emails: [
        { value: `${name}@work.example`, type: "work", primary: true },
        { value: `${name}@home.example`, type: "home" },
      ],
    });
    const primaries = (user: Awaited<ReturnType<typeof readAgain>>) =>
      objectsOf(user["emails"]).filter((email) => email["primary"] === true);
    await patched(s, path, { op: "replace", path: 'emails[type eq "home"].primary', value: true });
    const moved = primaries(await readAgain(s, path));
    expectSame(
      moved.map((email) => email["type"]),
      ["home"],
      "primary values",
    );
    const other = { value: `${name}@other.example`, type: "other", primary: true };
    await patched(s, path, { op: "add", path: "emails", value: [other] });
    const added = primaries(await readAgain(s, path));
    expectSame(
      added.map((email) => email["type"]),
      ["other"],
      "primary values after add",
    );
  }),

  check(
    "a PATCH is done as a whole or not at all",
    ["7644-3.5.2-11", "7644-3.5.2-12", "7644-3.5.2-13", "7644-3.5.2-14"],
    async (s) => {
      s.needs("patch");
      const { path } = await s.createUser({ title: "Tour Guide" });
      const before = await readAgain(s, path);
      const wrong = { op: "replace", path: 'emails[type eq "none such"].value', value: "x@example.com" };
      expectError(await s.client.patch(path, patchOf(TITLE, wrong)), 400);
      expectSame(await readAgain(s, path), before, "the resource");
    },
  ),

  check("success is 200 with the whole resource, or 204", ["7644-3.5.2-15"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser({ nickName: "Babs" });
    const answer = expectStatus(await s.client.patch(path, patchOf(TITLE)), 200, 204);
    if (answer.status === 204) expectSame(answer.text, "", "body");
    else expectSameState(answer.body, await readAgain(s, path), "the answer to PATCH, compared with GET");
  }),

  check("with attributes PATCH answers 200", ["7644-3.5.2-16"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser({ nickName: "Babs" });
    const { body } = expectStatus(
      await s.client.patch(withQuery(path, { attributes: "title" }), patchOf(TITLE)),
      200,
    );
    expectSame(body["title"], "Vice President", "title");
    expectThat(stringOf(body["id"]) !== "" && isUnassigned(body["nickName"]), "more or less than asked for");
  }),
];
