import { z } from "zod";
import { text, vendorInteger } from "./types.js";

/** `extension` is documented as text that holds JSON, and as an object on one page; anything else is passed over. */
const customFields = z
  .union([z.string(), z.record(z.string(), z.unknown()), z.null()])
  .optional()
  .catch(undefined)
  .transform((given) => {
    const entries = typeof given === "string" ? entriesIn(given) : given;
    return entries ? Object.fromEntries(Object.entries(entries).map(asText)) : undefined;
  });

function entriesIn(text: string): Record<string, unknown> | undefined {
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function asText([name, value]: [string, unknown]): [string, string] {
  return [name, typeof value === "string" ? value : JSON.stringify(value)];
}

/** A person as `user/get` and `user/list` tell them, with every field that we compare. */
export const comparableUser = z.object({
  userid: z.string().min(1),
  name: z.string(),
  mobile: text,
  state_code: text,
  email: text,
  title: text,
  job_number: text,
  telephone: text,
  work_place: text,
  remark: text,
  hide_mobile: z.boolean().optional(),
  org_email: text,
  senior: z.boolean().nullish(),
  extension: customFields,
  dept_position_list: z
    .array(z.object({ dept_id: vendorInteger, title: text, is_main: z.boolean().nullish() }))
    .nullish(),
  /** By `user/get`, for all departments; `user/list` tells `dept_order` for the one that was asked for. */
  dept_order_list: z.array(z.object({ dept_id: vendorInteger, order: vendorInteger })).nullish(),
  dept_order: vendorInteger.nullish(),
  hired_date: z.number().nullish(),
  manager_userid: text,
  dept_id_list: z.array(vendorInteger),
  exclusive_account: z.boolean().nullish(),
  exclusive_account_type: text,
  login_id: text,
  /** In `user/get` alone. */
  role_list: z.array(z.object({ id: vendorInteger })).nullish(),
});

/** The answer of `user/get`. */
export const comparableUserGuard = z.object({ result: comparableUser });

/** A page of `user/list`. Where there is more, the cursor has to say where. */
export const memberPageGuard = z.object({
  result: z.discriminatedUnion("has_more", [
    z.object({ has_more: z.literal(true), next_cursor: vendorInteger, list: z.array(comparableUser) }),
    z.object({ has_more: z.literal(false), list: z.array(comparableUser) }),
  ]),
});

/** The answer of `department/get`, with every field that we compare. */
export const comparableDepartmentGuard = z.object({
  result: z.object({
    dept_id: vendorInteger,
    name: z.string(),
    /** Absent for the root department. */
    parent_id: vendorInteger.optional(),
    /** May have 18 digits where a console made it: left out then, as it is none of ours. */
    order: vendorInteger.optional().transform((digits) => {
      const order = Number(digits);
      return Number.isSafeInteger(order) ? order : undefined;
    }),
    source_identifier: text,
    dept_manager_userid_list: z.array(z.string()).optional(),
  }),
});
