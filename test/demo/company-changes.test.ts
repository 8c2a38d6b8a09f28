import { describe, expect, it } from "vitest";
import { applyChange, type Change } from "../../src/demo/company-changes.js";
import type { Company } from "../../src/demo/sample-company.js";
import { person } from "./person.js";

const company: Company = {
  departments: [
    { key: "top", name: "中心", spelling: "parent-attribute" },
    { key: "sub", name: "小组", parentKey: "top", spelling: "parent-attribute" },
    { key: "empty", name: "空组", spelling: "parent-attribute" },
  ],
  people: [person("boss", ["top"]), person("staff", ["sub", "top"], "boss")],
};

const newcomer = person("new", ["sub"], "boss");

describe("a change of the company", () => {
  it.each<[string, Change, (after: Company) => unknown, unknown]>([
    [
      "a newcomer is added",
      { kind: "person-joins", person: newcomer },
      (after) => after.people.at(-1),
      newcomer,
    ],
    [
      "a person gets another name",
      { kind: "person-renamed", personKey: "staff", familyName: "李", givenName: "静" },
      (after) => [after.people[1]?.familyName, after.people[1]?.givenName],
      ["李", "静"],
    ],
    [
      "a title changes",
      { kind: "person-retitled", personKey: "staff", title: "经理" },
      (after) => after.people[1]?.title,
      "经理",
    ],
    [
      "a mobile arrives",
      { kind: "mobile-told", personKey: "staff", mobile: "19900000001" },
      (after) => after.people[1]?.mobile,
      "19900000001",
    ],
    [
      "a manager changes",
      { kind: "manager-changed", personKey: "boss", managerKey: "staff" },
      (after) => after.people[0]?.managerKey,
      "staff",
    ],
    [
      "a transfer exchanges one department and keeps the other",
      { kind: "person-transferred", personKey: "staff", fromKey: "sub", toKey: "empty" },
      (after) => after.people[1]?.departmentKeys,
      ["empty", "top"],
    ],
    [
      "a transfer to where the person works already repeats nothing",
      { kind: "person-transferred", personKey: "staff", fromKey: "sub", toKey: "top" },
      (after) => after.people[1]?.departmentKeys,
      ["top"],
    ],
    [
      "a leaver is gone",
      { kind: "person-leaves", personKey: "staff" },
      (after) => after.people.map(({ key }) => key),
      ["boss"],
    ],
    [
      "a department gets another name",
      { kind: "department-renamed", departmentKey: "sub", name: "新组" },
      (after) => after.departments[1]?.name,
      "新组",
    ],
    [
      "a department moves",
      { kind: "department-moved", departmentKey: "sub", parentKey: "empty" },
      (after) => after.departments[1]?.parentKey,
      "empty",
    ],
    [
      "an empty department closes",
      { kind: "department-closed", departmentKey: "empty" },
      (after) => after.departments.map(({ key }) => key),
      ["top", "sub"],
    ],
  ])("%s", (_name, change, read, expected) => {
    const before = structuredClone(company);
    expect(read(applyChange(company, change))).toEqual(expected);
    expect(company).toEqual(before);
  });

  it.each<[string, Change, RegExp]>([
    [
      "somebody who is there already",
      { kind: "person-joins", person: person("staff", ["sub"]) },
      /joined already/,
    ],
    [
      "a newcomer of an unknown department",
      { kind: "person-joins", person: person("new", ["gone"]) },
      /no department gone/,
    ],
    [
      "a newcomer with an unknown manager",
      { kind: "person-joins", person: person("new", ["sub"], "ghost") },
      /no person ghost/,
    ],
    ["an unknown person", { kind: "person-retitled", personKey: "ghost", title: "x" }, /no person ghost/],
    [
      "an unknown manager",
      { kind: "manager-changed", personKey: "staff", managerKey: "ghost" },
      /no person ghost/,
    ],
    [
      "a transfer out of a foreign department",
      { kind: "person-transferred", personKey: "boss", fromKey: "sub", toKey: "empty" },
      /does not work in sub/,
    ],
    ["a leaver who still leads somebody", { kind: "person-leaves", personKey: "boss" }, /still leads staff/],
    [
      "a department below itself",
      { kind: "department-moved", departmentKey: "top", parentKey: "sub" },
      /below itself/,
    ],
    [
      "a move below an unknown department",
      { kind: "department-moved", departmentKey: "sub", parentKey: "gone" },
      /no department gone/,
    ],
    [
      "closing a department with people",
      { kind: "department-closed", departmentKey: "sub" },
      /still has people/,
    ],
  ])("is refused for %s", (_name, change, message) => {
    expect(() => applyChange(company, change)).toThrow(message);
  });

  it("is refused when a department with others below it would close", () => {
    const unstaffed: Company = { ...company, people: [] };
    expect(() => applyChange(unstaffed, { kind: "department-closed", departmentKey: "top" })).toThrow(
      /departments below/,
    );
  });
});
