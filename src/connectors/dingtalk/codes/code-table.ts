import { ACCESS_CODES } from "./access-codes.js";
import type { CallSubject, CodeEntry, CodeMeaning } from "./code-entry.js";
import { DEPARTMENT_CODES } from "./department-codes.js";
import { LOAD_CODES } from "./load-codes.js";
import { OTHER_CODES } from "./other-codes.js";
import { PEOPLE_CODES } from "./people-codes.js";
import { ROLE_CODES } from "./role-codes.js";

/** The codes of one area, as administrators look for them. */
export interface CodeArea {
  title: { en: string; zh: string };
  entries: readonly CodeEntry[];
}

/**
 * Every error code of DingTalk's contact API that is documented or was seen, sorted into what the engine does
 * next. Sources: the server API error code page and the throttling page of open.dingtalk.com, and recorded
 * answers. The code "88/40000" is 40000 inside the 88 envelope, where it speaks of the token.
 */
export const CODE_AREAS: readonly CodeArea[] = [
  { title: { en: "Busy and throttled", zh: "繁忙与限流" }, entries: LOAD_CODES },
  { title: { en: "Credentials, permissions, addresses", zh: "凭证、权限与地址" }, entries: ACCESS_CODES },
  { title: { en: "People", zh: "人员" }, entries: PEOPLE_CODES },
  { title: { en: "Departments", zh: "部门" }, entries: DEPARTMENT_CODES },
  { title: { en: "Roles", zh: "角色" }, entries: ROLE_CODES },
  { title: { en: "Calls that the gateway does not make", zh: "网关不调用的接口" }, entries: OTHER_CODES },
];

const MEANINGS: ReadonlyMap<string, CodeMeaning> = new Map(
  CODE_AREAS.flatMap(({ entries }) =>
    entries.flatMap(({ codes, subject, ...meaning }) =>
      codes.map((code): [string, CodeMeaning] => [subject ? `${subject} ${code}` : code, meaning]),
    ),
  ),
);

/** The meaning of a code for a call about `subject`; undefined for a code that no source lists. */
export function meaningOf(code: string, subject: CallSubject): CodeMeaning | undefined {
  return MEANINGS.get(`${subject} ${code}`) ?? MEANINGS.get(code);
}
