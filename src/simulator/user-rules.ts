import type { Position } from "./contact-records.js";
import {
  isPlainObject,
  type Parameters,
  readBoolean,
  readDepartmentIds,
  readInteger,
  readObjects,
  readText,
  readWordList,
  required,
  toInteger,
} from "./parameters.js";
import { BusinessRefusal } from "./refusals.js";
import type { SimulatorSettings } from "./settings.js";

/** What one user/create or user/update call carries, checked as far as that goes without knowing the company. */
export interface UserRequest {
  readonly name: string | undefined;
  readonly mobile: string | undefined;
  /** The stored text fields that the call carries, empty strings included. */
  readonly texts: ReadonlyMap<string, string>;
  readonly hideMobile: boolean | undefined;
  readonly seniorMode: boolean | undefined;
  readonly departmentIds: readonly number[] | undefined;
  readonly orders: ReadonlyMap<number, bigint> | undefined;
  readonly departmentTitles: ReadonlyMap<number, string> | undefined;
  readonly positions: readonly Position[] | undefined;
  readonly extension: ReadonlyMap<string, unknown> | undefined;
  readonly mergeExtension: boolean;
  readonly hiredDate: number | undefined;
  readonly managerUserid: string | undefined;
  /** Names in `force_update_fields`. */
  readonly forced: ReadonlySet<string>;
}

interface TextRule {
  readonly max: number;
  readonly code: number;
  /** `mail`: DingTalk takes it and passes it over in a company without mailboxes. */
  readonly stored: boolean | "mail";
}

/** Limits in characters: reference of user/create, with the code the error table keeps for the field. */
const TEXT_RULES: ReadonlyMap<string, TextRule> = new Map([
  ["telephone", { max: 50, code: 40063, stored: true }],
  ["job_number", { max: 50, code: 60123, stored: true }],
  ["title", { max: 200, code: 60119, stored: true }],
  ["email", { max: 50, code: 60105, stored: true }],
  ["org_email", { max: 100, code: 60105, stored: "mail" }],
  ["work_place", { max: 100, code: 40064, stored: true }],
  ["remark", { max: 2_000, code: 40065, stored: true }],
  ["login_email", { max: 64, code: 60105, stored: false }],
]);

const NAME_MAX = 80;
const EXTENSION_MAX = 2_000;
const LIST_MAX = 100;
const EMAIL = /^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/;

/**
 * Reads the parameters of user/create (`maxDepartments` 100) or user/update (300).
 * @throws BusinessRefusal with the documented code of the first field that breaks its rule.
 */
export function readUserRequest(
  parameters: Parameters,
  maxDepartments: number,
  settings: SimulatorSettings,
): UserRequest {
  readEnum(parameters, "org_email_type", ["profession", "base"]);
  readEnum(parameters, "language", ["zh_CN", "en_US"]);
  return {
    name: readName(parameters),
    mobile: readText(parameters, "mobile", 30, 60103),
    texts: readTexts(parameters, settings.companyMail),
    hideMobile: readBoolean(parameters, "hide_mobile"),
    seniorMode: readBoolean(parameters, "senior_mode"),
    departmentIds: readDepartmentIds(
      parameters,
      "dept_id_list",
      maxDepartments,
      settings.departmentListAsArray,
    ),
    orders: readOrders(parameters),
    departmentTitles: readDepartmentTitles(parameters),
    positions: readPositions(parameters),
    extension: readExtension(parameters, settings),
    mergeExtension: readEnum(parameters, "ext_attrs_update_mode", ["0", "1"]) === "1",
    hiredDate: readInteger(parameters, "hired_date", 1),
    managerUserid: readText(parameters, "manager_userid", 64, 60128),
    forced: new Set(readWordList(parameters, "force_update_fields", 20, 400002) ?? []),
  };
}

/** The userid of a call. @throws BusinessRefusal 40035 when absent, 400002 when not 1 to 64 characters. */
export function readUserid(parameters: Parameters): string {
  return required(readOptionalUserid(parameters), "userid");
}

