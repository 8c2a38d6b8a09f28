import type { DepartmentProfile, RoleProfile, UserProfile } from "../../connectors/profiles.js";
import type { ClaimedDelivery } from "../../outbox/delivery.js";
import { isRoleProfile } from "../roles/role-link.js";
import type { Decision } from "./decision.js";

const NOTE =
  "An undo put this back as it was. What SCIM says is delivered again with the next change of this resource.";

/**
 * What an undo ordered in place of what the mapping says. It holds for the delivery that it was made for: whoever changes
 * the resource after it has the last word.
 */
export function overriddenDecision({
  override,
  generation,
  resourceType,
}: ClaimedDelivery): Decision | undefined {
  if (override === undefined || override.generation !== generation.toString()) return undefined;
  if (override.kind === "remove") return { kind: "remove" };
  // A profile of ours, as it was last sent.
  const profile: unknown = override.profile;
  if (isRoleProfile(override.profile)) {
    return { kind: "write-role", profile: profile as RoleProfile, notes: [NOTE] };
  }
  return resourceType === "User"
    ? { kind: "write-user", profile: profile as UserProfile, notes: [NOTE], awaited: [] }
    : { kind: "write-department", profile: profile as DepartmentProfile, notes: [NOTE], awaited: [] };
}
