import { createHash } from "node:crypto";
import { parseExactJson } from "../../../platform/exact-json.js";
import { EventRefusedError, type RemoteReference, type VendorEvent } from "../../events.js";

/** Which records an event is about, by its type; all others are not about people and departments. */
const SUBJECTS: Readonly<Record<string, { type: RemoteReference["type"]; member: string }>> = {
  user_add_org: { type: "user", member: "userid" },
  user_modify_org: { type: "user", member: "userid" },
  user_leave_org: { type: "user", member: "userid" },
  user_active_org: { type: "user", member: "userid" },
  org_dept_create: { type: "department", member: "deptid" },
  org_dept_modify: { type: "department", member: "deptid" },
  org_dept_remove: { type: "department", member: "deptid" },
};

/** Sent when the address is entered in DingTalk's console, to see whether we answer. */
const CHECK = "check_url";

const MAX_TYPE_LENGTH = 64;
const MAX_ID_LENGTH = 128;
const MAX_REMOTE_ID_LENGTH = 64;

/** An event, and the corp that it says to be of, where it says so. */
export interface ReadEvent {
  event: VendorEvent;
  corpId: string | undefined;
}

/**
 * Reads the message of a push. Names are taken in any case: older pushes spell `UserId` what newer ones call `userId`.
 * @throws EventRefusedError unreadable
 */
export function readEvent(message: string): ReadEvent {
  const members = membersOf(message);
  const type = textOf(members.get("eventtype"));
  if (type === undefined || type.length > MAX_TYPE_LENGTH) throw unreadable("The event names no type.");
  const subject = Object.hasOwn(SUBJECTS, type) ? SUBJECTS[type] : undefined;
  const id = textOf(members.get("eventid")) ?? textOf(members.get("bizid"));
  return {
    event: {
      id: id === undefined || id.length > MAX_ID_LENGTH ? hashOf(message) : id,
      type,
      isCheck: type === CHECK,
      records: subject === undefined ? [] : recordsOf(subject.type, members.get(subject.member)),
    },
    corpId: textOf(members.get("corpid")),
  };
}

function membersOf(message: string): Map<string, unknown> {
  let parsed: unknown;
  try {
    parsed = parseExactJson(message);
  } catch {
    throw unreadable("The event is not JSON.");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw unreadable("The event is not an object.");
  }
  return new Map(Object.entries(parsed).map(([name, value]) => [name.toLowerCase(), value]));
}

function recordsOf(type: RemoteReference["type"], given: unknown): RemoteReference[] {
  const ids = (Array.isArray(given) ? given : [given]).flatMap((one) => {
    const id = textOf(one);
    return id === undefined || id.length > MAX_REMOTE_ID_LENGTH || hasControls(id) ? [] : [id];
  });
  return [...new Set(ids)].map((remoteId) => ({ type, remoteId }));
}

/** Texts, and whole numbers as their digits; anything else is no id. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  return typeof value === "string" && value !== "" && !hasControls(value) ? value : undefined;
}

/** The database keeps no NUL, and no id has any of the others. */
function hasControls(text: string): boolean {
  return /[\p{Cc}\p{Cs}]/u.test(text);
}

/** Names an event that has no id of its own: the same message is the same event. */
function hashOf(message: string): string {
  return createHash("sha256").update(message).digest("hex");
}

function unreadable(message: string): EventRefusedError {
  return new EventRefusedError("unreadable", message);
}
