import { isPlainObject, type Parameters } from "./parameters.js";

const SECRET_PARAMETERS = new Set(["access_token", "appsecret", "appSecret", "init_password"]);
const MAX_DEPTH = 4;
const MAX_TEXT = 4_000;

/**
 * The parameters of a call as the log keeps them: without tokens and secrets, long texts cut at 4,000 characters,
 * and nothing nested deeper than the API itself nests, so that no body can make the log large or unprintable.
 */
export function loggable(parameters: Parameters): Record<string, unknown> {
  // fromEntries defines own members: a parameter called `__proto__` does not touch the prototype.
  return Object.fromEntries(
    [...parameters]
      .filter(([name]) => !SECRET_PARAMETERS.has(name))
      .map(([name, value]) => [name, clip(value, 1)]),
  );
}

function clip(value: unknown, depth: number): unknown {
  if (typeof value === "string") return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}...` : value;
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) return "(nested deeper)";
  if (Array.isArray(value)) return value.slice(0, 1_000).map((item) => clip(item, depth + 1));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, clip(member, depth + 1)]));
}
