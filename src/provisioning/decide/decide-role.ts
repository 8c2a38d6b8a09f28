import type { ConnectorDescriptor } from "../../connectors/connector.js";
import type { RoleProfile } from "../../connectors/profiles.js";
import { mapDepartmentName } from "../mapping/map-department.js";
import { reasonFor } from "../reasons.js";
import type { Decision } from "./decision.js";
import { awaits, blockedBy, ROLES } from "./references.js";
import type { DepartmentSubject } from "./subject.js";

/** What a decision needs to know besides the group itself. */
export interface RoleRules {
  descriptor: Pick<ConnectorDescriptor, "roleName">;
  /** The group of roles that new roles are made in. */
  roleGroup: string;
}

const THIS_GROUP = { en: "This group lies", zh: "该组" };

/** What the vendor should hold of a group that is to be a role. Pure. */
export function decideRole(subject: DepartmentSubject, rules: RoleRules): Decision {
  if (subject.isRoot) return { kind: "skip", reason: reasonFor("root-group"), awaited: [] };
  if (!subject.inScope) {
    // A parent that moves into the scope brings what is below it.
    const awaited = subject.parent === undefined ? [] : awaits([subject.parent]);
    return { kind: "skip", reason: reasonFor("outside-scope", { what: THIS_GROUP }), awaited };
  }
  const displayName = subject.attributes["displayName"];
  const mapped = mapDepartmentName(
    typeof displayName === "string" ? displayName : "",
    rules.descriptor.roleName,
  );
  if (mapped.name === "") return { kind: "park", reason: reasonFor("name-missing") };
  const notes = mapped.note === undefined ? [] : [mapped.note];
  const madeIn = subject.link?.lastSent["roleGroup"];
  const profile: RoleProfile = {
    name: mapped.name,
    roleGroup: typeof madeIn === "string" ? madeIn : rules.roleGroup,
  };
  if (profile.roleGroup !== rules.roleGroup) {
    notes.push(
      `The role stays in the group of roles "${profile.roleGroup}", in which it was made: the vendor moves none.`,
    );
  }
  return { kind: "write-role", profile, notes };
}

/** A role goes when nobody holds it any more because of us; whoever else holds it is seen before the call. */
export function decideRoleRemoval(subject: DepartmentSubject): Decision {
  if (!subject.removed && subject.link?.kept === true) {
    return { kind: "skip", reason: reasonFor("kept"), awaited: [] };
  }
  if (subject.occupants.length > 0) return blockedBy(subject.occupants, ROLES.holders);
  return { kind: "remove" };
}
