import type { SimulatorSettings } from "./settings.js";

/** A mobile number taken apart. */
export interface Mobile {
  /** Country calling code without the plus: `86`. */
  readonly stateCode: string;
  /** The number without country code, as reads return it. */
  readonly number: string;
  /** `<country code>-<number>`, unique in the company. */
  readonly key: string;
}

const MAINLAND = /^1\d{10}$/;
const ABROAD = /^\+(\d{1,4})-(\d{4,14})$/;

/**
 * Reads a number as user/create wants it: bare 11 digits for the mainland, `+xx-xxxxxx` elsewhere, and for a
 * company registered outside the mainland `+86-xxxxxxxxxxx` too. Undefined when it is spelled any other way.
 */
export function parseMobile(text: string, region: SimulatorSettings["corpRegion"]): Mobile | undefined {
  if (region === "mainland" && MAINLAND.test(text)) return mobileOf("86", text);
  const match = ABROAD.exec(text);
  if (match === null) return undefined;
  const [, stateCode = "", number = ""] = match;
  if (stateCode === "86" && (region === "mainland" || !MAINLAND.test(number))) return undefined;
  return mobileOf(stateCode, number);
}

/** Reads a number for a look-up, where both spellings of a mainland number are understood. */
export function parseMobileForLookup(text: string): Mobile | undefined {
  return parseMobile(text, "mainland") ?? parseMobile(text, "other");
}

function mobileOf(stateCode: string, number: string): Mobile {
  return { stateCode, number, key: `${stateCode}-${number}` };
}
