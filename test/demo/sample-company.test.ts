import { describe, expect, it } from "vitest";
import {
  createSampleCompany,
  displayName,
  PERSON_WITHOUT_MOBILE,
  type Person,
} from "../../src/demo/sample-company.js";

const company = createSampleCompany();
const people = new Map(company.people.map((person) => [person.key, person]));
const departments = new Map(company.departments.map((department) => [department.key, department]));

function stepsUp<T>(start: T, above: (one: T) => T | undefined): number {
  let steps = 0;
  for (let next = above(start); next !== undefined; next = above(next)) {
    steps += 1;
    if (steps > 100) throw new Error("The chain has no end.");
  }
  return steps;
}

function repeated(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

describe("the sample company", () => {
  it("is the same every time it is made from the same seed, and another from another seed", () => {
    expect(createSampleCompany()).toEqual(company);
    expect(createSampleCompany(7).people).not.toEqual(company.people);
  });

  it("has 200 people in 25 departments that are three deep", () => {
    expect(company.people).toHaveLength(200);
    expect(company.departments).toHaveLength(25);
    const depths = company.departments.map(
      (start) =>
        1 +
        stepsUp(start, ({ parentKey }) => (parentKey === undefined ? undefined : departments.get(parentKey))),
    );
    expect(Math.max(...depths)).toBe(3);
  });

  it.each(["key", "userName", "email"] as const)("repeats no %s", (field) => {
    expect(repeated(company.people.map((person) => person[field]))).toEqual([]);
  });

  it("gives everybody but one a mobile that is well formed, fictional and not repeated", () => {
    const mobiles = company.people.flatMap((person) => person.mobile ?? []);
    expect(mobiles).toHaveLength(199);
    expect(repeated(mobiles)).toEqual([]);
    expect(mobiles.filter((mobile) => !/^1990000\d{4}$/.test(mobile))).toEqual([]);
    expect(people.get(PERSON_WITHOUT_MOBILE)).toBeDefined();
    expect(people.get(PERSON_WITHOUT_MOBILE)?.mobile).toBeUndefined();
  });

  it("writes names in Chinese characters and everything else as the vendor takes it", () => {
    for (const person of company.people) {
      expect(displayName(person)).toMatch(/^\p{Script=Han}{2,4}$/u);
      expect(person.email).toMatch(/^[a-z]+\.[a-z]+\d*@example\.com$/);
      expect(person.email.length).toBeLessThanOrEqual(50);
      expect(person.title).not.toBe("");
    }
  });

  it("puts everybody into departments that exist, some into two", () => {
    const unknown = company.people.flatMap(({ departmentKeys }) =>
      departmentKeys.filter((key) => !departments.has(key)),
    );
    expect(unknown).toEqual([]);
    expect(company.people.filter(({ departmentKeys }) => departmentKeys.length === 0)).toEqual([]);
    expect(
      company.people.filter(({ departmentKeys }) => new Set(departmentKeys).size === 2).length,
    ).toBeGreaterThan(9);
  });

  it("leaves no department empty", () => {
    const staffed = new Set(company.people.flatMap(({ departmentKeys }) => departmentKeys));
    expect([...departments.keys()].filter((key) => !staffed.has(key))).toEqual([]);
  });

  it("has managers that form one tree with a single head", () => {
    const above = (person: Person) =>
      person.managerKey === undefined ? undefined : people.get(person.managerKey);
    const heads = company.people.filter((person) => above(person) === undefined);
    expect(heads.map(({ key }) => key)).toEqual(["E0001"]);
    expect(
      company.people.filter(({ managerKey }) => managerKey !== undefined && !people.has(managerKey)),
    ).toEqual([]);
    for (const person of company.people) expect(stepsUp(person, above)).toBeLessThanOrEqual(4);
  });

  it("sends some people before their manager and one department before its parent", () => {
    const seenPeople = new Set<string>();
    const early = company.people.filter((person) => {
      seenPeople.add(person.key);
      return person.managerKey !== undefined && !seenPeople.has(person.managerKey);
    });
    expect(early.length).toBeGreaterThan(5);

    const seenDepartments = new Set<string>();
    const earlyDepartments = company.departments.filter((department) => {
      seenDepartments.add(department.key);
      return department.parentKey !== undefined && !seenDepartments.has(department.parentKey);
    });
    expect(earlyDepartments.map(({ spelling }) => spelling)).toEqual(["parent-attribute"]);
  });

  it("tells the parents of departments in both spellings", () => {
    const withParent = company.departments.filter(({ parentKey }) => parentKey !== undefined);
    expect(new Set(withParent.map(({ spelling }) => spelling))).toEqual(
      new Set(["parent-attribute", "nested-member"]),
    );
  });

  it("gives the person without a mobile nobody to lead, so that only one person waits", () => {
    expect(company.people.filter(({ managerKey }) => managerKey === PERSON_WITHOUT_MOBILE)).toEqual([]);
  });
});
