import { describe, expect, it } from "vitest";
import {
  DICTIONARY_USER_URN as DICTIONARY,
  ENTERPRISE_USER_URN as ENTERPRISE,
} from "../../src/scim/schema/urns.js";
import {
  context,
  everything,
  nothing,
  patchBody,
  putBody,
  refusal,
  shareDirectory,
} from "./open-directory.js";

const test = shareDirectory();

const replaceOp = (path: string, value: string) => ({ op: "replace", path, value });
const nobody = "00000000-0000-4000-8000-000000000000";

describe("creating a user", () => {
  it("stores what was sent, at version 1, and orders a delivery", async () => {
    let id = "";
    const ordered = await test.ordered(async () => {
      const user = await test.user({
        displayName: "王伟",
        active: true,
        emails: [{ value: "w@example.com" }],
      });
      id = user.id;
      expect(user).toMatchObject({ type: "User", version: 1, createdAt: test.clock.now() });
    });
    const read = await test.directory.read(context, "User", id, everything);
    expect(read.attributes).toMatchObject({ displayName: "王伟", active: true, groups: [] });
    expect(read.attributes["emails"]).toEqual([{ value: "w@example.com" }]);
    expect(ordered).toEqual([id]);
  });

  it("refuses a userName that differs only in case, and orders nothing", async () => {
    await test.user({ userName: "Zhang.San" });
    const ordered = await test.ordered(async () => {
      const error = await refusal(test.user({ userName: "zhang.san" }));
      expect(error).toMatchObject({ status: 409, scimType: "uniqueness" });
      expect(error.detail).toContain('"userName"');
    });
    expect(ordered).toEqual([]);
  });

  it("lets one of two simultaneous claimants of a userName win", async () => {
    const outcomes = await Promise.allSettled(
      ["Race", "race", "RACE"].map((userName) => test.user({ userName })),
    );
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ status: 409 });
    }
  });

  it("frees the userName and the unique values of a removed user", async () => {
    const attributes = { userName: "phoenix", [DICTIONARY]: { ddAccountId: "phoenix-1" } };
    const user = await test.user(attributes);
    await test.directory.remove(context, "User", user.id);
    expect((await test.user(attributes)).id).not.toBe(user.id);
  });

  it("hashes a password and shows it nowhere", async () => {
    const user = await test.user({ password: "correct horse" });
    expect(JSON.stringify(await test.directory.read(context, "User", user.id, everything))).not.toContain(
      "horse",
    );
    const [row] = await test.database.query<{ doc: object; password_hash: string }>(
      "select doc, password_hash from resource where id = $1",
      [user.id],
    );
    expect(row?.password_hash).toMatch(/^scrypt\$32768\$8\$1\$/);
    expect(JSON.stringify(row)).not.toContain("horse");
  });

  it("takes keys that would pollute a prototype for a mistake", async () => {
    const body = JSON.parse('{"__proto__": {"polluted": true}}');
    expect((await refusal(test.user(body))).status).toBe(400);
    expect(Object(Object.prototype).polluted).toBeUndefined();
  });
});

describe("changing a user", () => {
  it("raises the version, moves lastModified and keeps created", async () => {
    const user = await test.user();
    await test.clock.advance(1_000);
    const changed = await test.patch(user, replaceOp("title", "Chief"));
    expect(changed).toMatchObject({ version: 2, changed: true, createdAt: user.createdAt });
    expect(changed.modifiedAt.getTime()).toBe(user.modifiedAt.getTime() + 1_000);
    expect(await test.directory.read(context, "User", user.id, nothing)).toMatchObject({
      version: 2,
      attributes: { title: "Chief" },
    });
  });

  it.each(["PATCH", "PUT"])("is no change when a %s says what is there already", async (verb) => {
    const user = await test.user({
      active: true,
      name: { familyName: "李", givenName: "娜" },
      password: "same",
    });
    await test.clock.advance(1_000);
    const ordered = await test.ordered(async () => {
      const answer =
        verb === "PUT"
          ? await test.directory.replace(context, "User", user.id, putBody(user, { password: "same" }))
          : await test.patch(user, {
              op: "Replace",
              value: { active: "True", "name.givenName": "娜", password: "same" },
            });
      expect(answer).toMatchObject({ version: 1, changed: false, modifiedAt: user.modifiedAt });
    });
    expect(ordered).toEqual([]);
  });

  it("replaces the password, and only then is that a change", async () => {
    const user = await test.user({ password: "old" });
    const changed = await test.patch(user, replaceOp("password", "new"));
    expect(changed).toMatchObject({ version: 2, changed: true });
    expect(JSON.stringify(changed)).not.toContain("new");
  });

  it("names userName when a change takes another user's", async () => {
    const [taken, user] = [await test.user({ userName: "taken" }), await test.user()];
    for (const work of [
      () => test.patch(user, replaceOp("userName", "TAKEN")),
      () => test.directory.replace(context, "User", user.id, putBody(user, { userName: "Taken" })),
    ]) {
      const error = await refusal(work());
      expect(error).toMatchObject({ status: 409, scimType: "uniqueness" });
      expect(error.detail).toContain('"userName"');
    }
    expect((await test.directory.read(context, "User", taken.id, nothing)).version).toBe(1);
  });

  it.each([
    ['W/"1"', true],
    ['"1"', true],
    ["*", true],
    ['W/"7", W/"1"', true],
    ['W/"2"', false],
    ["1", false],
  ])("under If-Match %s goes through: %s", async (ifMatch, isFine) => {
    const user = await test.user();
    const works = [
      () =>
        test.directory.patch(context, "User", user.id, patchBody(replaceOp("title", "x")), {
          ifMatch,
          needs: nothing,
        }),
      () => test.directory.replace(context, "User", user.id, putBody(user), ifMatch),
      () => test.directory.remove(context, "User", user.id, ifMatch),
    ];
    if (isFine) await works[0]?.();
    else for (const work of works) expect(await refusal(work())).toMatchObject({ status: 412 });
  });

  it("changes nothing at all when one operation of a PATCH fails", async () => {
    const user = await test.user({ title: "before" });
    const half = test.patch(user, replaceOp("title", "after"), { op: "remove", path: "userName" });
    expect((await refusal(half)).status).toBe(400);
    expect(await test.directory.read(context, "User", user.id, nothing)).toMatchObject({
      version: 1,
      attributes: { title: "before" },
    });
  });

  it("stores every one of many simultaneous changes of one user", async () => {
    const user = await test.user();
    const paths = ["title", "nickName", "locale", "timezone", "userType", "displayName"];
    await Promise.all(paths.map((path) => test.patch(user, replaceOp(path, path))));
    const read = await test.directory.read(context, "User", user.id, nothing);
    expect(read.version).toBe(1 + paths.length);
    for (const path of paths) expect(read.attributes[path]).toBe(path);
  });

  it.each([nobody, "not-an-id", "'; drop table resource; --"])("that is not there is 404: %s", async (id) => {
    const works = [
      () => test.directory.read(context, "User", id, nothing),
      () => test.directory.patch(context, "User", id, patchBody(replaceOp("title", "x")), { needs: nothing }),
      () =>
        test.directory.replace(context, "User", id, {
          schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
          userName: "n",
        }),
      () => test.directory.remove(context, "User", id),
    ];
    for (const work of works) expect(await refusal(work())).toMatchObject({ status: 404 });
  });

  it("of another type, another tenant, or removed is 404", async () => {
    const [group, user] = [await test.group(), await test.user()];
    expect((await refusal(test.directory.read(context, "User", group.id, nothing))).status).toBe(404);
    const stranger = { ...context, tenantId: nobody };
    expect((await refusal(test.directory.read(stranger, "User", user.id, nothing))).status).toBe(404);
    await test.directory.remove(context, "User", user.id);
    expect((await refusal(test.directory.read(context, "User", user.id, nothing))).status).toBe(404);
    expect((await refusal(test.directory.remove(context, "User", user.id))).status).toBe(404);
  });
});

