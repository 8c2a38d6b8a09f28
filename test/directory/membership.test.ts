import { beforeAll, describe, expect, it } from "vitest";
import type { Resource } from "../../src/directory/resource.js";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import {
  context,
  everything,
  memberIds,
  nothing,
  putBody,
  refusal,
  shareDirectory,
} from "./open-directory.js";

const test = shareDirectory();
let people: Resource[];

beforeAll(async () => {
  people = await Promise.all(
    ["赵一", "钱二", "孙三", "李四", "周五"].map((displayName) => test.user({ displayName })),
  );
});

/** The ids of some people by their numbers. */
const ids = (...numbers: number[]) => numbers.map((n) => people[n]?.id ?? "");
const values = (...numbers: number[]) => ids(...numbers).map((value) => ({ value }));

const membersOf = async (group: Resource) => memberIds(await test.read(group)).sort();

describe("the members of a group", () => {
  it("come from the POST body, with name and type, and touch the people as well", async () => {
    let group: Resource | undefined;
    const ordered = await test.ordered(async () => {
      group = await test.group({ members: values(0, 1) });
    });
    expect(group?.attributes["members"]).toEqual(
      expect.arrayContaining([{ value: people[0]?.id, type: "User", display: "赵一" }]),
    );
    expect(ordered).toEqual([group?.id, ...ids(0, 1)].sort());
    const user = await test.directory.read(context, "User", ids(0)[0] ?? "", everything);
    expect(user.attributes["groups"]).toContainEqual({
      value: group?.id,
      type: "direct",
      display: group?.attributes["displayName"],
    });
  });

  it.each<[string, JsonObject[], number[], number[]]>([
    ["added", [{ op: "add", path: "members", value: [{ value: "$2" }] }], [0, 1, 2], [2]],
    ["added twice", [{ op: "Add", path: "members", value: [{ value: "$1" }, { value: "$1" }] }], [0, 1], []],
    ["added without a path", [{ op: "add", value: { members: [{ value: "$3" }] } }], [0, 1, 3], [3]],
    ["removed by filter", [{ op: "remove", path: 'members[value eq "$0"]' }], [1], [0]],
    [
      "removed by two values",
      [{ op: "remove", path: 'members[value eq "$0" or value eq "$1"]' }],
      [],
      [0, 1],
    ],
    ["removed by list", [{ op: "Remove", path: "members", value: [{ $ref: null, value: "$1" }] }], [0], [1]],
    ["removed by another filter", [{ op: "remove", path: 'members[display eq "钱二"]' }], [0], [1]],
    ["removed altogether", [{ op: "remove", path: "members" }], [], [0, 1]],
    ["removed though not there", [{ op: "remove", path: 'members[value eq "$4"]' }], [0, 1], []],
    [
      "replaced",
      [{ op: "replace", path: "members", value: [{ value: "$1" }, { value: "$2" }] }],
      [1, 2],
      [0, 2],
    ],
    [
      "replaced by the same",
      [{ op: "replace", value: { members: [{ value: "$1" }, { value: "$0" }] } }],
      [0, 1],
      [],
    ],
    [
      "changed in order",
      [
        { op: "remove", path: "members" },
        { op: "add", path: "members", value: [{ value: "$4" }] },
      ],
      [4],
      [0, 1, 4],
    ],
  ])("can be %s", async (_what, operations, expected, touched) => {
    const group = await test.group({ members: values(0, 1) });
    const named = JSON.parse(
      JSON.stringify(operations).replace(/\$(\d)/g, (_, n) => ids(Number(n))[0] ?? ""),
    );
    const ordered = await test.ordered(async () => {
      const answer = await test.patch(group, ...named);
      expect(answer).toMatchObject({ version: touched.length > 0 ? 2 : 1, changed: touched.length > 0 });
    });
    expect(await membersOf(group)).toEqual(ids(...expected).sort());
    expect(ordered).toEqual(ids(...touched).sort());
  });

  it("become exactly those of a PUT; a PUT without members empties the group", async () => {
    const group = await test.group({ members: values(0, 1) });
    const put = (members: JsonObject[] | undefined) => {
      const { members: _old, ...rest } = putBody(group);
      return test.directory.replace(context, "Group", group.id, members ? { ...rest, members } : rest);
    };
    const ordered = await test.ordered(async () => {
      expect(memberIds(await put(values(1, 2))).sort()).toEqual(ids(1, 2).sort());
    });
    expect(ordered).toEqual(ids(0, 2).sort());
    expect(await test.ordered(() => put(values(2, 1)))).toEqual([]);
    expect((await put(undefined)).attributes["members"]).toEqual([]);
  });

  it("cannot be somebody who is not there; up to five are named and nothing is stored", async () => {
    const group = await test.group();
    const unknown = Array.from({ length: 7 }, (_, n) => ({
      value: `00000000-0000-4000-8000-00000000000${n}`,
    }));
    const add = { op: "add", path: "members", value: [...values(0), ...unknown, { value: "nonsense" }] };
    const error = await refusal(test.patch(group, add));
    expect(error).toMatchObject({ status: 400, scimType: "invalidValue" });
    expect(error.detail.match(/00000000-0000-4000-8000-/g)).toHaveLength(5);
    expect(error.detail).toContain("3 more");
    expect(await membersOf(group)).toEqual([]);
    expect((await refusal(test.group({ members: unknown }))).status).toBe(400);
    const put = test.directory.replace(context, "Group", group.id, putBody(group, { members: unknown }));
    expect((await refusal(put)).status).toBe(400);
    expect(await test.patch(group, { op: "remove", path: "members", value: unknown })).toMatchObject({
      changed: false,
    });
  });

  it("leave with a person who is removed, and the group's version moves on", async () => {
    const [leaver, group] = [await test.user(), await test.group()];
    await test.patch(group, { op: "add", path: "members", value: [{ value: leaver.id }] });
    const ordered = await test.ordered(() => test.directory.remove(context, "User", leaver.id));
    expect(ordered).toEqual([leaver.id]);
    expect(await test.read(group)).toMatchObject({ version: 3, attributes: { members: [] } });
  });

  it("lose the group when it is removed, and are touched", async () => {
    const group = await test.group({ members: values(3, 4) });
    const ordered = await test.ordered(() => test.directory.remove(context, "Group", group.id));
    expect(ordered).toEqual([group.id, ...ids(3, 4)].sort());
    const user = await test.directory.read(context, "User", ids(3)[0] ?? "", everything);
    expect(JSON.stringify(user.attributes["groups"])).not.toContain(group.id);
  });

  it("all arrive when many clients add one each at the same time", async () => {
    const group = await test.group();
    const crowd = await Promise.all(Array.from({ length: 16 }, () => test.user()));
    await Promise.all(
      crowd.map((user) => test.patch(group, { op: "add", path: "members", value: [{ value: user.id }] })),
    );
    expect(await membersOf(group)).toEqual(crowd.map((user) => user.id).sort());
    expect((await test.read(group)).version).toBe(17);
  });

  it("can be asked for without being read", async () => {
    const group = await test.group({ members: values(0) });
    const sent = await test.sent(async () => {
      const plain = await test.directory.read(context, "Group", group.id, nothing);
      expect(plain.attributes).not.toHaveProperty("members");
    });
    expect(sent).toHaveLength(1);
  });
});

