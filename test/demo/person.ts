import type { Person } from "../../src/demo/sample-company.js";

/** A person without a mobile, of whom only the places in the company matter. */
export function person(key: string, departmentKeys: string[], managerKey?: string): Person {
  return {
    key,
    userName: `${key}@example.com`,
    email: `${key}@example.com`,
    familyName: "王",
    givenName: "明",
    title: "工程师",
    departmentKeys,
    ...(managerKey === undefined ? {} : { managerKey }),
  };
}
