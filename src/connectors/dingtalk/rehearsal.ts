import type { Clock } from "../../platform/clock.js";
import type { Rehearsal, VendorCall } from "../connector.js";
import { ConnectorError } from "../errors.js";
import type { CallContext } from "../operations.js";
import { placeholderId } from "../placeholder-id.js";
import type { ApiCall, DingTalkClient } from "./client.js";
import { isNotFound, refusalError } from "./errors.js";
import { redact } from "./redaction.js";
import { createRehearsedBook, type Fields, guardAnswer, type RehearsedBook } from "./rehearsed-book.js";

/** What a rehearsing client works with. */
export interface RehearsalDeps {
  rehearsal: Rehearsal;
  clock: Clock;
  onCall?: (call: VendorCall) => void;
}

/** Lets DingTalk's own code stand for a refusal that can be foreseen. */
type Refuse = (code: string) => never;

/**
 * A client that sends reads only. Writes are recorded and remembered, and reads answer as DingTalk would after them.
 * Before a write it looks for what DingTalk would refuse: a user id, mobile number or department name that is taken,
 * a person, department or role that is not there, a department that is not empty.
 */
export function createRehearsalClient(client: DingTalkClient, deps: RehearsalDeps): DingTalkClient {
  const read = <T>(apiCall: ApiCall<T>, context: CallContext): Promise<T> =>
    deps.rehearsal.read(`${apiCall.path} ${JSON.stringify(apiCall.body)}`, () =>
      client.call(apiCall, context),
    );

  async function write<T>(apiCall: ApiCall<T>, context: CallContext): Promise<T> {
    const body = apiCall.body ?? {};
    const record = (outcome: string) => {
      const call: VendorCall = {
        method: apiCall.method,
        path: apiCall.path,
        startedAt: deps.clock.now(),
        durationMs: 0,
        outcome,
        request: redact(body),
        planned: true,
      };
      deps.onCall?.(call);
      context.onCall?.(call);
    };
    const refuse: Refuse = (code) => {
      record(code);
      throw refusalError({ code, text: "", enveloped: false }, apiCall);
    };
    const book = createRehearsedBook(deps.rehearsal.written, { read, context });
    const answer = await (WRITES[apiCall.path] ?? unknownWrite)(book, body, refuse);
    const guarded = apiCall.guard.safeParse({ errcode: 0, ...answer });
    if (!guarded.success) throw cannotRehearse(apiCall.path);
    record("ok");
    return guarded.data;
  }

  return {
    async call(apiCall, context) {
      if (apiCall.write) return write(apiCall, context);
      const book = createRehearsedBook(deps.rehearsal.written, { read, context });
      return guardAnswer(await book.answer(apiCall), apiCall);
    },
    close: () => client.close(),
  };
}

type RehearseWrite = (book: RehearsedBook, body: Fields, refuse: Refuse) => Promise<object>;

