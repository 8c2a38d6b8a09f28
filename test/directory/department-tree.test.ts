import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Resource } from "../../src/directory/resource.js";
import type { JsonObject, JsonValue } from "../../src/scim/schema/attribute.js";
import {
  DICTIONARY_GROUP_URN as DICTIONARY,
  ORGANIZATION_GROUP_URN as ORGANIZATION,
} from "../../src/scim/schema/urns.js";
import {
  context,
  memberIds,
  organization,
  parentOf,
  putBody,
  refusal,
  shareDirectory,
} from "./open-directory.js";

const test = shareDirectory();

const below = (value: string, more: JsonObject = {}) => ({ [ORGANIZATION]: { parent: { value }, ...more } });
const setParent = (group: Resource, value: JsonValue) =>
  test.patch(group, { op: "replace", path: `${ORGANIZATION}:parent`, value });
const nest = (parent: Resource, ...children: Resource[]) =>
  test.patch(parent, {
    op: "add",
    path: "members",
    value: children.map(({ id }) => ({ value: id, type: "Group" })),
  });

describe("a department", () => {
  it("is what a group is unless it says otherwise", async () => {
    expect(organization(await test.group())).toEqual({ kind: "department" });
    expect(organization(await test.group({ [ORGANIZATION]: { kind: "group" } }))).toEqual({ kind: "group" });
    const [row] = await test.database.query<{ kinds: string[] }>(
      "select array_agg(distinct kind order by kind) as kinds from resource",
    );
    expect(row?.kinds).toEqual(["department", "group"]);
  });

  it("may spell its kind in any case", async () => {
    expect(organization(await test.group({ [ORGANIZATION]: { kind: "Group" } }))).toEqual({ kind: "group" });
  });

  it("that turns into a plain group touches its people", async () => {
    const [user, group] = [await test.user(), await test.group()];
    await test.patch(group, { op: "add", path: "members", value: [{ value: user.id }] });
    const kind = { op: "replace", path: `${ORGANIZATION}:kind`, value: "group" };
    expect(await test.ordered(() => test.patch(group, kind))).toEqual([group.id, user.id].sort());
    const rename = { op: "replace", path: "displayName", value: "x" };
    expect(await test.ordered(() => test.patch(group, rename))).toEqual([group.id]);
  });
});

