import type { Quirk } from "../dialect/quirks.js";
import { readDateTime } from "../resource/date-time.js";
import type { AttributeType } from "../schema/attribute.js";
import type { FilterValue } from "./ast.js";

/** Whether the client may deviate in this; notes that it did. */
export type Tolerates = (quirk: Quirk) => boolean;

/** What an attribute of a type is compared with, in words. */
export const VALUE_OF: Record<AttributeType, string> = {
  string: "a value in double quotes",
  reference: "a value in double quotes",
  binary: "a base64 value in double quotes",
  dateTime: 'a date and time such as "2025-01-31T08:00:00Z"',
  integer: "a whole number without quotes",
  decimal: "a number without quotes",
  boolean: "true or false",
  complex: "no value",
};

/** The value in the attribute's type; undefined when it does not fit. */
export function fitValue(
  { value, unquoted }: { value: string | number | boolean; unquoted: string | undefined },
  type: AttributeType,
  tolerates: Tolerates,
): FilterValue | undefined {
  switch (type) {
    case "string":
    case "reference":
    case "binary":
      if (typeof value === "string") return value;
      return unquoted !== undefined && tolerates("unquoted-filter-value") ? unquoted : undefined;
    case "dateTime":
      return typeof value === "string" ? readDateTime(value) : undefined;
    case "integer": {
      // However large: a number beyond all that can be stored still has an order.
      const number = numberOf(value, tolerates);
      return Number.isInteger(number) ? number : undefined;
    }
    case "decimal":
      return numberOf(value, tolerates);
    case "boolean":
      return booleanOf(value, tolerates);
    case "complex":
      return undefined;
    default: {
      const never: never = type;
      return never;
    }
  }
}

const NUMBER = /^-?\d{1,15}(\.\d{1,15})?$/;

function numberOf(value: string | number | boolean, tolerates: Tolerates): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !NUMBER.test(value)) return undefined;
  return tolerates("text-number") ? Number(value) : undefined;
}

/** Entra ID puts quotes around booleans, and writes them "True" and "False". */
function booleanOf(value: string | number | boolean, tolerates: Tolerates): boolean | undefined {
  if (typeof value === "boolean") return value;
  const word = String(value).toLowerCase();
  if (word !== "true" && word !== "false") return undefined;
  return tolerates("text-boolean") ? word === "true" : undefined;
}
