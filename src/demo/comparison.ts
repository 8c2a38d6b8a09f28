import type { Roster, RosterDepartment, RosterPerson } from "./roster.js";
import type { ScimUser } from "./scim-directory.js";

/** A roster and what its owner is called in the lines. */
export interface Side {
  name: string;
  roster: Roster;
}

/**
 * Where two views of the company differ, one readable line for each difference; empty when they agree. Compared are
 * of each department the name and the parent, of each person the name, mobile, departments and manager.
 */
export function compareRosters(left: Side, right: Side): string[] {
  return [
    ...compareRecords(left, right, "departments", departmentFacts),
    ...compareRecords(left, right, "people", personFacts),
  ];
}

/**
 * People without a remote id who are not parked with a reason: everybody must be at DingTalk or the administrator
 * must be able to read why not.
 */
export function listUnexplained(users: readonly ScimUser[]): string[] {
  return users.flatMap((user) => {
    if (user.remoteId !== undefined) return [];
    const states = user.provisioning;
    if (states.length > 0 && states.every(({ state, lastError }) => state === "parked" && lastError))
      return [];
    const standing = states.map(({ state }) => state).join(", ") || "unknown to provisioning";
    return [
      `Person "${user.displayName}" (${user.userName}) has no ddAccountId and is ${standing}, not parked with a reason.`,
    ];
  });
}

/** What DingTalk's history tells about creations: how many there were of each stamp, userid and mobile. */
export interface CreationCounts {
  departmentCreates: Readonly<Record<string, number>>;
  userCreates: Readonly<Record<string, number>>;
  mobileCreates: Readonly<Record<string, number>>;
}

/** Departments and people that DingTalk ever created more than once, even if the second one is gone again. */
export function listRepeatedCreations(history: CreationCounts): string[] {
  const kinds = [
    ["A department with the stamp", history.departmentCreates],
    ["A person with the userid", history.userCreates],
    ["A person with the mobile", history.mobileCreates],
  ] as const;
  return kinds.flatMap(([title, counts]) =>
    Object.entries(counts)
      .filter(([, count]) => count > 1)
      .map(([id, count]) => `${title} ${id} was created ${count} times.`),
  );
}

/** What is compared of a record: what it is called in a line, and its facts in words. */
type Facts<T> = (record: T, roster: Roster) => { title: string; facts: Record<string, string> };

function compareRecords<K extends keyof Roster>(
  left: Side,
  right: Side,
  kind: K,
  readFacts: Facts<Roster[K][number]>,
): string[] {
  const rights = new Map<string, Roster[K][number]>(right.roster[kind].map((record) => [record.id, record]));
  const lines: string[] = [];
  for (const record of left.roster[kind]) {
    const counterpart = rights.get(record.id);
    rights.delete(record.id);
    const { title, facts } = readFacts(record, left.roster);
    if (counterpart === undefined) {
      lines.push(`${title} is in ${left.name} but not in ${right.name}.`);
      continue;
    }
    const others = readFacts(counterpart, right.roster).facts;
    for (const [name, value] of Object.entries(facts)) {
      const other = others[name];
      if (value !== other)
        lines.push(`${title}: ${name} is ${value} in ${left.name} but ${other} in ${right.name}.`);
    }
  }
  for (const record of rights.values()) {
    lines.push(`${readFacts(record, right.roster).title} is in ${right.name} but not in ${left.name}.`);
  }
  return lines;
}

const departmentFacts: Facts<RosterDepartment> = (department) => ({
  title: `Department "${department.name}" (${department.id})`,
  facts: { name: `"${department.name}"`, parent: department.parentId ?? "the top" },
});

const personFacts: Facts<RosterPerson> = (person) => ({
  title: `Person "${person.name}" (${person.id})`,
  facts: {
    name: `"${person.name}"`,
    mobile: person.mobile ?? "unknown",
    departments: [...new Set(person.departmentIds)].sort().join(" + ") || "none",
    manager: person.managerId ?? "nobody",
  },
});