describe("the cost of a membership change", () => {
  it("is the same number of statements in a group of any size, none of which reads the members", async () => {
    const [small, big] = [await test.group(), await test.group()];
    await test.database.query(
      `with crowd as (
         insert into resource (tenant_id, id, type, doc, created_at, modified_at)
         select tenant_id, gen_random_uuid(), 'User', '{"userName": "x"}', created_at, created_at
           from resource, generate_series(1, 2000) where id = $1
         returning tenant_id, id, created_at)
       insert into membership select tenant_id, $1, id, created_at from crowd`,
      [big.id],
    );
    const operations = [
      { op: "add", path: "members", value: values(0) },
      { op: "remove", path: `members[value eq "${ids(0)[0]}"]` },
    ];
    for (const operation of operations) {
      const few = await test.sent(() => test.patch(small, operation));
      const many = await test.sent(() => test.patch(big, operation));
      expect(many).toEqual(few);
      expect(many).toHaveLength(1);
      expect(many.filter((sql) => /from\s+membership/.test(sql) && !/delete/.test(sql))).toEqual([]);
    }
  });

  it("does not grow with the number of members named", async () => {
    const group = await test.group();
    const one = await test.sent(() => test.patch(group, { op: "add", path: "members", value: values(0) }));
    const four = await test.sent(() =>
      test.patch(group, { op: "add", path: "members", value: values(1, 2, 3, 4) }),
    );
    expect(four).toEqual(one);
  });
});
