import type { FieldLimit } from "../profiles.js";

/** What DingTalk's own check of an address comes to, as far as it is known. */
const ADDRESS = /^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/;

/** The longest `extension`, the JSON text of all custom fields, that user/create and user/update take. */
export const MAX_CUSTOM_FIELDS_LENGTH = 2_000;

/** Limits of user/create and user/update (their pages on open.dingtalk.com, and the models of the official SDK). */
export const USER_LIMITS: readonly FieldLimit[] = [
  { field: "name", maxLength: 80 },
  { field: "telephone", maxLength: 50 },
  { field: "jobNumber", maxLength: 50 },
  { field: "title", maxLength: 200 },
  { field: "positions.title", maxLength: 200 },
  { field: "email", maxLength: 50, form: ADDRESS },
  { field: "orgEmail", maxLength: 100, form: ADDRESS },
  { field: "workPlace", maxLength: 100 },
  { field: "remark", maxLength: 2_000 },
  { field: "hiredDate", min: 1 },
  { field: "customFields", maxLength: MAX_CUSTOM_FIELDS_LENGTH },
  { field: "account.loginId", maxLength: 64 },
];

/** No source says how long a role's name may be: the limit is that of a department's. */
export const ROLE_NAME = { forbidden: [], maxLength: 64 } as const;

/** `dept_id_list` of user/create and of user/update. */
export const MAX_DEPARTMENTS = { create: 100, update: 300 } as const;
