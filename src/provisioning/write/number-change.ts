import type { DeliveryReason } from "../../outbox/delivery.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { accountIn } from "../accounts/account-of.js";
import { profileChanges } from "../mapping/profile-changes.js";
import { reasonFor } from "../reasons.js";
import type { WriteUserInput } from "./write-user-input.js";

/** The number of an ordinary member, where it should be another one than they have. */
export function newMobile({ profile, isMapped }: WriteUserInput, lastSent: JsonObject): string | undefined {
  if (accountIn(lastSent) !== undefined) return undefined;
  const { mobile } = profileChanges([lastSent], profile, isMapped);
  return mobile ?? undefined;
}

/** What waits for approval where the number is to become another one. */
export function proposalOf(input: WriteUserInput, lastSent: JsonObject, mobile: string): DeliveryReason {
  const before = lastSent["mobile"];
  const proposal = input.proposalFor(typeof before === "string" ? before : undefined, mobile);
  return { ...reasonFor("mobile-change-approval"), proposal };
}