describe("a manager", () => {
  const managedBy = (value: string) => ({ [ENTERPRISE]: { manager: { value } } });

  it.each(["externalId", "employeeNumber"])("may be named by %s before being there", async (kind) => {
    const report = await test.user(managedBy(`m-${kind}`));
    const byName = { externalId: `m-${kind}` };
    const byNumber = { [ENTERPRISE]: { employeeNumber: `m-${kind}` } };
    let manager = "";
    const ordered = await test.ordered(async () => {
      manager = (await test.user(kind === "externalId" ? byName : byNumber)).id;
    });
    expect(ordered).toEqual([manager, report.id].sort());
    const left = await test.ordered(() => test.directory.remove(context, "User", manager));
    expect(left).toEqual([manager, report.id].sort());
  });

  it("concerns the reports only when a name by which they call the manager changes", async () => {
    const manager = await test.user({ externalId: "boss" });
    const report = await test.user(managedBy("boss-2"));
    const patch = (path: string, value: string) => () => test.patch(manager, replaceOp(path, value));
    expect(await test.ordered(patch("title", "x"))).toEqual([manager.id]);
    expect(await test.ordered(patch("externalId", "boss-2"))).toEqual([manager.id, report.id].sort());
  });
});

describe("a list", () => {
  it("with count 0 tells the total alone", async () => {
    for (const n of [1, 2, 3]) await test.user({ title: `counted ${n}` });
    const query = { filter: 'title sw "counted"', startIndex: 1, needs: nothing };
    const counted = await test.directory.list(context, "User", { ...query, count: 0 });
    expect(counted).toEqual({ resources: [], totalResults: 3 });
    for (const [startIndex, count, size] of [
      [1, 2, 2],
      [3, 2, 1],
      [4, 2, 0],
      [1, 3, 3],
    ] as const) {
      const page = await test.directory.list(context, "User", { ...query, startIndex, count });
      expect(page).toMatchObject({ totalResults: 3 });
      expect(page.resources).toHaveLength(size);
    }
  });

  it("asks the database once, and once more for a total that the page does not tell", async () => {
    const users = await Promise.all([1, 2, 3, 4].map(() => test.user({ title: "grouped" })));
    await test.group({ members: users.map((user) => ({ value: user.id })) });
    const query = { filter: 'title eq "grouped"', startIndex: 1, count: 10 };
    const sent = await test.sent(async () => {
      const page = await test.directory.list(context, "User", { ...query, needs: nothing });
      expect(page.totalResults).toBe(4);
    });
    expect(sent).toHaveLength(1);
    const more = await test.sent(async () => {
      const page = await test.directory.list(context, "User", { ...query, count: 4, needs: everything });
      for (const user of page.resources) expect(user.attributes["groups"]).toHaveLength(1);
    });
    expect(more).toHaveLength(2);
  });

  it.each([
    ["nonsense eq 1", 400, "invalidFilter"],
    ["userName eq", 400, "invalidFilter"],
    ['meta.location eq "x"', 400, "invalidFilter"],
    ['password eq "x"', 403, "sensitive"],
  ])("refuses the filter %s", async (filter, status, scimType) => {
    const query = { filter, startIndex: 1, count: 10, needs: nothing };
    const error = await refusal(test.directory.list(context, "User", query));
    expect(error).toMatchObject({ status, scimType });
  });
});
