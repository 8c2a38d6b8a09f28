import { beforeAll, describe, expect, it } from "vitest";
import { createListCursors, listFingerprint } from "../../src/directory/list-cursor.js";
import type { ListPage, ListQuery } from "../../src/directory/resource.js";
import { createTextSigner } from "../../src/platform/text-signer.js";
import type { JsonObject, ResourceTypeId } from "../../src/scim/schema/attribute.js";
import { ENTERPRISE_USER_URN } from "../../src/scim/schema/urns.js";
import { createFakeClock } from "../support/fake-clock.js";
import { context, nothing, refusal, shareDirectory } from "./open-directory.js";

const test = shareDirectory();

type Order = Pick<ListQuery, "filter" | "sortBy" | "sortOrder">;

const page = (order: Order, cursor: string, count: number, types: ResourceTypeId | "all" = "User") => {
  const query: ListQuery = { ...order, cursor, count, startIndex: 1, needs: nothing };
  return types === "all" ? test.directory.search(context, query) : test.directory.list(context, types, query);
};

const byIndex = async (order: Order, types: ResourceTypeId | "all" = "User", startIndex = 1, count = 500) => {
  const query: ListQuery = { ...order, count, startIndex, needs: nothing };
  const found =
    types === "all"
      ? await test.directory.search(context, query)
      : await test.directory.list(context, types, query);
  return idsOf(found);
};

const idsOf = (found: ListPage) => found.resources.map((resource) => resource.id);

/** Every page from the first to the last, and then all the way back from the last one. */
async function walk(order: Order, count: number, types: ResourceTypeId | "all" = "User") {
  const there: ListPage[] = [await page(order, "", count, types)];
  for (let last = there.at(-1); last?.nextCursor !== undefined; last = there.at(-1)) {
    there.push(await page(order, last.nextCursor, count, types));
  }
  const back: ListPage[] = there.slice(-1);
  for (let first = back[0]; first?.previousCursor !== undefined; first = back[0]) {
    back.unshift(await page(order, first.previousCursor, count, types));
  }
  return { there, back };
}

beforeAll(async () => {
  const names = ["Ann", "ann", "王伟", "", "Bob", "ANN", "Zoë", "bob", "", "李娜", "Cy", "", "cy"];
  for (const [index, name] of names.entries()) {
    const extension: JsonObject =
      index % 3 === 0 ? {} : { [ENTERPRISE_USER_URN]: { department: name || "None" } };
    await test.user({
      ...(name && { displayName: name, emails: [{ value: `${name}@x.example`, type: "work" }] }),
      ...(index % 4 !== 0 && { active: index % 2 === 0 }),
      ...extension,
    });
    await test.clock.advance(1_000);
  }
  for (const name of ["Ann", "Sales", "bob", "ann"]) await test.group({ displayName: name });
});

const ORDERS: readonly Order[] = [
  {},
  { sortBy: "userName" },
  { sortBy: "displayName" },
  { sortBy: "active" },
  { sortBy: "emails.value" },
  { sortBy: "meta.created" },
  { sortBy: "id" },
  { sortBy: `${ENTERPRISE_USER_URN}:department`, filter: "userName pr" },
  { sortBy: "displayName", filter: 'not (displayName eq "ann")' },
];

