import { describe, expect, it } from "vitest";
import { applyChange } from "../../src/demo/company-changes.js";
import { NEWCOMER_WITHOUT_MOBILE, planDay } from "../../src/demo/day-of-changes.js";
import { type Company, createSampleCompany, PERSON_WITHOUT_MOBILE } from "../../src/demo/sample-company.js";

const morning = createSampleCompany();
const steps = planDay(morning);
const changes = steps.flatMap((step) => step.changes);
const evening = changes.reduce<Company>(applyChange, morning);

describe("the day of changes", () => {
  it("consists of changes that the company can take in their order", () => {
    expect(evening.people).toHaveLength(200 + 5 - 1);
    expect(evening.departments).toHaveLength(25 - 1);
  });

  it("has something happen in every step, and no two steps of one name", () => {
    expect(steps.filter((step) => step.changes.length === 0)).toEqual([]);
    expect(new Set(steps.map((step) => step.name)).size).toBe(steps.length);
  });

  it("contains every kind of change", () => {
    expect(new Set(changes.map((change) => change.kind))).toEqual(
      new Set([
        "person-joins",
        "person-renamed",
        "person-retitled",
        "mobile-told",
        "manager-changed",
        "person-transferred",
        "person-leaves",
        "department-renamed",
        "department-moved",
        "department-closed",
      ]),
    );
  });

  it("meets each kind of trouble once, the lost answer with a single newcomer", () => {
    expect(steps.flatMap((step) => step.trouble ?? [])).toEqual(["throttling", "lost-answer"]);
    const lost = steps.find((step) => step.trouble === "lost-answer");
    expect(lost?.changes.map((change) => change.kind)).toEqual(["person-joins"]);
  });

  it("leaves exactly the newcomer without a mobile parked in the evening", () => {
    const withoutMobile = (company: Company) =>
      company.people.filter((person) => person.mobile === undefined).map((person) => person.key);
    expect(withoutMobile(morning)).toEqual([PERSON_WITHOUT_MOBILE]);
    expect(withoutMobile(evening)).toEqual([NEWCOMER_WITHOUT_MOBILE]);
  });

  it("repeats no account name and no mobile", () => {
    for (const field of ["key", "userName", "mobile"] as const) {
      const values = evening.people.flatMap((person) => person[field] ?? []);
      expect(new Set(values).size).toBe(values.length);
    }
  });

  it("moves departments in both spellings of the parent", () => {
    const moved = changes.flatMap((change) =>
      change.kind === "department-moved" ? change.departmentKey : [],
    );
    const spellings = morning.departments
      .filter(({ key }) => moved.includes(key))
      .map(({ spelling }) => spelling);
    expect(new Set(spellings)).toEqual(new Set(["parent-attribute", "nested-member"]));
  });

  it("leaves every person with a department and a manager who are still there", () => {
    const departments = new Set(evening.departments.map(({ key }) => key));
    const people = new Set(evening.people.map(({ key }) => key));
    for (const person of evening.people) {
      expect(person.departmentKeys.length).toBeGreaterThan(0);
      expect(person.departmentKeys.every((key) => departments.has(key))).toBe(true);
      if (person.managerKey !== undefined) expect(people).toContain(person.managerKey);
    }
  });
});
