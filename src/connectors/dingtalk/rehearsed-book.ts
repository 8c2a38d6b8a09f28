import { z } from "zod";
import type { CallContext } from "../operations.js";
import type { ApiCall } from "./client.js";
import type { CallSubject } from "./codes/code-entry.js";
import { refusalError, unexpectedAnswerError } from "./errors.js";
import { createRehearsedRoles, type RehearsedRoles } from "./rehearsed-roles.js";

/** Fields of a person or department, named as on the wire. */
export type Fields = Readonly<Record<string, unknown>>;

/** What was done to one person or department in the course of a rehearsal; later fields win over earlier ones. */
interface Written {
  kind: "created" | "changed" | "deleted";
  fields: Fields;
}

/** DingTalk's contact book as it would be after the writes of a rehearsal. What is not there is refused as DingTalk does. */
export interface RehearsedBook {
  user(userid: string): Promise<Fields>;
  /** The userid of whoever has the number. */
  userByMobile(mobile: string): Promise<string>;
  usersIn(departmentId: string): Promise<string[]>;
  department(id: string): Promise<Fields>;
  departmentsBelow(id: string): Promise<Fields[]>;
  writeUser(userid: string, kind: Written["kind"], fields: Fields): void;
  writeDepartment(id: string, kind: Written["kind"], fields: Fields): void;
  roles: RehearsedRoles;
  /** The answer to any read, not guarded yet. */
  answer(apiCall: ApiCall<unknown>): Promise<unknown>;
}

const USER = "/topapi/v2/user/get";
const USER_BY_MOBILE = "/topapi/v2/user/getbymobile";
const USERS_IN = "/topapi/user/listid";
const DEPARTMENT = "/topapi/v2/department/get";
const DEPARTMENTS_BELOW = "/topapi/v2/department/listsub";
const DEPARTMENT_IDS_BELOW = "/topapi/v2/department/listsubid";

/** Answers are kept as they came: who reads one may want more of it than who read it first. */
const anything = z.looseObject({});
const fields = z.object({ result: anything });
const listedDepartments = z.object({ result: z.array(anything) });
const userid = z.object({ result: z.object({ userid: z.string() }) });
const userids = z.object({ result: z.object({ userid_list: z.array(z.string()) }) });

