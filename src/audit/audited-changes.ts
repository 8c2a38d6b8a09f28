import type { AuditedChange } from "../persistence/audit-store.js";
import type { JsonObject, JsonValue } from "../scim/schema/attribute.js";

/** What stands for a secret in the audit. That it changed is told, not from what to what. */
export const AUDITED_SECRET = "[secret]";

/** A part of a path that names a secret, whatever it belongs to. */
const SECRET_NAME = /(?:secret|secrets|password|passwd|token|privatekey|apikey)$/i;
/** Longer values are cut: the audit says what changed, it is no second store of it. In characters of JSON. */
const MAX_VALUE = 2_000;
/** More values than that are told as a number. */
const MAX_CHANGES = 200;

/**
 * The values that differ between two states of an object, in the order of their paths: objects are followed, lists
 * compared as a whole. Undefined stands for an object that is not there (yet or any more).
 */
export function auditedChanges(
  before: JsonObject | undefined,
  after: JsonObject | undefined,
): AuditedChange[] {
  const old = leavesOf(before);
  const present = leavesOf(after);
  const fields = [...new Set([...old.keys(), ...present.keys()])].sort();
  const changes = fields
    .filter((field) => JSON.stringify(old.get(field) ?? null) !== JSON.stringify(present.get(field) ?? null))
    .map((field) => ({
      field,
      old: shown(field, old.get(field) ?? null),
      new: shown(field, present.get(field) ?? null),
    }));
  if (changes.length <= MAX_CHANGES) return changes;
  const left = changes.length - MAX_CHANGES;
  return [...changes.slice(0, MAX_CHANGES), { field: "...", old: null, new: `${left} more values` }];
}

function leavesOf(value: JsonObject | undefined): Map<string, JsonValue> {
  const leaves = new Map<string, JsonValue>();
  const visit = (path: string, part: JsonValue): void => {
    if (typeof part === "object" && part !== null && !Array.isArray(part)) {
      for (const [key, inner] of Object.entries(part)) visit(path === "" ? key : `${path}.${key}`, inner);
    } else leaves.set(path, part);
  };
  if (value !== undefined) visit("", value);
  return leaves;
}

function shown(field: string, value: JsonValue): JsonValue {
  if (value === null) return null;
  if (field.split(".").some((part) => SECRET_NAME.test(part))) return AUDITED_SECRET;
  const text = JSON.stringify(value);
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}...` : value;
}
