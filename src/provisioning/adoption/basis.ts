import { createHash } from "node:crypto";
import type { BilingualText } from "../../platform/bilingual.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import type { WitnessValues } from "./witnesses.js";

/** What two sides were when they were compared, as digests: it tells what changed, and keeps nobody's number. */
export interface Basis {
  scim: Record<string, string>;
  vendor: Record<string, string>;
}

/** A department as it is compared. */
export type DepartmentValues = Partial<Record<"name" | "parent" | "stamp", string>>;

/** The digest of one value. */
export function digestOf(name: string, value: string): string {
  return createHash("sha256").update(`${name}\n${value}`).digest("base64url").slice(0, 22);
}

/** The digests of what is known of one side. */
export function digestsOf(values: WitnessValues | DepartmentValues): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, digestOf(name, value)]));
}

/** The names of what is not what it was. */
export function changedNames(before: unknown, now: Record<string, string>): string[] {
  const held = isObject(before) ? before : {};
  const names = new Set([...Object.keys(held), ...Object.keys(now)]);
  return [...names].filter((name) => held[name] !== now[name]).sort();
}

const NAMES: Record<string, BilingualText> = {
  mobile: { en: "mobile", zh: "手机号" },
  name: { en: "name", zh: "名称" },
  jobNumber: { en: "job number", zh: "工号" },
  email: { en: "mail", zh: "邮箱" },
  parent: { en: "parent department", zh: "上级部门" },
  stamp: { en: "stamp", zh: "来源标记" },
};

/** The names as people read them. */
export function namedWitnesses(names: readonly string[]): BilingualText | undefined {
  if (names.length === 0) return undefined;
  const all = names.map((name) => NAMES[name] ?? { en: name, zh: name });
  return { en: all.map(({ en }) => en).join(", "), zh: all.map(({ zh }) => zh).join("、") };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