/** The userid of a call that may leave it out. @throws BusinessRefusal 400002 when not 1 to 64 characters. */
export function readOptionalUserid(parameters: Parameters): string | undefined {
  const userid = readText(parameters, "userid", 64);
  if (userid === "") throw new BusinessRefusal(400002, "userid");
  return userid;
}

function readName(parameters: Parameters): string | undefined {
  const name = readText(parameters, "name", NAME_MAX, 60112);
  if (name !== undefined && name.trim() === "") throw new BusinessRefusal(60112);
  return name;
}

function readTexts(parameters: Parameters, companyMail: boolean): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [field, rule] of TEXT_RULES) {
    const text = readText(parameters, field, rule.max, rule.code);
    if (text === undefined) continue;
    if (field.endsWith("email") && text !== "" && !EMAIL.test(text))
      throw new BusinessRefusal(rule.code, field);
    if (rule.stored === true || (rule.stored === "mail" && companyMail)) texts.set(field, text);
  }
  return texts;
}

function readEnum(parameters: Parameters, name: string, allowed: readonly string[]): string | undefined {
  const value = parameters.get(name);
  if (value === undefined || value === null || value === "") return undefined;
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !allowed.includes(text)) throw new BusinessRefusal(400002, name);
  return text;
}

function readOrders(parameters: Parameters): Map<number, bigint> | undefined {
  return readPerDepartment(parameters, "dept_order_list", (entry) => {
    const order = entry.get("order");
    const digits = typeof order === "number" && Number.isSafeInteger(order) ? String(order) : order;
    if (typeof digits !== "string" || !/^\d{1,19}$/.test(digits)) throw new BusinessRefusal(400002, "order");
    return BigInt(digits);
  });
}

function readDepartmentTitles(parameters: Parameters): Map<number, string> | undefined {
  return readPerDepartment(parameters, "dept_title_list", (entry) =>
    required(readText(entry, "title", 200, 60119), "title"),
  );
}

function readPositions(parameters: Parameters): Position[] | undefined {
  const positions = readPerDepartment(parameters, "dept_position_list", (entry, departmentId) => ({
    departmentId,
    title: readText(entry, "title", 200, 60119),
    workPlace: readText(entry, "work_place", 100, 40064),
    isMain: readBoolean(entry, "is_main") ?? false,
  }));
  if (positions === undefined) return undefined;
  const list = [...positions.values()];
  if (list.length > 0 && list.filter((position) => position.isMain).length !== 1) {
    throw new BusinessRefusal(400002, "dept_position_list.is_main");
  }
  return list;
}

function readPerDepartment<T>(
  parameters: Parameters,
  name: string,
  readEntry: (entry: Parameters, departmentId: number) => T,
): Map<number, T> | undefined {
  const entries = readObjects(parameters, name, LIST_MAX);
  if (entries === undefined) return undefined;
  const result = new Map<number, T>();
  for (const entry of entries) {
    const departmentId = toInteger(entry.get("dept_id"));
    if (departmentId === undefined || departmentId < 1) throw new BusinessRefusal(40009, name);
    result.set(departmentId, readEntry(entry, departmentId));
  }
  return result;
}

function readExtension(
  parameters: Parameters,
  settings: Pick<SimulatorSettings, "extensionFields" | "unknownExtensionField">,
): Map<string, unknown> | undefined {
  const text = readText(parameters, "extension", EXTENSION_MAX, 60122);
  if (text === undefined || text === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (isPlainObject(value)) return knownFields(Object.entries(value), settings);
  } catch (thrown) {
    if (thrown instanceof BusinessRefusal) throw thrown;
    // Not JSON: the same answer as JSON that is no object.
  }
  throw new BusinessRefusal(60122, "extension");
}

function knownFields(
  entries: [string, unknown][],
  {
    extensionFields,
    unknownExtensionField,
  }: Pick<SimulatorSettings, "extensionFields" | "unknownExtensionField">,
): Map<string, unknown> {
  const known = entries.filter(([name]) => extensionFields === null || extensionFields.includes(name));
  const unknown = entries.find((entry) => !known.includes(entry));
  if (unknown !== undefined && unknownExtensionField === "refused")
    throw new BusinessRefusal(60122, unknown[0]);
  return new Map(known);
}
