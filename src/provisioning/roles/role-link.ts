import { isRoleId } from "../../connectors/role-id.js";
import type { JsonObject } from "../../scim/schema/attribute.js";

/** Whether a profile, as it was sent or noted, is that of a role: only a role is made in a group of roles. */
export function isRoleProfile(profile: JsonObject): boolean {
  return typeof profile["roleGroup"] === "string";
}

/** Whether a link is to a role; undefined is none. */
export function isRoleLink(link: { remoteId: string } | undefined): boolean {
  return link !== undefined && isRoleId(link.remoteId);
}

/** The remote ids of the roles in a person's profile as it was sent or noted; undefined where it says nothing of roles. */
export function rolesIn(profile: JsonObject): string[] | undefined {
  const ids = profile["roleRemoteIds"];
  return Array.isArray(ids) ? ids.map(String) : undefined;
}
