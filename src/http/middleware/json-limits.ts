import { RequestError } from "../request-error.js";
import { holdsUnstorableText } from "./unstorable-text.js";

/** How deep arrays and objects of a request body may be nested. */
export const MAX_JSON_DEPTH = 32;

/** Names that mean the prototype chain in JavaScript; no attribute of any schema is called so. */
const UNSAFE_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Walks a parsed body once, without recursion, and refuses what no layer below should have to deal with.
 * @throws RequestError 400 json_too_deep, unsafe_key or invalid_text
 */
export function checkJson(body: unknown, maxDepth: number = MAX_JSON_DEPTH): void {
  const waiting: { value: unknown; depth: number }[] = [{ value: body, depth: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, depth } = next;
    if (typeof value === "string") checkText(value);
    if (value === null || typeof value !== "object") continue;
    if (depth >= maxDepth) {
      throw new RequestError(400, "json_too_deep", `The JSON is nested deeper than ${maxDepth} levels.`);
    }
    if (Array.isArray(value)) {
      for (const entry of value) waiting.push({ value: entry, depth: depth + 1 });
      continue;
    }
    for (const [name, entry] of Object.entries(value)) {
      if (UNSAFE_NAMES.has(name)) {
        throw new RequestError(400, "unsafe_key", `The name "${name}" is not accepted in a request body.`);
      }
      checkText(name);
      waiting.push({ value: entry, depth: depth + 1 });
    }
  }
}

function checkText(text: string): void {
  if (!holdsUnstorableText(text)) return;
  throw new RequestError(400, "invalid_text", "A text holds a NUL character or half a surrogate pair.");
}
