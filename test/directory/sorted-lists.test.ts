import { beforeAll, describe, expect, it } from "vitest";
import { FRESH_MS } from "../../src/dictionary/dictionary.js";
import type { ListPage, ListQuery, Resource } from "../../src/directory/resource.js";
import { newId } from "../../src/platform/ids.js";
import type { JsonObject, JsonValue } from "../../src/scim/schema/attribute.js";
import { DICTIONARY_USER_URN as URN } from "../../src/scim/schema/urns.js";
import { defaultTenantId } from "../support/database.js";
import { context, nothing, shareDirectory } from "./open-directory.js";

const test = shareDirectory();

const PEOPLE = 41;

/** The n-th of some choices, over and over: equal values, different ones, none. */
const one = (n: number, ...choices: JsonValue[]): JsonValue => choices[n % choices.length] ?? null;

/** The dictionary: a field of each type, by its name, and the value of the n-th person; null for none. */
const FIELDS: Record<string, { type: string; unique?: boolean; held: (n: number) => JsonValue }> = {
  text: {
    type: "string",
    held: (n) =>
      one(
        n,
        "b",
        "B",
        "Äpfel",
        "äpfel",
        "zoë",
        "王伟",
        "李娜",
        "😀",
        "\uffee",
        null,
        "",
        "a",
        "Ω",
        "ж",
        "2024-01-01",
      ),
  },
  moments: { type: "string", held: (n) => one(n, "2025-01-31T08:00:00Z", "c2773b3f3ae80000", "x", null) },
  long: {
    type: "string",
    held: (n) => one(n, "x".repeat(300), `${"x".repeat(199)}a`, "x".repeat(199), null),
  },
  code: {
    type: "string",
    unique: true,
    held: (n) => (n % 7 === 0 ? null : `${one(n, "A", "a", "𠮷", "ö")}${n}`),
  },
  link: {
    type: "reference",
    held: (n) => one(n, "https://b.example", "https://B.example", "urn:a", null),
  },
  grade: { type: "enum", held: (n) => one(n, "P1", "P2", "P10", null, "p1") },
  flag: { type: "boolean", held: (n) => one(n, true, false, true) },
  seldom: { type: "boolean", held: (n) => one(n, null, null, null, null, true) },
  count: { type: "integer", held: (n) => one(n, 0, -5, 7, 10, null, 9007199254740991, 7, -40) },
  ratio: { type: "decimal", held: (n) => one(n, 0.1, -2.5, 1e21, 7, 1e-7, null, -1e-7, 0) },
  since: {
    type: "dateTime",
    held: (n) =>
      one(
        n,
        "2025-01-31T08:00:00Z",
        "2025-01-31T16:00:00+08:00",
        "1960-12-31T23:59:59Z",
        null,
        "2025-01-31T08:00:00.5Z",
      ),
  },
  nobody: { type: "string", held: () => null },
};

beforeAll(async () => {
  for (const [key, { type, unique = false, held }] of Object.entries(FIELDS)) {
    const values = Array.from({ length: PEOPLE }, (_, n) => held(n)).filter((value) => value !== null);
    const options = type === "enum" ? { values: [...new Set(values)] } : {};
    await test.database.query(
      `insert into dictionary_field (tenant_id, id, name, key, category, type, unique_value, options)
       values ($1, $2, $3, $3, 'user', $4, $5, $6::jsonb)`,
      [defaultTenantId, newId(), key, type, unique, JSON.stringify(options)],
    );
  }
  await test.clock.advance(FRESH_MS);
  for (let n = 0; n < PEOPLE; n++) await test.user(person(n));
});

function person(n: number): JsonObject {
  const familyName = one(n, "Zhu", "zhu", "Ång", "ångström", "王", null);
  return {
    [URN]: Object.fromEntries(Object.entries(FIELDS).map(([key, { held }]) => [key, held(n)])),
    ...(familyName !== null && { name: { familyName } }),
    title: one(n, "Chief", "chief", "Clerk"),
  };
}

const SORTS = [...Object.keys(FIELDS).map((key) => `${URN}:${key}`), "name.familyName", "title"];
const ORDERS = SORTS.flatMap((sortBy) =>
  (["ascending", "descending"] as const).map((sortOrder) => ({ sortBy, sortOrder })),
);
const CASES = ORDERS.map((order) => [order.sortBy.replace(`${URN}:`, ""), order.sortOrder, order] as const);

type Order = Pick<ListQuery, "filter" | "sortBy" | "sortOrder">;
const list = (query: Partial<ListQuery>) =>
  test.directory.list(context, "User", { startIndex: 1, count: 500, needs: nothing, ...query });
const idsOf = ({ resources }: ListPage) => resources.map(({ id }) => id);

