import { REDACTED, redactText } from "../observability/redact.js";
import { isJsonObject, messageField } from "../scim/resource/check-structure.js";
import type { JsonValue } from "../scim/schema/attribute.js";

/** How much of a body is kept: enough to see what a client does, not a copy of the data. */
const MAX_CHARACTERS = 8_000;
const MAX_TEXT = 200;
/** What is looked at of a path or name. */
const MAX_NAME = 400;
const MAX_ENTRIES = 50;
const MAX_DEPTH = 8;
const CUT = "[cut]";

/** Words in names of what must not be kept: credentials, numbers, addresses. */
const HIDDEN =
  /pass(?:w|$)|secret|token|mobile|phone|e-?mail|address|idcard|ims\b|authorization|assertion|salt/i;
/** The names of attributes come again and again; others out of a body must not fill the memory. */
const judgedNames = new Map<string, boolean>();
const MAX_JUDGED_NAMES = 1_000;

function isHiddenName(name: string): boolean {
  const known = judgedNames.get(name);
  if (known !== undefined) return known;
  const hidden = HIDDEN.test(name);
  if (judgedNames.size < MAX_JUDGED_NAMES && name.length <= MAX_TEXT) judgedNames.set(name, hidden);
  return hidden;
}

/** Parts of a hidden value that say what kind it is. */
const LABELS: ReadonlySet<string> = new Set(["type", "primary", "op", "$ref"]);
const COMPARED_VALUE = /(\bvalue\s{1,9}\w\w\s{1,9})"(?:[^"\\]|\\.)*"?/gi;
const EMAIL = /[^\s"'<>()[\]:;,=@]{1,64}@[^\s"'<>()[\]:;,=@]{1,255}/g;

/**
 * A request body as JSON text that shows its form: texts under the names of credentials, e-mails, telephone numbers
 * and addresses are blotted out, as are e-mails and mobile numbers anywhere else; long lists and texts are cut. A PATCH
 * operation is judged by its path. At most some 8,000 characters plus names.
 *
 * @returns undefined where there is no body
 */
export function maskBody(body: unknown): string | undefined {
  if (body === undefined) return undefined;
  const budget = { left: MAX_CHARACTERS };
  return JSON.stringify(mask(body as JsonValue, false, 0, budget));
}

interface Budget {
  left: number;
}

function mask(value: JsonValue, hidden: boolean, depth: number, budget: Budget): JsonValue {
  if (budget.left <= 0 || depth > MAX_DEPTH) return CUT;
  if (typeof value === "string") return maskText(value, hidden, budget);
  if (value === null || typeof value === "boolean") return value;
  budget.left -= 8;
  if (typeof value === "number") return hidden || isFound(String(value)) ? REDACTED : value;
  if (Array.isArray(value)) {
    const shown = value.slice(0, MAX_ENTRIES).map((entry) => mask(entry, hidden, depth + 1, budget));
    return value.length > MAX_ENTRIES ? [...shown, `[${value.length - MAX_ENTRIES} more]`] : shown;
  }
  const path = isJsonObject(value) ? messageField(value, "path") : undefined;
  const hidesValue = hidden || (typeof path === "string" && HIDDEN.test(path));
  const entries = Object.entries(value).slice(0, MAX_ENTRIES);
  const copy = entries.map(([name, entry]): [string, JsonValue] => {
    budget.left -= Math.min(name.length, MAX_TEXT);
    // Parameters of a PATCH operation are taken in any case.
    const plain = name.length <= MAX_TEXT ? name.toLowerCase() : name;
    const isHidden = plain === "value" ? hidesValue : (hidden && !LABELS.has(plain)) || isHiddenName(name);
    if (plain === "path" && typeof entry === "string") return [name, maskPath(entry, hidesValue)];
    return [maskName(name), mask(entry, isHidden, depth + 1, budget)];
  });
  return Object.fromEntries(copy);
}

function maskText(text: string, hidden: boolean, budget: Budget): string {
  // Absence is no secret and often the very thing to be seen; so is a boolean written as text.
  const isTelling = text === "" || /^(?:true|false)$/i.test(text);
  if (hidden && !isTelling) {
    budget.left -= REDACTED.length;
    return REDACTED;
  }
  // Masked before it is cut: half of a number would not be known for one.
  const shown = maskFound(text.slice(0, MAX_NAME));
  budget.left -= Math.min(shown.length, MAX_TEXT);
  return text.length > MAX_TEXT ? `${shown.slice(0, MAX_TEXT)}${CUT}` : shown;
}

/** What brackets compare a hidden value with is hidden too. */
function maskPath(path: string, hidden: boolean): string {
  const shown = hidden ? path.slice(0, MAX_NAME).replaceAll(COMPARED_VALUE, `$1"${REDACTED}"`) : path;
  return maskFound(shown.slice(0, MAX_TEXT));
}

/** A key can be a path of its own, with a value in brackets. */
function maskName(name: string): string {
  return maskPath(name, isHiddenName(name));
}

function isFound(text: string): boolean {
  return maskFound(text) !== text;
}

/** The text with e-mail addresses, mobile numbers and credentials blotted out. */
export function maskFound(text: string): string {
  return redactText(text.includes("@") ? text.replaceAll(EMAIL, "[email]") : text);
}
