import { describe, expect, it } from "vitest";
import { DICTIONARY_USER_URN as DICTIONARY } from "../../src/scim/schema/urns.js";
import {
  context,
  everything,
  memberIds,
  nothing,
  patchBody,
  refusal,
  shareDirectory,
} from "./open-directory.js";

const test = shareDirectory();

function pick<Item>(items: readonly Item[], number: number): Item {
  const item = items[number % items.length];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

const fifty = Array.from({ length: 50 }, (_, index) => index);

describe("fifty at the same time", () => {
  it("who want one userName: one gets it, forty-nine are refused", async () => {
    const outcomes = await Promise.allSettled(fifty.map(() => test.user({ userName: "wanted" })));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const refusals = outcomes.filter((outcome) => outcome.status === "rejected");
    for (const { reason } of refusals) expect(reason).toMatchObject({ status: 409, scimType: "uniqueness" });
  });

  it("who want one unique value: one gets it, the others are told which attribute it was, and leave nothing", async () => {
    const users = fifty.map((n) =>
      test.user({ userName: `u-${n}`, [DICTIONARY]: { ddAccountId: "wanted" } }),
    );
    const outcomes = await Promise.allSettled(users);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason.detail).toContain('"ddAccountId"');
    }
    const query = { filter: 'userName sw "u-"', startIndex: 1, count: 100, needs: nothing };
    expect((await test.directory.list(context, "User", query)).totalResults).toBe(1);
  });

  it("who add one member each to one group: all are there, and each raised the version once", async () => {
    const group = await test.group();
    const users = await Promise.all(fifty.map(() => test.user()));
    await Promise.all(
      users.map((user) => test.patch(group, { op: "add", path: "members", value: [{ value: user.id }] })),
    );
    const read = await test.read(group);
    expect(memberIds(read).sort()).toEqual(users.map((user) => user.id).sort());
    expect(read.version).toBe(51);
  });

  it("who change one user, through two processes: nothing is lost", async () => {
    const user = await test.user();
    await Promise.all(
      fifty.map((n) => {
        const body = patchBody({ op: "add", path: "emails", value: [{ value: `${n}@example.com` }] });
        const directory = n % 2 === 0 ? test.directory : test.elsewhere;
        return directory.patch(context, "User", user.id, body, { needs: nothing });
      }),
    );
    const read = await test.directory.read(context, "User", user.id, nothing);
    expect(read.attributes["emails"]).toHaveLength(50);
    expect(read.version).toBe(51);
  });
});

describe("a user who is removed while", () => {
  const pairs = fifty.slice(0, 25);

  it("being put into a group is in no group afterwards, whoever was first", async () => {
    const group = await test.group();
    const users = await Promise.all(pairs.map(() => test.user()));
    await Promise.all(
      users.flatMap((user) => [
        test
          .patch(group, { op: "add", path: "members", value: [{ value: user.id }] })
          .catch((error: unknown) => expect(error).toMatchObject({ status: 400 })),
        test.directory.remove(context, "User", user.id),
      ]),
    );
    expect(memberIds(await test.read(group))).toEqual([]);
    const rows = await test.database.query("select 1 from membership where group_id = $1", [group.id]);
    expect(rows).toEqual([]);
  });

  it("changing is gone, and the index with it", async () => {
    const users = await Promise.all(pairs.map(() => test.user({ title: "to go" })));
    await Promise.all(
      users.flatMap((user) => [
        test
          .patch(user, { op: "replace", path: "title", value: "still to go" })
          .catch((error: unknown) => expect(error).toMatchObject({ status: 404 })),
        test.directory.remove(context, "User", user.id),
      ]),
    );
    for (const user of users) {
      expect((await refusal(test.directory.read(context, "User", user.id, nothing))).status).toBe(404);
    }
    const rows = await test.database.query("select 1 from resource_value where value_key like '%to go'");
    expect(rows).toEqual([]);
  });

  it("groups change and people leave in all directions, nobody waits for ever and nothing dangles", async () => {
    const groups = await Promise.all([1, 2, 3, 4].map(() => test.group()));
    const users = await Promise.all(fifty.map(() => test.user()));
    const add = (group: number, people: typeof users) =>
      test.patch(pick(groups, group), {
        op: "add",
        path: "members",
        value: people.map((user) => ({ value: user.id })),
      });
    await add(0, users);
    await Promise.all([
      ...fifty.map((n) =>
        add(
          n,
          [...users.slice(25)].sort(() => (n % 2 === 0 ? 1 : -1)),
        ),
      ),
      ...users.slice(0, 25).map((user) => test.directory.remove(context, "User", user.id)),
      ...users.slice(25).map((user) => test.patch(user, { op: "replace", path: "title", value: "x" })),
    ]);
    for (const group of groups) {
      expect(memberIds(await test.read(group)).sort()).toEqual(
        users
          .slice(25)
          .map((user) => user.id)
          .sort(),
      );
    }
  });
});

