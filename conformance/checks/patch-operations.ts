import { type Check, check } from "../check.js";
import {
  expectError,
  expectSame,
  expectStatus,
  expectThat,
  isUnassigned,
  objectOf,
  objectsOf,
} from "../expect.js";
import { patched, patchOf, readAgain, valuesAt } from "./requests.js";

/** add, remove and replace (RFC 7644 sections 3.5.2.1 to 3.5.2.3). */
export const PATCH_OPERATION_CHECKS: readonly Check[] = [
  check("add needs a value", ["7644-3.5.2.1-01"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser();
    for (const operation of [{ op: "add", path: "title" }, { op: "add" }]) {
      expectError(await s.client.patch(path, patchOf(operation)), 400);
    }
  }),

  check("add to a complex attribute adds sub-attributes", ["7644-3.5.2.1-02"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser({ name: { givenName: "Barbara" } });
    const user = await patched(s, path, { op: "add", path: "name", value: { familyName: "Jensen" } });
    expectSame(objectOf(user["name"]), { givenName: "Barbara", familyName: "Jensen" }, "name");
  }),

  check(
    "add of what is there already succeeds and changes nothing",
    ["7644-3.5.2.1-03", "7644-3.5.2.1-04", "7644-3.5.2.1-05"],
    async (s) => {
      s.needs("patch");
      const email = { value: `${s.unique()}@example.com`, type: "work" };
      const { path } = await s.createUser({ title: "Tour Guide", emails: [email] });
      const before = await readAgain(s, path);
      const again = [
        { op: "add", path: "title", value: "Tour Guide" },
        { op: "add", path: "emails", value: [email] },
        { op: "add", value: { title: "Tour Guide" } },
      ];
      for (const operation of again) {
        expectStatus(await s.client.patch(path, patchOf(operation)), 200, 204);
        expectSame(await readAgain(s, path), before, `the resource after ${JSON.stringify(operation)}`);
      }
    },
  ),

  check("remove leaves a single value unassigned", ["7644-3.5.2.2-01"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser({ title: "Tour Guide" });
    const user = await patched(s, path, { op: "remove", path: "title" });
    expectThat(isUnassigned(user["title"]), "title is still there");
  }),

  check("remove without filter leaves all values unassigned", ["7644-3.5.2.2-02"], async (s) => {
    s.needs("patch");
    const name = s.unique();
    const { path } = await s.createUser({
      emails: [
        { value: `${name}@a.example`, type: "work" },
        { value: `${name}@b.example`, type: "home" },
      ],
    });
    const user = await patched(s, path, { op: "remove", path: "emails" });
    expectThat(isUnassigned(user["emails"]), "emails is still there");
  }),

  check("remove by filter takes the values that match", ["7644-3.5.2.2-03"], async (s) => {
    s.needs("patch");
    const name = s.unique();
    const { path } = await s.createUser({
      emails: [
        { value: `${name}@a.example`, type: "work" },
        { value: `${name}@b.example`, type: "home" },
      ],
    });
    const one = await patched(s, path, { op: "remove", path: 'emails[type eq "work"]' });
    expectSame(valuesAt(one, "emails", "type"), ["home"], "types left");
    const none = await patched(s, path, { op: "remove", path: 'emails[type eq "home"]' });
    expectThat(isUnassigned(none["emails"]), "emails is still there");
  }),

  check("remove of a sub-attribute leaves it unassigned", ["7644-3.5.2.2-04"], async (s) => {
    s.needs("patch");
    const name = s.unique();
    const { path } = await s.createUser({
      name: { givenName: "Barbara", familyName: "Jensen" },
      emails: [{ value: `${name}@a.example`, type: "work", display: "At work" }],
    });
    const operations = [
      { op: "remove", path: "name.givenName" },
      { op: "remove", path: 'emails[type eq "work"].display' },
    ];
    const user = await patched(s, path, ...operations);
    expectSame(user["name"], { familyName: "Jensen" }, "name");
    const [email] = objectsOf(user["emails"]);
    expectThat(email !== undefined && isUnassigned(email["display"]), "emails.display is still there");
  }),

  check("an attribute without records is unassigned", ["7644-3.5.2.2-05"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser({ roles: [{ value: "guide" }] });
    await patched(s, path, { op: "remove", path: 'roles[value eq "guide"].value' });
    const user = await readAgain(s, path);
    expectThat(isUnassigned(user["roles"]), `roles is ${JSON.stringify(user["roles"])}`);
  }),

  check("remove of what is required or readOnly is refused", ["7644-3.5.2.2-06"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser();
    for (const target of ["userName", "id"]) {
      const answer = await s.client.patch(path, patchOf({ op: "remove", path: target }));
      expectError(answer, 400, "mutability");
    }
  }),

  check("replace without path takes a set of attributes", ["7644-3.5.2.3-01"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser({ title: "Tour Guide", nickName: "Babs" });
    const user = await patched(s, path, { op: "replace", value: { title: "Chief", nickName: "Barb" } });
    expectSame([user["title"], user["nickName"]], ["Chief", "Barb"], "title and nickName");
  }),

  check("replace of what is not there is an add", ["7644-3.5.2.3-02"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser();
    const user = await patched(s, path, { op: "replace", path: "title", value: "Tour Guide" });
    expectSame(user["title"], "Tour Guide", "title");
  }),

  check("replace of a complex attribute replaces what is given", ["7644-3.5.2.3-03"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser({ name: { givenName: "Barbara" } });
    const value = { givenName: "Babs", familyName: "Jensen" };
    const user = await patched(s, path, { op: "replace", path: "name", value });
    expectSame(objectOf(user["name"]), value, "name");
  }),

  check("replace by filter replaces every value that matches", ["7644-3.5.2.3-04"], async (s) => {
    s.needs("patch");
    const name = s.unique();
    const { path } = await s.createUser({
      emails: [
        { value: `${name}@a.example`, type: "work" },
        { value: `${name}@b.example`, type: "work" },
        { value: `${name}@c.example`, type: "home" },
      ],
    });
    const operation = { op: "replace", path: 'emails[type eq "work"].display', value: "At work" };
    const user = await patched(s, path, operation);
    expectSame(valuesAt(user, "emails", "display"), ["At work", "At work"], "display of the work addresses");
  }),

  check("replace by a filter that matches nothing is noTarget", ["7644-3.5.2.3-05"], async (s) => {
    s.needs("patch");
    const { path } = await s.createUser();
    const operation = { op: "replace", path: 'emails[type eq "work"].value', value: "x@example.com" };
    expectError(await s.client.patch(path, patchOf(operation)), 400, "noTarget");
  }),
];
