import { type DepartmentPlan, departmentPlans, EARLY_CHILD, NESTED_KEYS } from "./department-plan.js";
import { GIVEN_NAME_CHARACTERS, type NamePart, SURNAMES } from "./names.js";
import { createRandomSource, type RandomSource } from "./random.js";

/** How the identity provider tells the gateway where a department belongs; the gateway takes both as one fact. */
export type ParentSpelling = "parent-attribute" | "nested-member";

/** A department as the company's own records hold it. */
export interface Department {
  /** The company's department code; travels as `externalId`. */
  key: string;
  name: string;
  /** Code of the department above; absent at the top. */
  parentKey?: string;
  spelling: ParentSpelling;
}

/** A person as the company's own records hold them. */
export interface Person {
  /** Employee number; also travels as `externalId`. */
  key: string;
  userName: string;
  familyName: string;
  givenName: string;
  /** 11 digits from a range that no operator hands out to people; absent for those who have not told it yet. */
  mobile?: string;
  email: string;
  title: string;
  /** Codes of all departments the person works in, the main one first. */
  departmentKeys: readonly string[];
  /** Employee number of the line manager; absent for the head of the company. */
  managerKey?: string;
}

/** The company in the order in which its identity provider happens to send it. */
export interface Company {
  departments: readonly Department[];
  people: readonly Person[];
}

/** How many people the sample company has. */
export const SAMPLE_SIZE = 200;

/** Employee number of the person whose mobile is not known at the start. */
export const PERSON_WITHOUT_MOBILE = "E0140";

interface PlannedDepartment {
  department: Department;
  plan: DepartmentPlan;
}

function listDepartments(plans: readonly DepartmentPlan[], parentKey?: string): PlannedDepartment[] {
  return plans.flatMap((entry) => [
    {
      plan: entry,
      department: {
        key: entry.key,
        name: entry.name,
        ...(parentKey === undefined ? {} : { parentKey }),
        spelling: NESTED_KEYS.has(entry.key) ? ("nested-member" as const) : ("parent-attribute" as const),
      },
    },
    ...listDepartments(entry.below ?? [], entry.key),
  ]);
}

function sendEarly(departments: readonly Department[]): Department[] {
  const child = departments.filter((department) => department.key === EARLY_CHILD.key);
  const others = departments.filter((department) => department.key !== EARLY_CHILD.key);
  const position = others.findIndex((department) => department.key === EARLY_CHILD.before);
  return [...others.slice(0, position), ...child, ...others.slice(position)];
}

function employeeNumber(index: number): string {
  return `E${String(index + 1).padStart(4, "0")}`;
}

/** Spreads `total` people over the departments by weight; each department gets at least one, its head. */
function spreadPeople(departments: readonly PlannedDepartment[], total: number): DepartmentPlan[] {
  const weights = departments.reduce((sum, { plan: entry }) => sum + entry.weight, 0);
  const free = total - departments.length;
  let passed = 0;
  return departments.flatMap(({ plan: entry }) => {
    const from = Math.round((passed / weights) * free);
    passed += entry.weight;
    const to = Math.round((passed / weights) * free);
    return Array.from({ length: 1 + to - from }, () => entry);
  });
}

/** Builds people with names, account names and mobiles that do not repeat. */
function createPersonMaker(
  random: RandomSource,
): (
  index: number,
  place: { title: string; departmentKeys: readonly string[]; managerKey?: string },
) => Person {
  const takenNames = new Map<string, number>();
  return (index, place) => {
    const surname = random.pick(SURNAMES);
    const given: NamePart[] = [random.pick(GIVEN_NAME_CHARACTERS)];
    if (random.below(5) > 0) given.push(random.pick(GIVEN_NAME_CHARACTERS));
    const stem = `${given.map((part) => part.pinyin).join("")}.${surname.pinyin}`;
    const uses = (takenNames.get(stem) ?? 0) + 1;
    takenNames.set(stem, uses);
    const account = `${stem}${uses === 1 ? "" : uses}`;
    const key = employeeNumber(index);
    return {
      key,
      userName: `${account}@example.com`,
      familyName: surname.text,
      givenName: given.map((part) => part.text).join(""),
      ...(key === PERSON_WITHOUT_MOBILE ? {} : { mobile: sampleMobile(index) }),
      email: `${account}@example.com`,
      ...place,
    };
  };
}

/** The mobile of the person at `index`: well formed for mainland China and plainly made up. */
export function sampleMobile(index: number): string {
  return `1990000${String(index + 1).padStart(4, "0")}`;
}

/** The display name in Chinese order, family name first and nothing between. */
export function displayName(person: Pick<Person, "familyName" | "givenName">): string {
  return `${person.familyName}${person.givenName}`;
}

/**
 * A company of 25 departments three deep and 200 people, the same for the same seed. The first person of each
 * department leads it and reports to the head of the department above; a tenth of the others also work in a second
 * department. Some people come before their manager in the list, and one department before its parent.
 */
export function createSampleCompany(seed = 20_250_101): Company {
  const random = createRandomSource(seed);
  const makePerson = createPersonMaker(random);
  const planned = listDepartments(departmentPlans);
  const seats = spreadPeople(planned, SAMPLE_SIZE);

  const headOf = new Map<string, string>();
  seats.forEach((seat, index) => {
    if (!headOf.has(seat.key)) headOf.set(seat.key, employeeNumber(index));
  });
  const parentOf = new Map(planned.map(({ department }) => [department.key, department.parentKey]));
  const companyHead = employeeNumber(0);

  const people = seats.map((seat, index) => {
    const head = headOf.get(seat.key);
    const isHead = head === employeeNumber(index);
    const above = parentOf.get(seat.key);
    const managerKey = isHead ? (above === undefined ? companyHead : headOf.get(above)) : head;
    const extra = random.below(10) === 0 ? random.pick(planned).department.key : seat.key;
    return makePerson(index, {
      title: index === 0 ? "总经理" : isHead ? `${seat.name}负责人` : seat.title,
      departmentKeys: isHead || extra === seat.key ? [seat.key] : [seat.key, extra],
      ...(managerKey === undefined || index === 0 ? {} : { managerKey }),
    });
  });

  // Every fifth person is sent ahead of the first eighty, who hold most of the line managers.
  const early = people.filter((_, index) => index >= 80 && index % 5 === 0);
  return {
    departments: sendEarly(planned.map(({ department }) => department)),
    people: [...early, ...people.filter((person) => !early.includes(person))],
  };
}