describe("users created together", () => {
  const draft = (attributes: object) => ({
    id: crypto.randomUUID(),
    body: { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], ...attributes },
  });

  it("have an outcome each, in their order, under the ids that were chosen", async () => {
    await test.user({ userName: "there-already" });
    const drafts = [
      draft({ userName: "batch-1", title: "from a batch", externalId: "b1" }),
      draft({ userName: "There-Already" }),
      draft({ title: "nameless" }),
      draft({ userName: "batch-2" }),
      draft({ userName: "BATCH-1" }),
    ];
    const ordered = await test.ordered(async () => {
      const outcomes = await test.directory.createUsers(context, drafts);
      expect(outcomes).toMatchObject([
        { id: drafts[0]?.id, version: 1, attributes: { title: "from a batch" } },
        { status: 409, scimType: "uniqueness" },
        { status: 400 },
        { id: drafts[3]?.id, version: 1 },
        { status: 409, scimType: "uniqueness" },
      ]);
    });
    expect(ordered).toEqual([drafts[0]?.id, drafts[3]?.id].sort());
    const read = await test.directory.read(context, "User", drafts[0]?.id ?? "", everything);
    expect(read.attributes).toMatchObject({ userName: "batch-1", externalId: "b1", groups: [] });
    const changes = await test.database.query("select kind from change where resource_id = any($1::uuid[])", [
      drafts.map(({ id }) => id),
    ]);
    expect(changes).toEqual([{ kind: "create" }, { kind: "create" }]);
  });

  it("who share a unique value: the first gets it, even where it has to be worked out one by one", async () => {
    const drafts = ["s-1", "s-2", "s-3"].map((userName) =>
      draft({ userName, [DICTIONARY]: { ddAccountId: userName === "s-3" ? "own" : "shared" } }),
    );
    const outcomes = await test.directory.createUsers(context, drafts);
    expect(outcomes).toMatchObject([{ version: 1 }, { status: 409 }, { version: 1 }]);
    expect(outcomes[1]).toMatchObject({ detail: expect.stringContaining('"ddAccountId"') });
  });

  it("may be more than one statement takes, keep their order, and are found by what they say", async () => {
    const drafts = Array.from({ length: 1_100 }, (_, n) => draft({ userName: `many-${n}`, title: "many" }));
    const sent = await test.sent(async () => {
      const outcomes = await test.directory.createUsers(context, drafts);
      expect(outcomes.every((outcome) => "version" in outcome)).toBe(true);
    });
    expect(sent).toHaveLength(3);
    const query = { filter: 'title eq "many"', startIndex: 1, count: 1_100, needs: nothing };
    const page = await test.directory.list(context, "User", query);
    expect(page.resources.map(({ id }) => id)).toEqual(drafts.map(({ id }) => id));
    const rows = await test.database.query("select 1 from resource_value where value_key = 'many'");
    expect(rows).toHaveLength(1_100);
  });

  it("and a single one may be given its id beforehand", async () => {
    const id = crypto.randomUUID();
    const user = await test.directory.create(context, "User", draft({ userName: "given" }).body, { id });
    const group = await test.directory.create(
      context,
      "Group",
      { schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName: "given" },
      { id: crypto.randomUUID() },
    );
    expect(user.id).toBe(id);
    expect((await test.read(group)).version).toBe(1);
  });
});