describe("a walk by cursor (RFC 9865)", () => {
  const cases = ORDERS.flatMap((order) => [
    order,
    ...(order.sortBy === undefined ? [] : [{ ...order, sortOrder: "descending" as const }]),
  ]);

  it.each(cases)("sees what a list by index shows, there and back: %j", async (order) => {
    const expected = await byIndex(order);
    for (const count of [1, 4, 13, 100]) {
      const { there, back } = await walk(order, count);
      expect(there.flatMap(idsOf)).toEqual(expected);
      expect(back.flatMap(idsOf)).toEqual(expected);
      expect(there.map(({ totalResults }) => totalResults)).toEqual(there.map(() => expected.length));
      expect(there.slice(0, -1).every((one) => one.resources.length === count)).toBe(true);
    }
  });

  it.each(["ascending", "descending"] as const)("goes over all types at once, %s", async (sortOrder) => {
    for (const order of [{}, { sortBy: "displayName", sortOrder }, { sortBy: "userName", sortOrder }]) {
      const expected = await byIndex(order, "all");
      expect(expected).toHaveLength(17);
      const { there, back } = await walk(order, 3, "all");
      expect(there.flatMap(idsOf)).toEqual(expected);
      expect(back.flatMap(idsOf)).toEqual(expected);
    }
  });

  it("may change the size of the pages on its way", async () => {
    const first = await page({}, "", 2);
    const second = await page({}, first.nextCursor ?? "", 5);
    expect([...idsOf(first), ...idsOf(second)]).toEqual((await byIndex({})).slice(0, 7));
  });

  it("gives the total alone for a count of 0", async () => {
    expect(await page({ filter: 'displayName eq "ann"' }, "", 0)).toEqual({ resources: [], totalResults: 3 });
  });

  it("sees every resource that survives exactly once, whatever is created and deleted meanwhile", async () => {
    for (const order of [
      {},
      { sortBy: "displayName" },
      { sortBy: "userName", sortOrder: "descending" as const },
    ]) {
      const before = await byIndex(order);
      const doomed = new Set<string>();
      const seen: string[] = [];
      for (let cursor: string | undefined = ""; cursor !== undefined; ) {
        const found: ListPage = await page(order, cursor, 2);
        seen.push(...idsOf(found));
        cursor = found.nextCursor;
        // Gone are the one just seen, at which the next page begins, and one that is still to come.
        const victims = [
          idsOf(found).at(-1),
          before.filter((id) => !seen.includes(id) && !doomed.has(id)).at(1),
        ];
        for (const id of victims) {
          if (id === undefined || doomed.has(id) || !before.includes(id)) continue;
          doomed.add(id);
          await test.directory.remove(context, "User", id);
        }
        await test.user({ displayName: seen.length % 2 === 0 ? "Aaa" : "Zzz" });
        if (seen.length > 200) break;
      }
      expect(new Set(seen).size).toBe(seen.length);
      const survivors = before.filter((id) => !doomed.has(id));
      expect(seen.filter((id) => survivors.includes(id)).sort()).toEqual([...survivors].sort());
    }
  });
});

describe("a page of groups", () => {
  it("reads no memberships where members are not shown", async () => {
    const sent = await test.sent(() => page({}, "", 10, "Group"));
    expect(sent).toHaveLength(1);
    expect(sent.join()).not.toContain("membership");
  });
});

describe("a cursor is refused", () => {
  const scimType = async (order: Order, cursor: string, types: ResourceTypeId | "all" = "User") =>
    (await refusal(page(order, cursor, 2, types))).scimType;

  it("when it was made up or changed", async () => {
    const { nextCursor = "" } = await page({}, "", 2);
    const [text = "", signature = ""] = nextCursor.split(".");
    const forged = Buffer.from(text, "base64url").toString().replace(/"\d+"/, '"1"');
    for (const cursor of [
      "nonsense",
      ".",
      text,
      `${text}.`,
      `${text}.${signature.slice(1)}`,
      `${Buffer.from(forged).toString("base64url")}.${signature}`,
      `${nextCursor}.${signature}`,
      "x".repeat(100_000),
    ]) {
      expect(await scimType({}, cursor)).toBe("invalidCursor");
    }
  });

  it("in a list with another filter, order or type", async () => {
    const { nextCursor = "" } = await page({}, "", 2);
    expect(await scimType({ filter: "userName pr" }, nextCursor)).toBe("invalidCursor");
    expect(await scimType({ sortBy: "userName" }, nextCursor)).toBe("invalidCursor");
    expect(await scimType({}, nextCursor, "Group")).toBe("invalidCursor");
    expect(await scimType({}, nextCursor, "all")).toBe("invalidCursor");
  });

  it("by another tenant", async () => {
    const { nextCursor = "" } = await page({}, "", 2);
    const query: ListQuery = { cursor: nextCursor, count: 2, startIndex: 1, needs: nothing };
    const stranger = { ...context, tenantId: "00000000-0000-0000-0000-0000000000ff" };
    expect((await refusal(test.directory.list(stranger, "User", query))).scimType).toBe("invalidCursor");
  });

  it("an hour after it was given", async () => {
    const { nextCursor = "" } = await page({}, "", 2);
    await test.clock.advance(3_600_000);
    expect((await page({}, nextCursor, 2)).resources).toHaveLength(2);
    await test.clock.advance(1_000);
    expect(await scimType({}, nextCursor)).toBe("expiredCursor");
  });

  it("once no key that signed it is configured any more", () => {
    const clock = createFakeClock();
    const cursor = { from: { key: "a", part: 0, seq: "7" }, backward: false, total: 3 };
    const list = listFingerprint("tenant", "User", undefined);
    const cursorsWith = (...keys: string[]) => createListCursors(createTextSigner(keys, "test"), clock);
    const issued = cursorsWith("old key").issue(cursor, list);
    expect(issued).toMatch(/^[\w.-]+$/);
    expect(cursorsWith("new key", "old key").read(issued, list)).toEqual(cursor);
    expect(() => cursorsWith("new key").read(issued, list)).toThrow(/no cursor of ours/);
  });
});
