import { type Dialect, take } from "../dialect/dialect.js";
import { badRequest } from "../errors.js";
import type { AttributeDefinition, JsonValue } from "../schema/attribute.js";
import { isStorableText } from "../storable-text.js";
import { readDateTime } from "./date-time.js";
import { wrongType } from "./wrong-type.js";

/** Both alphabets of RFC 4648 (RFC 7643 section 2.3.6), but not mixed. */
const BASE64 = /^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)(={0,2})$/;
/** The characters of RFC 3986; a percent sign only in front of two hexadecimal digits. */
const URI_CHARACTERS = /^[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/;
const STRAY_PERCENT = /%(?![0-9A-Fa-f]{2})/;
/** A JSON number of at most 17 digits, so that nothing is lost unseen. */
const NUMBER = /^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,9})?$/;

/**
 * Reads one simple value into canonical JSON: the schema's spelling of an enforced word, a dateTime with its zone.
 * @throws ScimError 400 invalidValue
 */
export function readSimple(
  value: JsonValue,
  attribute: AttributeDefinition,
  path: string,
  dialect: Dialect,
): JsonValue {
  switch (attribute.type) {
    case "string":
      return canonicalWord(readText(value, path), attribute);
    case "reference":
      return readReference(readText(value, path), path, dialect);
    case "binary":
      return readBinary(readText(value, path), path);
    case "dateTime": {
      const moment = readDateTime(readText(value, path));
      if (moment === undefined) {
        throw badRequest("invalidValue", `"${path}" takes a date and time such as 2025-01-31T08:00:00Z.`);
      }
      return moment;
    }
    case "boolean":
      return readBoolean(value, path, dialect);
    case "integer": {
      const number = readNumber(value, dialect);
      if (number === undefined || !Number.isSafeInteger(number))
        throw wrongType(path, "a whole number", value);
      return number;
    }
    case "decimal": {
      const number = readNumber(value, dialect);
      if (number === undefined) throw wrongType(path, "a number", value);
      return number;
    }
    case "complex":
      throw wrongType(path, "an object", value);
    default: {
      const never: never = attribute.type;
      return never;
    }
  }
}

function readText(value: JsonValue, path: string): string {
  if (typeof value !== "string") throw wrongType(path, "text", value);
  if (!isStorableText(value)) {
    throw badRequest(
      "invalidValue",
      `"${path}" holds a character that is not allowed (U+0000 or half a pair).`,
    );
  }
  return value;
}

/** RFC 7643 section 2.3.7: an absolute or relative URI. Addresses with unescaped letters are common in photos. */
function readReference(text: string, path: string, dialect: Dialect): string {
  const isUri = URI_CHARACTERS.test(text) && !STRAY_PERCENT.test(text);
  if (isUri || take(dialect, "reference-not-uri")) return text;
  throw badRequest("invalidValue", `"${path}" takes a URI, with other characters percent-encoded.`);
}

function readBinary(text: string, path: string): string {
  const padding = BASE64.exec(text)?.[1];
  const isWhole = padding === "" ? text.length % 4 !== 1 : text.length % 4 === 0;
  if (padding === undefined || !isWhole) throw badRequest("invalidValue", `"${path}" takes base64 text.`);
  return text;
}

function readBoolean(value: JsonValue, path: string, dialect: Dialect): boolean {
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.toLowerCase() : undefined;
  const isWord = word === "true" || word === "false";
  if (!isWord || !take(dialect, "text-boolean")) throw wrongType(path, "true or false", value);
  return word === "true";
}

function readNumber(value: JsonValue, dialect: Dialect): number | undefined {
  const isText = typeof value === "string" && NUMBER.test(value) && take(dialect, "text-number");
  const number = isText ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** The schema's spelling of an enforced word; an unknown word stays, for the validator to refuse. */
function canonicalWord(text: string, { canonicalValues, caseExact, rules }: AttributeDefinition): string {
  if (caseExact || !rules?.enforceCanonicalValues) return text;
  return canonicalValues?.find((word) => word.toLowerCase() === text.toLowerCase()) ?? text;
}
