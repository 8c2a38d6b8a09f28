import type { Clock } from "../../platform/clock.js";
import type { CallContext } from "../operations.js";
import type { DingTalkClient } from "./client.js";
import { DINGTALK_ROOT_DEPARTMENT_ID } from "./settings.js";
import { departmentListGuard, userCountGuard, userIdListGuard } from "./types.js";

/** How many departments lie below the root and how many people are in it or below. */
export interface ContactCounts {
  departments: number;
  people: number;
  /** False when the time ran out: the numbers are lower bounds then. */
  complete: boolean;
}

/** Somebody waits for the answer, and each department costs a paced call: 20 s reach some 300 departments. */
const BUDGET_MS = 20_000;

const READ = { host: "old", method: "POST", subject: "department", write: false } as const;

/**
 * Counts by walking the tree, as there is no call that tells the number of departments. The people of the whole
 * company come from one call; below another root their ids are collected on the way (a person may be in several).
 * @throws ConnectorError
 */
export async function countContacts(
  { client, clock, rootDepartmentId }: { client: DingTalkClient; clock: Clock; rootDepartmentId: string },
  context: CallContext,
): Promise<ContactCounts> {
  const deadline = clock.now().getTime() + BUDGET_MS;
  const wholeCompany = rootDepartmentId === DINGTALK_ROOT_DEPARTMENT_ID;
  const seen = new Set([rootDepartmentId]);
  const people = new Set<string>();
  const open = [rootDepartmentId];
  while (open.length > 0 && clock.now().getTime() < deadline) {
    const id = open.pop();
    if (id === undefined) break;
    const body = { dept_id: Number(id) };
    const children = await client.call(
      { ...READ, path: "/topapi/v2/department/listsub", body, guard: departmentListGuard },
      context,
    );
    for (const { dept_id: child } of children.result) {
      if (seen.has(child) || !Number.isSafeInteger(Number(child)) || Number(child) < 1) continue;
      seen.add(child);
      open.push(child);
    }
    if (wholeCompany) continue;
    const members = await client.call(
      { ...READ, path: "/topapi/user/listid", body, guard: userIdListGuard },
      context,
    );
    for (const userid of members.result.userid_list) people.add(userid);
  }
  return {
    departments: seen.size - 1,
    people: wholeCompany ? await countCompany(client, context) : people.size,
    complete: open.length === 0,
  };
}

async function countCompany(client: DingTalkClient, context: CallContext): Promise<number> {
  const answer = await client.call(
    { ...READ, path: "/topapi/user/count", body: { only_active: false }, guard: userCountGuard },
    context,
  );
  return answer.result.count;
}