describe("a parent", () => {
  it("given by id or externalId is shown with its name, and has the child among its members", async () => {
    const parent = await test.group({ displayName: "总部", externalId: "hq" });
    const [byId, byName] = [await test.group(below(parent.id)), await test.group(below("hq"))];
    for (const child of [byId, byName]) {
      expect(organization(child)["parent"]).toEqual({ value: parent.id, display: "总部" });
    }
    expect(memberIds(await test.read(parent))).toEqual([byId.id, byName.id]);
    expect((await test.read(parent)).version).toBe(3);
  });

  it("may come after its children, by id never, by externalId always", async () => {
    const waiting = await test.group(below("later"));
    expect(organization(waiting)["parent"]).toEqual({ value: "later" });
    let parent: Resource | undefined;
    const ordered = await test.ordered(async () => {
      parent = await test.group({ externalId: "later" });
    });
    expect(ordered).toEqual([waiting.id, parent?.id].sort());
    expect(parentOf(await test.read(waiting))).toBe(parent?.id);
    expect(memberIds(await test.read(parent ?? waiting))).toEqual([waiting.id]);
  });

  it("may also arrive by being given the externalId later", async () => {
    const [waiting, parent] = [await test.group(below("renamed")), await test.group()];
    const rename = { op: "add", path: "externalId", value: "renamed" };
    expect(await test.ordered(() => test.patch(parent, rename))).toEqual([waiting.id, parent.id].sort());
    expect(parentOf(await test.read(waiting))).toBe(parent.id);
  });

  it("set, changed and removed by PATCH touches the child alone", async () => {
    const [one, two, child] = [await test.group(), await test.group(), await test.group()];
    expect(await test.ordered(() => setParent(child, { value: one.id }))).toEqual([child.id]);
    expect(await test.ordered(() => setParent(child, two.id))).toEqual([child.id]);
    expect(await setParent(child, { value: two.id })).toMatchObject({ changed: false });
    expect(memberIds(await test.read(one))).toEqual([]);
    expect(memberIds(await test.read(two))).toEqual([child.id]);
    const remove = { op: "remove", path: `${ORGANIZATION}:parent` };
    expect(parentOf(await test.patch(child, remove))).toBeUndefined();
    expect(memberIds(await test.read(two))).toEqual([]);
  });

  it("is cleared by a PUT that has the organization extension without it, and kept by one that has not", async () => {
    const [parent, child] = [await test.group(), await test.group()];
    await setParent(child, parent.id);
    const put = (body: JsonObject) => test.directory.replace(context, "Group", child.id, body);
    const { [ORGANIZATION]: _place, ...plain } = putBody(child, { displayName: "renamed" });
    expect(parentOf(await put(plain))).toBe(parent.id);
    const order = { [ORGANIZATION.toLowerCase()]: { parent: { value: parent.id }, order: 3 } };
    expect(organization(await put({ ...plain, ...order }))).toMatchObject({
      order: 3,
      parent: { value: parent.id },
    });
    expect(parentOf(await put({ ...plain, [ORGANIZATION]: { order: 3 } }))).toBeUndefined();
  });

  it("that is removed leaves its children standing alone, touched", async () => {
    const grand = await test.group();
    const parent = await test.group(below(grand.id));
    const child = await test.group(below(parent.id));
    const ordered = await test.ordered(() => test.directory.remove(context, "Group", parent.id));
    expect(ordered).toEqual([parent.id, child.id].sort());
    expect(parentOf(await test.read(child))).toBeUndefined();
    expect(memberIds(await test.read(grand))).toEqual([]);
  });
});

describe("a group nested as a member", () => {
  it("is below that group, as if it had said so itself", async () => {
    const [parent, child] = [await test.group(), await test.group()];
    expect(await test.ordered(() => nest(parent, child))).toEqual([child.id]);
    expect(parentOf(await test.read(child))).toBe(parent.id);
    const remove = { op: "remove", path: `members[value eq "${child.id}"]` };
    expect(await test.ordered(() => test.patch(parent, remove))).toEqual([child.id]);
    expect(parentOf(await test.read(child))).toBeUndefined();
  });

  it("moves from its former parent, whose version moves on", async () => {
    const [one, two, child] = [await test.group(), await test.group(), await test.group()];
    await nest(one, child);
    await nest(two, child);
    expect(memberIds(await test.read(one))).toEqual([]);
    expect((await test.read(one)).version).toBe(3);
    expect((await test.read(child)).version).toBe(3);
  });

  it("comes with a POST of its parent, also while it waits for another one", async () => {
    const child = await test.group(below("never comes"));
    const parent = await test.group({ members: [{ value: child.id }] });
    expect(parentOf(await test.read(child))).toBe(parent.id);
  });

  it("is exchanged by a PUT that lists groups, and left alone by one that lists people only", async () => {
    const [user, parent, one, two] = [
      await test.user(),
      await test.group(),
      await test.group(),
      await test.group(),
    ];
    await nest(parent, one);
    const put = (...members: string[]) =>
      test.directory.replace(
        context,
        "Group",
        parent.id,
        putBody(parent, { members: members.map((value) => ({ value })) }),
      );
    expect(memberIds(await put(user.id)).sort()).toEqual([user.id, one.id].sort());
    const ordered = await test.ordered(() => put(user.id, two.id));
    expect(ordered).toEqual([one.id, two.id].sort());
    expect(parentOf(await test.read(one))).toBeUndefined();
  });
});

