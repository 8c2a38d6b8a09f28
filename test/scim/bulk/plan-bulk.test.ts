import { describe, expect, it } from "vitest";
import { withIds } from "../../../src/scim/bulk/bulk-references.js";
import type {
  BulkOperation,
  ReadableOperation,
  UnreadableOperation,
} from "../../../src/scim/bulk/bulk-request.js";
import { planBulk } from "../../../src/scim/bulk/plan-bulk.js";
import { badRequest } from "../../../src/scim/errors.js";
import type { JsonValue } from "../../../src/scim/schema/attribute.js";

type Sketch = Omit<ReadableOperation, "index"> | Omit<UnreadableOperation, "index">;

const user = (bulkId: string, data: JsonValue = {}): Sketch => ({
  method: "POST",
  bulkId,
  type: "User",
  data,
});
const group = (bulkId: string, members: string[], more = {}): Sketch => ({
  method: "POST",
  bulkId,
  type: "Group",
  data: { members: members.map((value) => ({ value: `bulkId:${value}` })), ...more },
});
const patch = (id: string, data: JsonValue = {}): Sketch => ({ method: "PATCH", type: "Group", id, data });
const remove = (id: string): Sketch => ({ method: "DELETE", type: "User", id });
const reportOf = (bulkId: string) => ({ manager: { value: `bulkId:${bulkId}` } });

/** Walks the plan; the steps as bulkIds or ids, refused ones with their status, those of `failing` ending badly. */
function walk(sketches: Sketch[], options: { limit?: number; failing?: string[] } = {}): string[] {
  const operations = sketches.map((sketch, index): BulkOperation => ({ ...sketch, index }));
  const name = (operation: BulkOperation) =>
    operation.bulkId ?? ("id" in operation ? (operation.id ?? "?") : "?");
  const plan = planBulk(operations);
  const steps: string[] = [];
  for (;;) {
    const step = plan.next(options.limit ?? 100);
    if (step === undefined) return steps;
    if ("error" in step) {
      steps.push(`${name(step.operation)}: ${step.error.status}`);
      plan.settle(step.operation, false);
      continue;
    }
    steps.push(step.operations.map(name).join(" "));
    for (const operation of step.operations) {
      plan.settle(operation, !options.failing?.includes(name(operation)));
    }
  }
}

describe("the order of bulk operations", () => {
  it("is that of the request, with people created together", () => {
    expect(walk([user("a"), user("b"), remove("x"), user("c"), patch("g")])).toEqual(["a b", "x", "c", "g"]);
    expect(walk([user("a"), user("b"), user("c")], { limit: 2 })).toEqual(["a b", "c"]);
    expect(walk([user("a"), user("b")], { limit: 1 })).toEqual(["a", "b"]);
  });

  it("lets an operation wait for what it refers to, before or behind it", () => {
    expect(walk([group("g", ["a"]), user("a")])).toEqual(["a", "g"]);
    expect(walk([user("a"), group("g", ["a"])])).toEqual(["a", "g"]);
    expect(walk([patch("bulkId:g"), group("g", ["h"]), group("h", [])])).toEqual(["h", "g", "bulkId:g"]);
    expect(walk([user("a", reportOf("b")), user("b"), user("c", reportOf("a"))])).toEqual(["b", "a", "c"]);
  });

  it("keeps operations on one resource in the order of the request", () => {
    const add = patch("g", { Operations: [{ op: "add", path: "members", value: [{ value: "bulkId:a" }] }] });
    expect(walk([add, patch("g"), user("a")])).toEqual(["a", "g", "g"]);
    expect(walk([{ method: "DELETE", type: "Group", id: "1" }, patch("2"), patch("1")])).toEqual([
      "1",
      "2",
      "1",
    ]);
  });

  it("follows circles of managers, where an id is enough", () => {
    expect(walk([user("a", reportOf("b")), user("b", reportOf("a"))])).toEqual(["a", "b"]);
    expect(walk([user("a", reportOf("a"))])).toEqual(["a"]);
  });

  it("finds the way through a circle of which one half can wait", () => {
    const below = { parent: { value: "bulkId:b" } };
    expect(walk([group("a", [], below), group("b", ["a"])])).toEqual(["a", "b"]);
    expect(walk([group("b", ["a"]), group("a", [], below)])).toEqual(["a", "b"]);
  });

  it("refuses groups that are members of each other, and who needs them, with 409", () => {
    expect(walk([group("a", ["b"]), group("b", ["a"]), user("c"), patch("bulkId:a")])).toEqual([
      "c",
      "a: 409",
      "b: 409",
      "bulkId:a: 409",
    ]);
    expect(walk([group("a", ["a"])])).toEqual(["a: 409"]);
  });
});

