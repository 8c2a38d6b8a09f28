import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExactJson, writeExactJson } from "../../src/simulator/exact-json.js";
import { BusinessRefusal, type Simulator, startSimulator } from "../../src/simulator/index.js";

/** One step of a random day; numbers pick among the objects there are. */
const step = fc.record({
  api: fc.constantFrom(
    "department/create",
    "department/create",
    "department/update",
    "department/delete",
    "user/create",
    "user/create",
    "user/update",
    "user/delete",
  ),
  target: fc.nat(9),
  parent: fc.nat(9),
  other: fc.nat(9),
  name: fc.constantFrom("甲", "乙", "丙", "丁"),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function perform(simulator: Simulator, { api, target, parent, other, name }: Step): void {
  const { departments } = simulator.state();
  const departmentAt = (n: number) => departments[n % departments.length]?.dept_id ?? 1;
  const parameters = {
    name,
    dept_id: departmentAt(target),
    parent_id: departmentAt(parent),
    dept_manager_userid_list: `u${other}`,
    userid: `u${target}`,
    mobile: api === "user/create" ? `1390000000${other}` : undefined,
    dept_id_list: `${departmentAt(parent)},${departmentAt(other)}`,
    manager_userid: "",
  };
  try {
    simulator.act(`/topapi/v2/${api}`, parameters);
  } catch (thrown) {
    if (!(thrown instanceof BusinessRefusal)) throw thrown;
  }
}

function expectSound(simulator: Simulator): void {
  const { departments, users } = simulator.state();
  const byId = new Map(departments.map((department) => [department.dept_id, department]));
  // The dump walks from the root: a cycle or an orphan would be missing from it and from its parent's children.
  expect(byId.size).toBe(departments.length);
  for (const department of departments.slice(1)) expect(byId.has(department.parent_id ?? 0)).toBe(true);
  const siblings = departments.map(({ parent_id, name }) => `${parent_id}/${name}`);
  expect(new Set(siblings).size).toBe(siblings.length);
  expect(new Set(users.map((user) => user.mobile)).size).toBe(users.length);
  const fromUsers = users.flatMap((user) => user.dept_id_list.map((id) => `${id}:${user.userid}`));
  const fromDepartments = departments.flatMap(({ dept_id, userid_list }) =>
    userid_list.map((id) => `${dept_id}:${id}`),
  );
  expect(fromUsers.sort()).toEqual(fromDepartments.sort());
  for (const { dept_manager_userid_list: managers, userid_list } of departments) {
    for (const manager of managers) expect(userid_list).toContain(manager);
  }
}

describe("whatever is done to it, the contact book", () => {
  it("stays a tree with unique names and mobiles, whose members and managers agree", async () => {
    const simulator = await startSimulator({ deleteDepartmentWithEmptyChildren: "cascade" });
    try {
      fc.assert(
        fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
          simulator.reset();
          for (const each of steps) perform(simulator, each);
          expectSound(simulator);
        }),
        { numRuns: 150 },
      );
    } finally {
      await simulator.close();
    }
  });
});

describe("exact JSON", () => {
  it("reads every JSON text like JSON.parse, but for integers too long for a number", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value);
        const plain: unknown = JSON.parse(text, (_key, member: unknown) =>
          typeof member === "number" && /^-?\d{16,}$/.test(JSON.stringify(member))
            ? JSON.stringify(member)
            : member,
        );
        expect(parseExactJson(text)).toEqual(plain);
      }),
    );
  });

  it.each([
    ['{"order":176289373673672512}', { order: "176289373673672512" }],
    ['{"text":"176289373673672512"}', { text: "176289373673672512" }],
    ['{"text":"\\"176289373673672512,"}', { text: '"176289373673672512,' }],
    ["[0.0000010000000000000002]", [0.0000010000000000000002]],
    ["[-1234567890123456789,1e-0000000000000001]", ["-1234567890123456789", 0.1]],
    ["[1234567890123456.5,1234567890123456e2]", [1234567890123456.5, 1234567890123456e2]],
  ])("reads %s", (text, value) => {
    expect(parseExactJson(text)).toEqual(value);
  });

  it("writes a bigint with all its digits and leaves texts that look like its mark alone", () => {
    expect(writeExactJson({ order: 176_289_373_673_672_512n, text: "bigint:1" })).toBe(
      '{"order":176289373673672512,"text":"bigint:1"}',
    );
  });
});
