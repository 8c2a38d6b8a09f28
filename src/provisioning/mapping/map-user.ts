import type { UserProfile } from "../../connectors/connector.js";
import type { JsonObject, JsonValue } from "../../scim/schema/attribute.js";

const ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const DICTIONARY_USER = "urn:ietf:params:scim:schemas:extension:dictionary:2.0:User";

/** The part of a user's profile that comes from the user's own attributes, without references. */
export type OwnUserProfile = Omit<UserProfile, "departmentRemoteIds" | "managerRemoteId" | "mobile"> & {
  mobile?: string;
};

/**
 * The default mapping of a user (the blueprint, section 4): every rule is one line and none invents a value.
 * `mobile` is absent when the user has none; whether that matters is for the policy to say.
 */
export function mapUser(attributes: JsonObject): OwnUserProfile {
  const enterprise = objectAt(attributes, ENTERPRISE_USER);
  const dictionary = objectAt(attributes, DICTIONARY_USER);
  const mobile = mobileNumber(attributes);
  return withoutAbsent({
    name: personName(attributes),
    mobile,
    email: emailAddress(attributes),
    title: text(attributes["title"]),
    jobNumber: text(enterprise["employeeNumber"]),
    telephone: workTelephone(attributes, mobile),
    workPlace: workPlace(attributes),
    hiredDate: dateInMilliseconds(dictionary["hiredDate"]),
  });
}

/** `displayName`, else `name.formatted`, else family and given name (together in Chinese, apart otherwise). */
function personName(attributes: JsonObject): string {
  const name = objectAt(attributes, "name");
  const family = text(name["familyName"]);
  const given = text(name["givenName"]);
  const joined =
    family !== undefined && given !== undefined
      ? isHan(family) && isHan(given)
        ? `${family}${given}`
        : `${given} ${family}`
      : (family ?? given);
  return (
    text(attributes["displayName"]) ?? text(name["formatted"]) ?? joined ?? text(attributes["userName"]) ?? ""
  );
}

/** The number of type mobile, else the primary one, else the only one. */
function mobileNumber(attributes: JsonObject): string | undefined {
  const numbers = elements(attributes["phoneNumbers"]);
  const chosen =
    numbers.find((number) => hasType(number, "mobile")) ??
    numbers.find((number) => number["primary"] === true) ??
    (numbers.length === 1 ? numbers[0] : undefined);
  return text(chosen?.["value"]);
}

/** The work address, else the primary one, else the only one. */
function emailAddress(attributes: JsonObject): string | undefined {
  const emails = elements(attributes["emails"]);
  const chosen =
    emails.find((email) => hasType(email, "work")) ??
    emails.find((email) => email["primary"] === true) ??
    (emails.length === 1 ? emails[0] : undefined);
  return text(chosen?.["value"]);
}

/** The number of type work, unless it serves as the mobile already (DingTalk wants extension numbers unique). */
function workTelephone(attributes: JsonObject, mobile: string | undefined): string | undefined {
  const number = text(elements(attributes["phoneNumbers"]).find((one) => hasType(one, "work"))?.["value"]);
  return number === mobile ? undefined : number;
}

function workPlace(attributes: JsonObject): string | undefined {
  const address = elements(attributes["addresses"]).find((one) => hasType(one, "work"));
  return text(address?.["formatted"]) ?? text(address?.["locality"]);
}

function dateInMilliseconds(value: JsonValue | undefined): number | undefined {
  const given = text(value);
  if (given === undefined) return undefined;
  const time = Date.parse(given);
  return Number.isNaN(time) ? undefined : time;
}

function isHan(value: string): boolean {
  return /^\p{Script=Han}+$/u.test(value);
}

function hasType(element: JsonObject, type: string): boolean {
  return typeof element["type"] === "string" && element["type"].toLowerCase() === type;
}

function elements(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function objectAt(attributes: JsonObject, key: string): JsonObject {
  const value = attributes[key];
  return isObject(value) ? value : {};
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: JsonValue | undefined): string | undefined {
  if (typeof value !== "string") return undefined;
  const trimmed = value.trim();
  return trimmed === "" ? undefined : trimmed;
}

function withoutAbsent(
  profile: { [K in keyof OwnUserProfile]: OwnUserProfile[K] | undefined },
): OwnUserProfile {
  return Object.fromEntries(
    Object.entries(profile).filter(([, value]) => value !== undefined),
  ) as OwnUserProfile;
}
