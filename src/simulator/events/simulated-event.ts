import { randomUUID } from "node:crypto";
import type { HistoryEvent } from "../history.js";

/** An event as DingTalk tells it, decrypted. */
export interface SimulatedEvent {
  readonly EventType: string;
  readonly eventId: string;
  readonly CorpId: string;
  readonly [member: string]: unknown;
}

const TYPES: Readonly<Record<HistoryEvent["action"], string>> = {
  "user.created": "user_add_org",
  "user.updated": "user_modify_org",
  "user.deleted": "user_leave_org",
  "department.created": "org_dept_create",
  "department.updated": "org_dept_modify",
  "department.deleted": "org_dept_remove",
  "roleGroup.created": "label_conf_add",
  "role.created": "label_conf_add",
  "role.updated": "label_conf_modify",
  "role.deleted": "label_conf_del",
  "role.assigned": "label_user_change",
  "role.withdrawn": "label_user_change",
};

/** What DingTalk tells of a change of the contact book: which records, not what they hold now. */
export function toEvent(change: HistoryEvent, corpId: string): SimulatedEvent {
  const time = Date.parse(change.at);
  return {
    EventType: TYPES[change.action],
    eventId: randomUUID().replaceAll("-", ""),
    BizId: String(change.sequence),
    CorpId: corpId,
    EventTime: time,
    timeStamp: String(time),
    ...subjectOf(change),
  };
}

function subjectOf({ action, id, fields }: HistoryEvent): Readonly<Record<string, unknown>> {
  if (action.startsWith("user.")) return { userId: [id] };
  if (action.startsWith("department.")) return { deptId: [Number(id)] };
  if (action === "role.assigned" || action === "role.withdrawn") {
    const word = action === "role.assigned" ? "add" : "remove";
    return { userIdList: fields, labelIdList: [Number(id)], action: word };
  }
  return { labelIdList: [Number(id)], scope: "USER" };
}

/** Sent when an address is entered in the console. */
export function checkEvent(corpId: string): SimulatedEvent {
  return { EventType: "check_url", eventId: randomUUID().replaceAll("-", ""), CorpId: corpId };
}