const WRITES: Readonly<Record<string, RehearseWrite>> = {
  "/topapi/v2/user/create": async (book, body, refuse) => {
    const userid = String(body["userid"]);
    // Side by side, so that a rehearsal that stops at the first answer it misses has asked for both.
    const [isTaken, hasNumber] = await Promise.all([
      exists(book.user(userid)),
      body["mobile"] !== undefined && exists(book.userByMobile(String(body["mobile"]))),
    ]);
    if (isTaken) refuse("60102");
    if (hasNumber) refuse("60104");
    book.writeUser(userid, "created", body);
    return { result: { userid } };
  },

  "/topapi/v2/user/update": async (book, body, refuse) => {
    const userid = String(body["userid"]);
    if (!(await exists(book.user(userid)))) refuse("60121");
    book.writeUser(userid, "changed", body);
    return {};
  },

  "/topapi/v2/user/delete": async (book, body, refuse) => {
    const userid = String(body["userid"]);
    if (!(await exists(book.user(userid)))) refuse("60121");
    book.writeUser(userid, "deleted", {});
    return {};
  },

  "/topapi/v2/department/create": async (book, body, refuse) => {
    const siblings = await siblingsBelow(book, String(body["parent_id"]), refuse);
    if (siblings.some((sibling) => sibling["name"] === body["name"])) refuse("60008");
    const dept_id = placeholderId(String(body["source_identifier"] ?? JSON.stringify(body)));
    book.writeDepartment(dept_id, "created", body);
    return { result: { dept_id } };
  },

  "/topapi/v2/department/update": async (book, body, refuse) => {
    const id = String(body["dept_id"]);
    const present = await foundOr(book.department(id), () => refuse("60003"));
    const { name = present["name"], parent_id = present["parent_id"] } = body;
    if (name !== present["name"] || String(parent_id) !== String(present["parent_id"])) {
      const siblings = await siblingsBelow(book, String(parent_id), refuse);
      if (siblings.some((other) => other["name"] === name && String(other["dept_id"]) !== id))
        refuse("60008");
    }
    book.writeDepartment(id, "changed", body);
    return {};
  },

  "/topapi/v2/department/delete": async (book, body, refuse) => {
    const id = String(body["dept_id"]);
    const [isThere, below, people] = await Promise.all([
      exists(book.department(id)),
      book.departmentsBelow(id),
      book.usersIn(id),
    ]);
    if (!isThere) refuse("60003");
    if (below.length > 0) refuse("60006");
    if (people.length > 0) refuse("60005");
    book.writeDepartment(id, "deleted", {});
    return {};
  },

  "/role/add_role_group": async (book, body) => ({ groupId: book.roles.addGroup(String(body["name"])) }),

  "/role/add_role": async (book, body, refuse) => {
    const [groupId, name] = [String(body["groupId"]), String(body["roleName"])];
    if ([...(await book.roles.namesIn(groupId)).values()].includes(name)) refuse("34021");
    return { roleId: book.roles.addRole(groupId, name) };
  },

  "/role/update_role": async (book, body, refuse) => {
    const [id, name] = [String(body["roleId"]), String(body["roleName"])];
    const present = await foundOr(book.roles.role(id), () => refuse("33011"));
    const names = await book.roles.namesIn(present.groupId);
    if ([...names].some(([other, taken]) => taken === name && other !== id)) refuse("34021");
    book.roles.rename(id, { ...present, name });
    return {};
  },

  "/topapi/role/deleterole": async (book, body, refuse) => {
    const id = String(body["role_id"]);
    if (!(await exists(book.roles.role(id)))) refuse("33011");
    book.roles.remove(id);
    return {};
  },

  "/topapi/role/addrolesforemps": (book, body, refuse) => setHolders(book, body, refuse, true),
  "/topapi/role/removerolesforemps": (book, body, refuse) => setHolders(book, body, refuse, false),
};

async function setHolders(
  book: RehearsedBook,
  body: Fields,
  refuse: Refuse,
  holds: boolean,
): Promise<object> {
  const roles = String(body["roleIds"]).split(",");
  const people = String(body["userIds"]).split(",");
  for (const id of roles) if (!(await exists(book.roles.role(id)))) refuse("33011");
  for (const userid of people) {
    if (!(await exists(book.user(userid)))) refuse("33012");
    for (const id of roles) book.roles.setHolder(id, userid, holds);
  }
  return {};
}

function siblingsBelow(book: RehearsedBook, parentId: string, refuse: Refuse): Promise<Fields[]> {
  return foundOr(book.departmentsBelow(parentId), () => refuse("60004"));
}

/** A write whose consequences nobody described: it is recorded, and it changes no answer. */
const unknownWrite: RehearseWrite = async () => ({ result: {} });

async function exists(found: Promise<unknown>): Promise<boolean> {
  try {
    await found;
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function foundOr<T>(found: Promise<T>, missing: () => never): Promise<T> {
  try {
    return await found;
  } catch (error) {
    if (isNotFound(error)) return missing();
    throw error;
  }
}

function cannotRehearse(path: string): ConnectorError {
  return new ConnectorError("rejected", {
    code: "not-rehearsed",
    message: `What follows from ${path} cannot be told without making the call.`,
  });
}