describe("a reference", () => {
  it("to what failed fails with 409, along the whole chain", () => {
    const chain = [user("a"), user("b", reportOf("a")), group("g", ["b"]), user("c")];
    expect(walk(chain, { failing: ["a"] })).toEqual(["a", "b: 409", "g: 409", "c"]);
    const unread: Sketch = { method: "POST", bulkId: "a", error: badRequest("invalidSyntax", "?") };
    expect(walk([user("b", reportOf("a")), unread])).toEqual(["a: 400", "b: 409"]);
  });

  it("to a bulkId that no POST has is refused with 400", () => {
    expect(walk([group("g", ["nobody"])])).toEqual(["g: 400"]);
    expect(walk([patch("bulkId:nobody"), { ...patch("h"), bulkId: "nobody" }])).toEqual([
      "bulkId:nobody: 400",
      "nobody",
    ]);
  });

  it("to a bulkId that two POSTs have is refused with 400; the repetition alone is not", () => {
    expect(walk([user("a"), user("a"), user("b", reportOf("a"))])).toEqual(["a a", "b: 400"]);
  });

  it("is replaced by the id wherever it stands", () => {
    const operation = {
      index: 0,
      method: "PATCH" as const,
      type: "Group" as const,
      id: "bulkId:g",
      data: {
        Operations: [
          { op: "add", path: "members", value: [{ value: "bulkId:a" }, "BULKID:a"] },
          { op: "remove", path: 'members[value eq "bulkId:a" or value eq "bulkId:x"]' },
          { op: "replace", path: "displayName", value: "about bulkId:a" },
        ],
      },
    };
    const ids: Record<string, string> = { a: "1", g: "2" };
    expect(withIds(operation, (bulkId) => ids[bulkId])).toMatchObject({
      id: "2",
      data: {
        Operations: [
          { value: [{ value: "1" }, "1"] },
          { path: 'members[value eq "1" or value eq "bulkId:x"]' },
          { value: "about bulkId:a" },
        ],
      },
    });
  });
});

describe("a plan of a thousand operations", () => {
  it.each([
    ["a chain written backwards", (at: number) => user(`u${at}`, at < 999 ? reportOf(`u${at + 1}`) : {})],
    ["a group of groups of groups", (at: number) => group(`u${at}`, at < 999 ? [`u${at + 1}`] : [])],
    ["everything on one resource", () => patch("g")],
  ])("is made quickly: %s", (_what, sketch) => {
    const started = performance.now();
    const steps = walk(Array.from({ length: 1_000 }, (_, at) => sketch(at)));
    expect(steps).toHaveLength(1_000);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

it("plans a thousand groups that wait for each other by 300,000 references in little time", () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `g${index}`);
  // Each names the three hundred behind it: the last ones come first, and a circle is left at the end.
  const sketches = names.map((name, index) =>
    group(name, [...names, ...names].slice(index + 1, index + 301).toReversed()),
  );
  const before = process.cpuUsage();
  const steps = walk(sketches);
  const { user: spentMicroseconds } = process.cpuUsage(before);
  expect(steps).toHaveLength(1_000);
  expect(spentMicroseconds / 1_000).toBeLessThan(1_000);
});
