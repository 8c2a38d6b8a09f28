import { RequestError } from "../request-error.js";
import { holdsUnstorableText } from "./unstorable-text.js";

/** How deep arrays and objects of a request body may be nested. */
export const MAX_JSON_DEPTH = 32;

/** How many members one object of a request body may have: some times more than a resource with every attribute. */
const MAX_MEMBERS = 2_000;

/** Names that mean the prototype chain in JavaScript; no attribute of any schema is called so. */
const UNSAFE_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Walks a parsed body once, level by level and without recursion, and refuses what no layer below should have to deal
 * with.
 * @throws RequestError 400 json_too_deep, too_many_members, unsafe_key or invalid_text
 */
export function checkJson(body: unknown, maxDepth: number = MAX_JSON_DEPTH): void {
  let level: object[] = [];
  take(body, level);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth >= maxDepth) {
      throw new RequestError(400, "json_too_deep", `The JSON is nested deeper than ${maxDepth} levels.`);
    }
    const below: object[] = [];
    for (const held of level) {
      if (Array.isArray(held)) for (const entry of held) take(entry, below);
      else checkMembers(held, below);
    }
    level = below;
  }
}

function checkMembers(held: object, below: object[]): void {
  const members = Object.entries(held);
  if (members.length > MAX_MEMBERS) {
    throw new RequestError(
      400,
      "too_many_members",
      `An object in the body has more than ${MAX_MEMBERS} members.`,
    );
  }
  for (const [name, entry] of members) {
    if (UNSAFE_NAMES.has(name)) {
      throw new RequestError(400, "unsafe_key", `The name "${name}" is not accepted in a request body.`);
    }
    checkText(name);
    take(entry, below);
  }
}

/** Checks a text at once and keeps what holds more for the next level. */
function take(value: unknown, below: object[]): void {
  if (typeof value === "string") checkText(value);
  else if (typeof value === "object" && value !== null) below.push(value);
}

function checkText(text: string): void {
  if (!holdsUnstorableText(text)) return;
  throw new RequestError(400, "invalid_text", "A text holds a NUL character or half a surrogate pair.");
}
