import { parseExactJson } from "./exact-json.js";
import { BusinessRefusal } from "./refusals.js";

/** The parameters of one call, by name. A Map, so that a name such as `__proto__` is only a name. */
export type Parameters = ReadonlyMap<string, unknown>;

/** The two body formats the older API takes. An absent content type counts as JSON when there is a body. */
export function isFormBody(contentType: string | undefined): boolean {
  return mediaType(contentType) === "application/x-www-form-urlencoded";
}

/** Whether the content type says JSON. */
export function isJsonBody(contentType: string | undefined): boolean {
  return mediaType(contentType) === "application/json";
}

function mediaType(contentType: string | undefined): string {
  return (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/**
 * Reads the body of a call, JSON or form. An empty body has no parameters.
 * @throws BusinessRefusal 43004 for another content type, 47001 for text that is not a UTF-8 JSON object.
 */
export function readParameters(contentType: string | undefined, body: Uint8Array): Parameters {
  if (body.byteLength === 0) return new Map();
  const text = decodeUtf8(body);
  if (isFormBody(contentType)) return new Map(new URLSearchParams(text));
  if (!isJsonBody(contentType)) throw new BusinessRefusal(43004, contentType ?? "");
  return parametersOf(parseOrRefuse(text));
}

/**
 * The members of an object as parameters.
 * @throws BusinessRefusal 47001 when the value is not an object.
 */
export function parametersOf(value: unknown): Parameters {
  if (!isPlainObject(value)) throw new BusinessRefusal(47001);
  return new Map(Object.entries(value));
}

function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new BusinessRefusal(47001, "UTF-8");
  }
}

function parseOrRefuse(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    throw new BusinessRefusal(47001);
  }
}

/** Whether the value is a JSON object. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value that must be there. @throws BusinessRefusal 40035 naming the parameter when it is not. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new BusinessRefusal(40035, name);
  return value;
}

/** A text parameter of at most `max` characters, or undefined. @throws BusinessRefusal `code` otherwise. */
export function readText(
  parameters: Parameters,
  name: string,
  max: number,
  code = 400002,
): string | undefined {
  const value = parameters.get(name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string" || value.length > max) throw new BusinessRefusal(code, name);
  return value;
}

/** A boolean parameter; a form sends it as the word. @throws BusinessRefusal 400002 for anything else. */
export function readBoolean(parameters: Parameters, name: string): boolean | undefined {
  const value = parameters.get(name);
  if (value === undefined || value === null || value === "") return undefined;
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw new BusinessRefusal(400002, name);
}

/**
 * An integer of at least `min` within the safe range, sent as a number or as digits.
 * @throws BusinessRefusal `code` for anything else.
 */
export function readInteger(
  parameters: Parameters,
  name: string,
  min: number,
  code = 400002,
): number | undefined {
  const value = parameters.get(name);
  if (value === undefined || value === null || value === "") return undefined;
  const number = toInteger(value);
  if (number === undefined || number < min) throw new BusinessRefusal(code, name);
  return number;
}

/** The integer a JSON number or a text of digits stands for, or undefined. */
export function toInteger(value: unknown): number | undefined {
  const number = typeof value === "string" && /^-?\d{1,19}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

/**
 * A list of department ids joined by commas, the documented form, or where `arrays` are taken a JSON array.
 * @throws BusinessRefusal 40066 for an empty, malformed or too long list.
 */
export function readDepartmentIds(
  parameters: Parameters,
  name: string,
  max: number,
  arrays: "refused" | "taken",
): number[] | undefined {
  const value = parameters.get(name);
  if (value === undefined || value === null) return undefined;
  const isTaken = typeof value === "string" || (arrays === "taken" && Array.isArray(value));
  if (!isTaken) throw new BusinessRefusal(40066, name);
  const parts = typeof value === "string" ? value.split(",") : value.map(String);
  if (parts.length > max) throw new BusinessRefusal(40066, name);
  const ids = parts.map((part) => (/^\d{1,16}$/.test(part) ? Number(part) : 0));
  if (ids.some((id) => id < 1 || !Number.isSafeInteger(id))) throw new BusinessRefusal(40066, name);
  return [...new Set(ids)];
}

/** A comma list of at most `max` words, empty for an empty text. @throws BusinessRefusal `code` otherwise. */
export function readWordList(
  parameters: Parameters,
  name: string,
  max: number,
  code: number,
): string[] | undefined {
  const value = parameters.get(name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw new BusinessRefusal(code, name);
  if (value === "") return [];
  const words = value.split(",");
  if (words.length > max || words.some((word) => word === "")) throw new BusinessRefusal(code, name);
  return [...new Set(words)];
}

/**
 * A list of objects; a form sends it as JSON text.
 * @throws BusinessRefusal 400002 when it is something else or longer than `max`.
 */
export function readObjects(parameters: Parameters, name: string, max: number): Parameters[] | undefined {
  let value = parameters.get(name);
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") value = parseOrRefuse(value);
  if (!Array.isArray(value) || value.length > max) throw new BusinessRefusal(400002, name);
  return value.map((item) => {
    if (!isPlainObject(item)) throw new BusinessRefusal(400002, name);
    return new Map(Object.entries(item));
  });
}
