import type { JsonValue } from "../../src/scim/schema/attribute.js";
import { DICTIONARY_USER_URN, ENTERPRISE_USER_URN, USER_URN } from "../../src/scim/schema/urns.js";

const FAMILY = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗";
const GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红建国";
const UNITS = ["平台研发部", "华东销售部", "客户成功部", "供应链管理部", "财务共享中心", "人力资源部"];
const TITLES = ["高级工程师", "产品经理", "销售总监", "财务主管", "人力资源专员", "测试工程师"];
const CITIES = ["杭州市", "上海市", "北京市", "深圳市", "成都市", "南京市"];

/** A person as an identity provider posts one. */
export interface SampleUser {
  [attribute: string]: JsonValue;
  schemas: string[];
  userName: string;
}

/** Numbers of people whom a scenario makes, and of those who are made to be removed; nobody of the population has them. */
export const FIRST_NEW_NUMBER = 1_000_000;
export const FIRST_LEAVER_NUMBER = 5_000_000;

/** The dictionary that people carry values of: one field of each simple type, `badge` different for everybody. */
export const SAMPLE_FIELDS = [
  { key: "badge", type: "string" },
  { key: "grade", type: "integer" },
  { key: "fte", type: "decimal" },
  { key: "remote", type: "boolean" },
  { key: "joinedAt", type: "dateTime" },
] as const;

/** The userName of the person with a number. */
export function userNameOf(number: number): string {
  return `yuangong.${String(number).padStart(7, "0")}@example.cn`;
}

/** The externalId of the person with a number. */
export function externalIdOf(number: number): string {
  return `hr-${digitsOf(number)}`;
}

/** The employee number of the person with a number. */
export function employeeNumberOf(number: number): string {
  return digitsOf(number);
}

/** The value of the dictionary field `badge` of the person with a number. */
export function badgeOf(number: number): string {
  return `GP-${digitsOf(number)}`;
}

function digitsOf(number: number): string {
  return String(number).padStart(7, "0");
}

/** A person of about 1,150 characters of JSON, mostly Chinese texts; the same number gives the same person. */
export function sampleUser(number: number): SampleUser {
  const familyName = pick([...FAMILY], number);
  const givenName = pick([...GIVEN], Math.floor(number / 7)) + pick([...GIVEN], Math.floor(number / 3) + 5);
  const digits = digitsOf(number);
  const userName = userNameOf(number);
  const department = pick(UNITS, number);
  const name = `${familyName}${givenName}`;
  return {
    schemas: [USER_URN, ENTERPRISE_USER_URN, DICTIONARY_USER_URN],
    userName,
    externalId: externalIdOf(number),
    name: { formatted: name, familyName, givenName },
    displayName: name,
    nickName: `小${givenName}`,
    title: pick(TITLES, number),
    userType: "正式员工",
    preferredLanguage: "zh-CN",
    locale: "zh-CN",
    timezone: "Asia/Shanghai",
    active: true,
    emails: [
      { value: userName, type: "work", primary: true },
      { value: `yg${digits}@mail.example.net`, type: "home" },
    ],
    phoneNumbers: [{ value: `+86-139${digits.padStart(8, "0")}`, type: "mobile", primary: true }],
    addresses: [
      {
        type: "work",
        country: "CN",
        locality: pick(CITIES, number),
        streetAddress: `文三路${(number % 900) + 1}号创业大厦${(number % 30) + 1}层`,
        formatted: `中国${pick(CITIES, number)}文三路${(number % 900) + 1}号创业大厦${(number % 30) + 1}层`,
      },
    ],
    [ENTERPRISE_USER_URN]: {
      employeeNumber: employeeNumberOf(number),
      costCenter: `成本中心-${(number % 40) + 1}`,
      organization: "示例科技（中国）有限公司",
      division: "产品与技术中心（华东）",
      department,
    },
    [DICTIONARY_USER_URN]: {
      badge: badgeOf(number),
      grade: (number % 15) + 1,
      fte: number % 4 === 0 ? 0.5 : 1,
      remote: number % 3 === 0,
      joinedAt: `20${String(10 + (number % 15))}-03-01T01:00:00.000Z`,
    },
  };
}

function pick(choices: readonly string[], number: number): string {
  return choices[number % choices.length] ?? "";
}
