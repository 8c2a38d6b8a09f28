import type { CompanyAccount, UserProfile } from "../../connectors/profiles.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { accountIn } from "../accounts/account-of.js";
import type { Execution } from "./execution.js";
import type { WriteUserInput } from "./write-user-input.js";

/** The result of a write that the vendor took. */
export function done(
  action: Execution["action"],
  remoteId: string,
  input: WriteUserInput,
  warnings: string[],
): Execution {
  return {
    action,
    link: { kind: "set", remoteId, lastSent: asJson(input.profile) },
    notes: [...input.notes, ...warnings],
    awaited: input.awaited,
  };
}

/** A profile as it is kept. */
export function asJson(profile: UserProfile): JsonObject {
  return { ...profile } as unknown as JsonObject;
}

/** The departments of a kept profile. */
export function departmentsIn(profile: JsonObject): string[] {
  const ids = profile["departmentRemoteIds"];
  return Array.isArray(ids) ? ids.map(String) : [];
}

/** The result with another number as what was sent; undefined: with none. */
export function withMobile(executed: Execution, mobile: JsonObject[string] | undefined): Execution {
  if (executed.link.kind !== "set") return executed;
  const { mobile: _dropped, ...rest } = executed.link.lastSent;
  const lastSent = mobile === undefined ? rest : { ...rest, mobile };
  return { ...executed, link: { ...executed.link, lastSent } };
}

/** The result with the kind of account that it is as what was sent. */
export function withAccount(executed: Execution, account: CompanyAccount | undefined): Execution {
  if (executed.link.kind !== "set") return executed;
  const { account: wanted, ...rest } = executed.link.lastSent;
  if (account === undefined) return { ...executed, link: { ...executed.link, lastSent: rest } };
  const lastSent = {
    ...rest,
    account: { ...account, ...accountIn({ account: wanted ?? null }), signIn: account.signIn },
  };
  return { ...executed, link: { ...executed.link, lastSent } };
}
