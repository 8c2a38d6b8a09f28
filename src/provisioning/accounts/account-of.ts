import type { CompanyAccount } from "../../connectors/profiles.js";
import type { JsonObject, JsonValue } from "../../scim/schema/attribute.js";
import { valueBy } from "../mapping/map-user.js";
import { compileRule } from "../mapping/mapping.js";
import type { AccountRules } from "./account-rules.js";

/**
 * The company account a person should have; undefined for an ordinary member. The kind is decided once, on creation:
 * no vendor turns one into the other, so a linked person keeps what they have, whatever the rules say by now.
 * @param lastSent what was sent last, of a linked person
 */
export function accountOf(
  attributes: JsonObject,
  lastSent: JsonObject | undefined,
  rules: AccountRules,
): CompanyAccount | undefined {
  const held = lastSent === undefined ? undefined : accountIn(lastSent);
  if (lastSent !== undefined && held === undefined) return undefined;
  if (held === undefined && rules.kind === "ordinary") return undefined;
  const loginId = rules.kind === "enterprise" ? loginIdOf(attributes, rules) : undefined;
  return withLoginId(held?.signIn ?? (rules.type === "sso" ? "sso" : "vendor"), loginId ?? held?.loginId);
}

/** The company account in a profile that was sent, where there is one. */
export function accountIn(profile: JsonObject): CompanyAccount | undefined {
  const account = profile["account"];
  if (!isObject(account)) return undefined;
  const { signIn, loginId } = account;
  if (signIn !== "sso" && signIn !== "vendor") return undefined;
  return withLoginId(signIn, typeof loginId === "string" ? loginId : undefined);
}

function loginIdOf(attributes: JsonObject, rules: AccountRules): string | undefined {
  const value = valueBy(compileRule(rules.loginId), attributes);
  return value === undefined ? undefined : String(value);
}

function withLoginId(signIn: CompanyAccount["signIn"], loginId: string | undefined): CompanyAccount {
  return loginId === undefined ? { signIn } : { signIn, loginId };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
