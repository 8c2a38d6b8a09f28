import type { Company, Department, Person } from "./sample-company.js";

/** One thing that happens in a company, in the words of its personnel office. */
export type Change =
  | { kind: "person-joins"; person: Person }
  | { kind: "person-renamed"; personKey: string; familyName: string; givenName: string }
  | { kind: "person-retitled"; personKey: string; title: string }
  | { kind: "mobile-told"; personKey: string; mobile: string }
  | { kind: "manager-changed"; personKey: string; managerKey: string }
  | { kind: "person-transferred"; personKey: string; fromKey: string; toKey: string }
  | { kind: "person-leaves"; personKey: string }
  | { kind: "department-renamed"; departmentKey: string; name: string }
  | { kind: "department-moved"; departmentKey: string; parentKey: string }
  | { kind: "department-closed"; departmentKey: string };

/**
 * The company after a change.
 * @throws Error when the change names somebody or something the company does not have, or would leave people
 * without a department, with a manager who is gone, or a department below one that is gone.
 */
export function applyChange(company: Company, change: Change): Company {
  switch (change.kind) {
    case "person-joins":
      if (company.people.some((person) => person.key === change.person.key)) {
        throw new Error(`Person ${change.person.key} has joined already.`);
      }
      for (const key of change.person.departmentKeys) findDepartment(company, key);
      if (change.person.managerKey !== undefined) findPerson(company, change.person.managerKey);
      return { ...company, people: [...company.people, change.person] };
    case "person-renamed":
      return changePerson(company, change.personKey, {
        familyName: change.familyName,
        givenName: change.givenName,
      });
    case "person-retitled":
      return changePerson(company, change.personKey, { title: change.title });
    case "mobile-told":
      return changePerson(company, change.personKey, { mobile: change.mobile });
    case "manager-changed":
      findPerson(company, change.managerKey);
      return changePerson(company, change.personKey, { managerKey: change.managerKey });
    case "person-transferred":
      return transferPerson(company, change.personKey, change.fromKey, change.toKey);
    case "person-leaves":
      return removePerson(company, change.personKey);
    case "department-renamed":
      return changeDepartment(company, change.departmentKey, { name: change.name });
    case "department-moved":
      return moveDepartment(company, change.departmentKey, change.parentKey);
    case "department-closed":
      return closeDepartment(company, change.departmentKey);
    default: {
      const unknown: never = change;
      throw new Error(`Unknown change ${JSON.stringify(unknown)}.`);
    }
  }
}

/** The person with this employee number. @throws Error when there is none. */
export function findPerson(company: Company, key: string): Person {
  const person = company.people.find((candidate) => candidate.key === key);
  if (person === undefined) throw new Error(`The company has no person ${key}.`);
  return person;
}

/** The department with this code. @throws Error when there is none. */
export function findDepartment(company: Company, key: string): Department {
  const department = company.departments.find((candidate) => candidate.key === key);
  if (department === undefined) throw new Error(`The company has no department ${key}.`);
  return department;
}

/** The people who work in a department directly. */
export function peopleOf(company: Company, departmentKey: string): Person[] {
  return company.people.filter((person) => person.departmentKeys.includes(departmentKey));
}

function changePerson(company: Company, key: string, change: Partial<Person>): Company {
  findPerson(company, key);
  const people = company.people.map((person) => (person.key === key ? { ...person, ...change } : person));
  return { ...company, people };
}

function changeDepartment(company: Company, key: string, change: Partial<Department>): Company {
  findDepartment(company, key);
  const departments = company.departments.map((department) =>
    department.key === key ? { ...department, ...change } : department,
  );
  return { ...company, departments };
}

function transferPerson(company: Company, key: string, fromKey: string, toKey: string): Company {
  findDepartment(company, toKey);
  const { departmentKeys } = findPerson(company, key);
  if (!departmentKeys.includes(fromKey)) throw new Error(`Person ${key} does not work in ${fromKey}.`);
  const moved = departmentKeys.map((departmentKey) => (departmentKey === fromKey ? toKey : departmentKey));
  return changePerson(company, key, { departmentKeys: [...new Set(moved)] });
}

function removePerson(company: Company, key: string): Company {
  findPerson(company, key);
  const report = company.people.find((person) => person.managerKey === key);
  if (report !== undefined) throw new Error(`Person ${key} still leads ${report.key}.`);
  return { ...company, people: company.people.filter((person) => person.key !== key) };
}

function moveDepartment(company: Company, key: string, parentKey: string): Company {
  for (let above: string | undefined = parentKey; above !== undefined; ) {
    if (above === key) throw new Error(`Department ${key} cannot move below itself.`);
    above = findDepartment(company, above).parentKey;
  }
  return changeDepartment(company, key, { parentKey });
}

function closeDepartment(company: Company, key: string): Company {
  findDepartment(company, key);
  if (peopleOf(company, key).length > 0) throw new Error(`Department ${key} still has people.`);
  if (company.departments.some((department) => department.parentKey === key)) {
    throw new Error(`Department ${key} still has departments below it.`);
  }
  return { ...company, departments: company.departments.filter((department) => department.key !== key) };
}