/** A view of what DingTalk holds, with the writes in `written` laid over it. */
export function createRehearsedBook(
  written: Map<string, unknown>,
  vendor: { read<T>(apiCall: ApiCall<T>, context: CallContext): Promise<T>; context: CallContext },
): RehearsedBook {
  const read = async <T>(path: string, body: Fields, subject: CallSubject, guard: z.ZodType<T>) => {
    const apiCall = { host: "old", method: "POST", path, body: { ...body }, subject, write: false } as const;
    return guardAnswer(await vendor.read({ ...apiCall, guard: anything }, vendor.context), {
      ...apiCall,
      guard,
    });
  };
  const of = (type: "user" | "department", id: string) => written.get(`${type} ${id}`) as Written | undefined;
  const write = (type: "user" | "department", id: string, kind: Written["kind"], fields: Fields) => {
    const before = of(type, id);
    const stays = kind === "changed" && before?.kind === "created" ? "created" : kind;
    written.set(`${type} ${id}`, { kind: stays, fields: { ...before?.fields, ...fields } } satisfies Written);
  };
  const all = (type: "user" | "department"): [string, Written][] =>
    [...written]
      .filter(([key]) => key.startsWith(`${type} `))
      .map(([key, value]) => [key.slice(type.length + 1), value as Written]);
  const isCreated = (id: string) => of("department", id)?.kind === "created";

  async function user(id: string): Promise<Fields> {
    const here = of("user", id);
    if (here?.kind === "deleted") throw missing("user");
    const base = here?.kind === "created" ? {} : (await read(USER, { userid: id }, "user", fields)).result;
    return { ...base, ...(here && toldOf(here.fields)), userid: id };
  }

  async function userByMobile(mobile: string): Promise<string> {
    const created = all("user").find(
      ([, { kind, fields }]) => kind === "created" && fields["mobile"] === mobile,
    );
    if (created !== undefined) return created[0];
    const found = (await read(USER_BY_MOBILE, { mobile }, "user", userid)).result.userid;
    if (of("user", found)?.kind === "deleted") throw missing("user");
    return found;
  }

  async function usersIn(id: string): Promise<string[]> {
    const held = isCreated(id)
      ? []
      : (await read(USERS_IN, { dept_id: Number(id) }, "department", userids)).result.userid_list;
    const ids = new Set(held);
    for (const [one, { kind, fields }] of all("user")) {
      if (kind === "deleted") ids.delete(one);
      else if ("dept_id_list" in fields) {
        if (departmentIds(fields).includes(id)) ids.add(one);
        else ids.delete(one);
      }
    }
    return [...ids];
  }

  async function department(id: string): Promise<Fields> {
    const here = of("department", id);
    if (here?.kind === "deleted") throw missing("department");
    const base = isCreated(id)
      ? {}
      : (await read(DEPARTMENT, { dept_id: Number(id) }, "department", fields)).result;
    return { ...base, ...here?.fields, dept_id: Number(id) };
  }

  async function departmentsBelow(id: string): Promise<Fields[]> {
    const held = isCreated(id)
      ? []
      : (await read(DEPARTMENTS_BELOW, { dept_id: Number(id) }, "department", listedDepartments)).result;
    const below = new Map<string, Fields>(held.map((one) => [String(one["dept_id"]), one]));
    for (const [one, { kind, fields }] of all("department")) {
      const moved = fields["parent_id"] !== undefined;
      if (kind === "deleted" || (moved && String(fields["parent_id"]) !== id)) below.delete(one);
      else if (moved || below.has(one))
        below.set(one, { ...below.get(one), ...fields, dept_id: Number(one) });
    }
    return [...below.values()];
  }

  const roles = createRehearsedRoles(written, (path, body, guard) => read(path, body, "role", guard), {
    gone: () => {
      throw missing("role");
    },
    isDeleted: (id) => of("user", id)?.kind === "deleted",
  });

  return {
    roles,
    user,
    userByMobile,
    usersIn,
    department,
    departmentsBelow,
    writeUser: (id, kind, fields) => write("user", id, kind, fields),
    writeDepartment: (id, kind, fields) => write("department", id, kind, fields),
    async answer(apiCall) {
      const body = apiCall.body ?? {};
      const departmentId = String(body["dept_id"]);
      switch (apiCall.path) {
        case USER:
          return { result: await user(String(body["userid"])) };
        case USER_BY_MOBILE:
          return { result: { userid: await userByMobile(String(body["mobile"])) } };
        case USERS_IN:
          return { result: { userid_list: await usersIn(departmentId) } };
        case DEPARTMENT:
          return { result: await department(departmentId) };
        case DEPARTMENTS_BELOW:
          return { result: await departmentsBelow(departmentId) };
        case DEPARTMENT_IDS_BELOW: {
          const below = await departmentsBelow(departmentId);
          return { result: { dept_id_list: below.map((one) => one["dept_id"]) } };
        }
        default:
          return (
            roles.answer(apiCall.path, body) ?? vendor.read({ ...apiCall, guard: anything }, vendor.context)
          );
      }
    },
  };
}

/** An answer that is what it must be. @throws ConnectorError `unexpected-answer` where it is not */
export function guardAnswer<T>(answer: unknown, apiCall: ApiCall<T>): T {
  const guarded = apiCall.guard.safeParse(answer);
  if (guarded.success) return guarded.data;
  const where = guarded.error.issues.map((issue) => issue.path.join(".")).join(", ");
  throw unexpectedAnswerError(where, apiCall, undefined);
}

/** The fields of a create or update as `user/get` tells them: there the departments are a list. */
function toldOf(fields: Fields): Fields {
  return "dept_id_list" in fields ? { ...fields, dept_id_list: departmentIds(fields).map(Number) } : fields;
}

function departmentIds(fields: Fields): string[] {
  return String(fields["dept_id_list"]).split(",");
}

function missing(subject: "user" | "department" | "role") {
  const code = { user: "60121", department: "60003", role: "33011" }[subject];
  return refusalError({ code, text: "", enveloped: false }, { subject, write: false });
}