describe("a circle is refused", () => {
  const circle = { status: 400, scimType: "invalidValue" };

  it("of one, of two and of three, by parent and by nesting", async () => {
    const top = await test.group();
    const middle = await test.group(below(top.id));
    const bottom = await test.group(below(middle.id));
    for (const [group, parent] of [
      [top, top],
      [top, middle],
      [top, bottom],
      [middle, bottom],
    ] as const) {
      expect(await refusal(setParent(group, parent.id))).toMatchObject(circle);
      expect(await refusal(nest(parent, group))).toMatchObject(circle);
      const put = putBody(group, below(parent.id));
      expect(await refusal(test.directory.replace(context, "Group", group.id, put))).toMatchObject(circle);
    }
    expect(parentOf(await test.read(top))).toBeUndefined();
  });

  it("also when the awaited parent closes it on arrival", async () => {
    const waiting = await test.group(below("closing"));
    expect(await refusal(test.group({ externalId: "closing", ...below(waiting.id) }))).toMatchObject(circle);
    expect(await refusal(test.group({ externalId: "self", ...below("self") }))).toMatchObject(circle);
    const child = await test.group(below(waiting.id));
    const rename = { op: "replace", path: "externalId", value: "closing" };
    expect(await refusal(test.patch(child, rename))).toMatchObject(circle);
  });

  it("also when two moves close it at the same time", async () => {
    for (let round = 0; round < 5; round++) {
      const [one, two] = [await test.group(), await test.group()];
      const outcomes = await Promise.allSettled([setParent(one, two.id), nest(one, two)]);
      const moves = await Promise.allSettled([setParent(one, two.id), setParent(two, one.id)]);
      expect([...outcomes, ...moves].filter(({ status }) => status === "fulfilled").length).toBeGreaterThan(
        0,
      );
      expect(await isForest()).toBe(true);
    }
  });

  it("whatever moves are tried, the tree stays a tree and the two ways to see it agree", async () => {
    const nodes = await Promise.all(Array.from({ length: 6 }, () => test.group()));
    const at = (n: number) => nodes[n] ?? Promise.reject(new Error("no such node"));
    const move = fc.record({ how: fc.constantFrom("parent", "nest"), child: fc.nat(5), parent: fc.nat(5) });
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 8 }), async (moves) => {
        for (const { how, child, parent } of moves) {
          const [below, above] = [await at(child), await at(parent)];
          const work = how === "nest" ? nest(above, below) : setParent(below, above.id);
          await work.catch((error: unknown) => expect(error).toMatchObject(circle));
        }
        expect(await isForest()).toBe(true);
        for (const node of nodes) {
          const shown = await test.read(node);
          const parent = nodes.find(({ id }) => id === parentOf(shown));
          if (parent) expect(memberIds(await test.read(parent))).toContain(node.id);
        }
      }),
      { numRuns: 8 },
    );
  });

  /** Whether every group is reached from a group without a parent. */
  async function isForest(): Promise<boolean> {
    const [row] = await test.database.query<{ lost: string }>(
      `with recursive reached as (
         select id from resource where type = 'Group' and parent_id is null
         union select r.id from resource r join reached on r.parent_id = reached.id)
       select count(*) as lost from resource where type = 'Group' and id not in (select id from reached)`,
    );
    return row?.lost === "0";
  }
});

describe("the children of a parent that arrives", () => {
  it("are found also when both come at the same time", async () => {
    for (let round = 0; round < 5; round++) {
      const externalId = `together-${round}`;
      const [child, parent] = await Promise.all([test.group(below(externalId)), test.group({ externalId })]);
      expect(parentOf(await test.read(child))).toBe(parent.id);
    }
  });
});

describe("a department's id at the vendor", () => {
  it("is unique and named when it is not", async () => {
    await test.group({ [DICTIONARY]: { ddtalkid: "100" } });
    const error = await refusal(test.group({ [DICTIONARY]: { ddTalkId: "100" } }));
    expect(error).toMatchObject({ status: 409, scimType: "uniqueness" });
    expect(error.detail).toContain('"ddtalkId"');
  });
});