/** Every page from the first to the last, and then all the way back. */
async function walk(order: Order, count: number) {
  const there = [await list({ ...order, cursor: "", count })];
  for (let last = there.at(-1); last?.nextCursor !== undefined; last = there.at(-1)) {
    there.push(await list({ ...order, cursor: last.nextCursor, count }));
  }
  const back = there.slice(-1);
  for (let first = back[0]; first?.previousCursor !== undefined; first = back[0]) {
    back.unshift(await list({ ...order, cursor: first.previousCursor, count }));
  }
  return { there, back };
}

describe("a list sorted by what the search index holds", () => {
  it.each(CASES)("is the one that is sorted by the documents: %s, %s", async (_by, _way, order) => {
    // With a filter, the documents are sorted.
    const expected = idsOf(await list({ ...order, filter: "userName pr" }));
    expect(expected).toHaveLength(PEOPLE);
    const statements = await test.sent(async () => expect(idsOf(await list(order))).toEqual(expected));
    expect(statements[0]).toContain("resource_value");
    for (const [startIndex, count] of [
      [1, 3],
      [4, 3],
      [9, 20],
      [30, 5],
      [33, 100],
      [41, 1],
      [42, 3],
      [1_000, 3],
    ] as const) {
      const page = await list({ ...order, startIndex, count });
      expect(idsOf(page), `${count} from ${startIndex}`).toEqual(
        expected.slice(startIndex - 1, startIndex - 1 + count),
      );
      expect(page.totalResults).toBe(PEOPLE);
    }
  });

  it.each(CASES)("is walked by cursor, there and back: %s, %s", async (_by, _way, order) => {
    const expected = idsOf(await list(order));
    for (const count of [3, 13]) {
      const { there, back } = await walk(order, count);
      expect(there.flatMap(idsOf)).toEqual(expected);
      expect(back.flatMap(idsOf)).toEqual(expected);
    }
  });

  it("folds letters that have no single lower-case form: ß is sorted as ss", async () => {
    const written = ["Strasz", "Straße", "STRASSE", "strassa"];
    const users: Resource[] = [];
    for (const nickName of written) users.push(await test.user({ nickName }));
    const sorted = idsOf(await list({ sortBy: "nickName", count: 4 }));
    expect(sorted.map((id) => written[users.findIndex((user) => user.id === id)])).toEqual([
      "strassa",
      "Straße",
      "STRASSE",
      "Strasz",
    ]);
    for (const user of users) await test.directory.remove(context, "User", user.id);
  });

  it("shows each survivor once to a walk, whatever is created, changed elsewhere and deleted meanwhile", async () => {
    for (const order of ORDERS.filter(({ sortBy }) => /:(text|code|flag|count)$/.test(sortBy))) {
      const before = idsOf(await list(order));
      const doomed = new Set<string>();
      const seen: string[] = [];
      for (let cursor: string | undefined = ""; cursor !== undefined; ) {
        const found: ListPage = await list({ ...order, cursor, count: 6 });
        seen.push(...idsOf(found));
        cursor = found.nextCursor;
        const coming = before.filter((id) => !seen.includes(id) && !doomed.has(id));
        // Gone are the one at which the next page begins, and one that is still to come.
        for (const id of [idsOf(found).at(-1), coming.at(1)]) {
          if (id === undefined || doomed.has(id) || !before.includes(id)) continue;
          doomed.add(id);
          await test.directory.remove(context, "User", id);
        }
        const last = coming.at(-1);
        if (last !== undefined) {
          await test.directory.patch(
            context,
            "User",
            last,
            {
              Operations: [{ op: "replace", path: "displayName", value: `seen ${seen.length}` }],
              schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            },
            { needs: nothing },
          );
        }
        await test.user({ [URN]: { text: "b", flag: true, count: seen.length } });
        if (seen.length > 400) break;
      }
      expect(new Set(seen).size).toBe(seen.length);
      const survivors = before.filter((id) => !doomed.has(id));
      expect(seen.filter((id) => survivors.includes(id)).sort()).toEqual([...survivors].sort());
    }
  });

  it("follows a value that changes", async () => {
    const order = { sortBy: `${URN}:count` };
    const place = async () => idsOf(await list(order)).indexOf(user.id);
    const user = await test.user({ [URN]: { count: 7 } });
    const total = (await list(order)).totalResults;
    expect([0, total - 1]).not.toContain(await place());
    await test.patch(user, { op: "replace", path: `${URN}:count`, value: -1_000 });
    expect(await place()).toBe(0);
    await test.patch(user, { op: "remove", path: `${URN}:count` });
    expect(await place()).toBe(total - 1);
  });

  it("refuses a cursor of the same list from when the field had another type", async () => {
    const order = { sortBy: `${URN}:since` };
    const { nextCursor = "" } = await list({ ...order, cursor: "", count: 2 });
    await test.database.query("update dictionary_field set type = 'string' where key = 'since'");
    await test.clock.advance(FRESH_MS);
    await expect(list({ ...order, cursor: nextCursor, count: 2 })).rejects.toMatchObject({
      scimType: "invalidCursor",
    });
  });
});
