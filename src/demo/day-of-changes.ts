import { type Change, peopleOf } from "./company-changes.js";
import {
  type Company,
  PERSON_WITHOUT_MOBILE,
  type Person,
  SAMPLE_SIZE,
  sampleMobile,
} from "./sample-company.js";

/** A kind of trouble that DingTalk makes during a step. */
export type Trouble = "throttling" | "lost-answer";

/** One chapter of the day. */
export interface Step {
  name: string;
  changes: readonly Change[];
  /** What the simulator is told to do to the calls this step causes. */
  trouble?: Trouble;
}

interface Newcomer {
  familyName: string;
  givenName: string;
  account: string;
  departmentKeys: readonly string[];
  title: string;
  hasMobile: boolean;
}

/** The newcomer of the lost answer comes alone, so that the fault meets exactly this person's create call. */
const newcomers = {
  morning: [
    {
      familyName: "顾",
      givenName: "晨光",
      account: "chenguang.gu",
      departmentKeys: ["D212"],
      title: "数据工程师",
      hasMobile: true,
    },
    {
      familyName: "沈",
      givenName: "知夏",
      account: "zhixia.shen",
      departmentKeys: ["D222"],
      title: "前端工程师",
      hasMobile: true,
    },
    {
      familyName: "欧阳",
      givenName: "牧",
      account: "mu.ouyang",
      departmentKeys: ["D310", "D222"],
      title: "产品经理",
      hasMobile: true,
    },
    {
      familyName: "罗",
      givenName: "未央",
      account: "weiyang.luo",
      departmentKeys: ["D511"],
      title: "招聘专员",
      hasMobile: false,
    },
  ],
  afternoon: [
    {
      familyName: "贺",
      givenName: "归舟",
      account: "guizhou.he",
      departmentKeys: ["D421"],
      title: "客户经理",
      hasMobile: true,
    },
  ],
} satisfies Record<string, readonly Newcomer[]>;

/** Employee number of the newcomer who tells no mobile all day and is still parked in the evening. */
export const NEWCOMER_WITHOUT_MOBILE = `E0${SAMPLE_SIZE + 4}`;

/**
 * The day: what happens to the sample company between morning and evening, in order.
 * @throws Error when `company` is not the sample company and lacks somebody the story needs.
 */
export function planDay(company: Company): Step[] {
  const head = (departmentKey: string): string => headOf(company, departmentKey).key;
  const staff = (departmentKey: string, position: number): string => {
    const person = staffOf(company, departmentKey)[position];
    if (person === undefined)
      throw new Error(`The story needs somebody at position ${position} of ${departmentKey}.`);
    return person.key;
  };
  return [
    {
      name: "Four people join, one of them without a mobile number",
      changes: hire(company, newcomers.morning, SAMPLE_SIZE),
    },
    {
      name: "A person changes the family name",
      changes: [
        { kind: "person-renamed", personKey: staff("D310", 1), familyName: "司马", givenName: "若兰" },
      ],
    },
    {
      name: "A department gets a new name",
      changes: [{ kind: "department-renamed", departmentKey: "D410", name: "华东一区" }],
    },
    {
      name: "应用研发部 moves to 产品中心 with its two teams and their people",
      changes: [
        { kind: "department-moved", departmentKey: "D220", parentKey: "D300" },
        { kind: "manager-changed", personKey: head("D220"), managerKey: head("D300") },
      ],
    },
    {
      name: "A nested team moves to another department",
      changes: [{ kind: "department-moved", departmentKey: "D231", parentKey: "D210" }],
    },
    {
      name: "A transfer, with a new line manager",
      changes: [
        { kind: "person-transferred", personKey: staff("D411", 2), fromKey: "D411", toKey: "D421" },
        { kind: "manager-changed", personKey: staff("D411", 2), managerKey: head("D421") },
      ],
    },
    {
      name: "Somebody leaves the company",
      changes: [{ kind: "person-leaves", personKey: staff("D211", 3) }],
    },
    {
      name: "用户研究部 is closed: its people go to 产品设计部, then it is removed",
      changes: [
        ...peopleOf(company, "D320").map(
          (person): Change => ({
            kind: "person-transferred",
            personKey: person.key,
            fromKey: "D320",
            toKey: "D310",
          }),
        ),
        { kind: "department-closed", departmentKey: "D320" },
      ],
    },
    {
      name: "The missing mobile number arrives, the parked person is released",
      changes: [
        {
          kind: "mobile-told",
          personKey: PERSON_WITHOUT_MOBILE,
          mobile: sampleMobile(employeeIndex(PERSON_WITHOUT_MOBILE)),
        },
      ],
    },
    {
      name: "A whole office gets new titles while DingTalk throttles",
      changes: staffOf(company, "D412").map((person) => ({
        kind: "person-retitled",
        personKey: person.key,
        title: "高级客户经理",
      })),
      trouble: "throttling",
    },
    {
      name: "One more joins, and DingTalk's answer to the creation is lost on the way",
      changes: hire(company, newcomers.afternoon, SAMPLE_SIZE + newcomers.morning.length),
      trouble: "lost-answer",
    },
  ];
}

function hire(company: Company, people: readonly Newcomer[], firstIndex: number): Change[] {
  return people.map(({ account, hasMobile, ...newcomer }, offset): Change => {
    const index = firstIndex + offset;
    const mainDepartment = newcomer.departmentKeys[0] ?? "";
    return {
      kind: "person-joins",
      person: {
        ...newcomer,
        key: `E${String(index + 1).padStart(4, "0")}`,
        userName: `${account}@example.com`,
        email: `${account}@example.com`,
        managerKey: headOf(company, mainDepartment).key,
        ...(hasMobile ? { mobile: sampleMobile(index) } : {}),
      },
    };
  });
}

/** A department's head: the one of its people whose manager works elsewhere, or who has none. */
function headOf(company: Company, departmentKey: string): Person {
  const members = mainStaffOf(company, departmentKey);
  const keys = new Set(members.map((person) => person.key));
  const head = members.find((person) => person.managerKey === undefined || !keys.has(person.managerKey));
  if (head === undefined) throw new Error(`Department ${departmentKey} has no head.`);
  return head;
}

function staffOf(company: Company, departmentKey: string): Person[] {
  const head = headOf(company, departmentKey);
  return mainStaffOf(company, departmentKey).filter((person) => person !== head);
}

function mainStaffOf(company: Company, departmentKey: string): Person[] {
  return company.people.filter((person) => person.departmentKeys[0] === departmentKey);
}

function employeeIndex(key: string): number {
  return Number(key.slice(1)) - 1;
}
