import { RE2JS } from "re2js";
import type { Queryable } from "../persistence/database.js";
import type { DictionaryField, DictionaryFieldType } from "../persistence/dictionary-store.js";
import {
  type Clash,
  findClashes,
  findMisfits,
  type Misfits,
  readValues,
  type ValuePlace,
  type ValueRule,
} from "../persistence/dictionary-values.js";
import type { JsonValue } from "../scim/schema/attribute.js";
import { DICTIONARY_GROUP_URN, DICTIONARY_USER_URN } from "../scim/schema/urns.js";
import type { Impact } from "./dictionary-errors.js";
import { isFreeText, MAX_TEXT, MAX_UNIQUE_TEXT } from "./field-rules.js";

/** Whether the change may be made all the same: later writes then follow the rule, and what is stored stays as it is. */
export function isForcible({ property }: Pick<Impact, "property">): boolean {
  return (
    property === "required" || property === "values" || property === "pattern" || property === "maxLength"
  );
}

/** Where the values of a field are. */
export function placeOf({ tenantId, category, key }: DictionaryField): ValuePlace {
  return category === "user"
    ? { tenantId, key, type: "User", urn: DICTIONARY_USER_URN }
    : { tenantId, key, type: "Group", urn: DICTIONARY_GROUP_URN };
}

/** What has to be looked at before a field changes, or a new one (`before` undefined) is added. Empty: nothing can break. */
export function concerns(before: DictionaryField | undefined, after: DictionaryField): Concern[] {
  const list: Concern[] = [];
  if (isDemanded(after) && !(before && isDemanded(before))) {
    list.push({ property: "required", rule: { kind: "present" } });
  }
  if (before === undefined) return list;
  const conversion = before.type === after.type ? "any" : conversions[before.type][after.type];
  if (conversion === undefined) list.push({ property: "type", rule: { kind: "absent" } });
  if (conversion === "whole") list.push({ property: "type", rule: { kind: "wholeNumber" } });
  if (before.multiValued !== after.multiValued) {
    list.push({ property: "multiValued", rule: { kind: "absent" } });
  }
  const { values, pattern } = after.options;
  if (values && !before.options.values?.every((value) => values.includes(value))) {
    list.push({ property: "values", rule: { kind: "listed", values } });
  }
  if (isFreeText(after.type) && longest(after) < longest(before)) {
    list.push({ property: "maxLength", rule: { kind: "shortText", limit: longest(after) } });
  }
  if (pattern !== undefined && pattern !== before.options.pattern) {
    list.push({ property: "pattern", rule: { kind: "pattern", pattern } });
  }
  if (after.uniqueValue && !before.uniqueValue) list.push({ property: "unique", rule: { kind: "unique" } });
  return list;
}

/** One property of a changed field with the rule it makes for what is stored. */
export interface Concern {
  property: Impact["property"];
  rule: ValueRule | { kind: "pattern"; pattern: string } | { kind: "unique" };
}

/** What a change would break, by property; empty when everything fits. */
export async function findImpact(
  db: Queryable,
  place: ValuePlace,
  list: readonly Concern[],
): Promise<Impact[]> {
  const impacts: Impact[] = [];
  for (const { property, rule } of list) {
    const impact = { property, ...(await breakersOf(db, place, rule)) };
    if (impact.resources > 0) impacts.push(impact);
  }
  return impacts;
}

async function breakersOf(
  db: Queryable,
  place: ValuePlace,
  rule: Concern["rule"],
): Promise<Misfits & { clashes?: Clash[] }> {
  if (rule.kind === "pattern") return findMismatches(db, place, rule.pattern);
  if (rule.kind !== "unique") return findMisfits(db, place, rule);
  const clashes = await findClashes(db, place);
  const resources = clashes.reduce((sum, clash) => sum + clash.resources, 0);
  return { resources, examples: [], clashes };
}

const BATCH = 2_000;
const EXAMPLES = 5;

/**
 * The resources whose value does not match. Read in batches and matched here, because PostgreSQL's regular expressions
 * are another language than RE2's, and the same value has to be right or wrong for both.
 */
async function findMismatches(db: Queryable, place: ValuePlace, pattern: string): Promise<Misfits> {
  const compiled = RE2JS.compile(pattern);
  const matches = (value: JsonValue) => typeof value !== "string" || compiled.testExact(value);
  const found: Misfits = { resources: 0, examples: [] };
  for (let after = "0"; ; ) {
    const rows = await readValues(db, place, after, BATCH);
    for (const { id, value } of rows) {
      if (Array.isArray(value) ? value.every(matches) : matches(value)) continue;
      found.resources += 1;
      if (found.examples.length < EXAMPLES) found.examples.push(id);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return found;
    after = last.seq;
  }
}

/** A field that is disabled demands nothing. */
function isDemanded({ required, enabled }: DictionaryField): boolean {
  return required && enabled;
}

/** The longest text that the validator accepts, in characters. */
function longest({ type, uniqueValue, options }: DictionaryField): number {
  if (!isFreeText(type)) return MAX_TEXT;
  return options.maxLength ?? (uniqueValue ? MAX_UNIQUE_TEXT : MAX_TEXT);
}

type Conversions = Record<DictionaryFieldType, Partial<Record<DictionaryFieldType, "any" | "whole">>>;

/**
 * Which stored values are values of another type as they stand: all of them, whole numbers only, or (absent) none. No
 * document is rewritten by a change of type.
 */
const conversions: Conversions = {
  string: { reference: "any", enum: "any" },
  reference: { string: "any", enum: "any" },
  enum: { string: "any", reference: "any" },
  dateTime: { string: "any", reference: "any", enum: "any" },
  integer: { decimal: "any" },
  decimal: { integer: "whole" },
  boolean: {},
};
