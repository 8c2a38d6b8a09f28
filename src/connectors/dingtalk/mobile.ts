export { maskPhoneNumber } from "../phone-mask.js";

/** Mainland mobile numbers: 11 digits beginning with 13 to 19. */
const MAINLAND = /^1[3-9]\d{9}$/;

/**
 * Country calling codes of one and two digits (ITU-T E.164 annex); every other code has three. The plan is
 * prefix free, so the code can be split off a number that is written without separators.
 */
const SHORT_CALLING_CODES = /^(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/**
 * Writes a phone number the way DingTalk's contact API takes it: bare 11 digits for the Chinese mainland,
 * `+<country>-<number>` for elsewhere. Accepts `tel:` URIs, 00 or + prefixes, blanks, dots, brackets, dashes and
 * full-width digits. Returns undefined where the text is no number with a known country.
 * @param region where the company is registered: one outside the mainland writes mainland numbers with `+86-` as well
 */
export function mobileForDingTalk(
  text: string,
  region: "mainland" | "other" = "mainland",
): string | undefined {
  const mainland = (number: string) => (region === "mainland" ? number : `+86-${number}`);
  const compact = text
    .normalize("NFKC")
    .replace(/^\s*tel:/i, "")
    .replace(/[\s().\-‐-―]/g, "");
  const international = /^(?:\+|00)([1-9]\d{5,14})$/.exec(compact)?.[1];
  if (international === undefined) {
    const national = compact.length === 13 ? compact.replace(/^86/, "") : compact;
    return MAINLAND.test(national) ? mainland(national) : undefined;
  }
  const country = SHORT_CALLING_CODES.exec(international)?.[0] ?? international.slice(0, 3);
  const number = international.slice(country.length);
  if (country === "86") return MAINLAND.test(number) ? mainland(number) : undefined;
  return number.length >= 4 ? `+${country}-${number}` : undefined;
}

/**
 * The number of a person as `user/get` tells it, in the form of `mobileForDingTalk`. The answer keeps the country
 * code apart in `state_code`.
 */
export function mobileFromDingTalk(mobile: string, stateCode: string | undefined): string {
  if (mobile.startsWith("+")) return mobileForDingTalk(mobile) ?? mobile;
  return stateCode === undefined || stateCode === "" || stateCode === "86"
    ? mobile
    : `+${stateCode}-${mobile}`;
}
