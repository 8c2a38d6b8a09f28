import { reasonFor } from "../reasons.js";
import { isRoleLink } from "../roles/role-link.js";
import { type DepartmentRules, decideDepartment } from "./decide-department.js";
import { decideRole, decideRoleRemoval, type RoleRules } from "./decide-role.js";
import type { Decision } from "./decision.js";
import type { DepartmentSubject } from "./subject.js";

/** What a decision on a group needs to know. */
export interface GroupRules
  extends Omit<DepartmentRules, "descriptor" | "inDoubt">,
    Omit<RoleRules, "descriptor"> {
  descriptor: DepartmentRules["descriptor"] & RoleRules["descriptor"];
  /** Whether groups of kind `group` are to be roles. */
  rolesEnabled: boolean;
  /** As what an earlier create may have made the group although there is no link. */
  inDoubt: { department: boolean; role: boolean };
}

/**
 * What the vendor should hold of a group: a department, a role, or nothing. What it is there and should not be goes first;
 * roles are left alone while groups are not to be any. Pure.
 */
export function decideGroup(subject: DepartmentSubject, rules: GroupRules): Decision {
  const { rolesEnabled, inDoubt } = rules;
  const isGroup = !subject.removed && subject.kind !== "department";
  const isRole = isRoleLink(subject.link) || (subject.link === undefined && inDoubt.role);
  if (isRole && !rolesEnabled) {
    if (subject.removed || isGroup) return { kind: "skip", reason: reasonFor("roles-off"), awaited: [] };
    return { kind: "release", reason: reasonFor("kind-changed") };
  }
  const isDepartment = !isRole && (subject.link !== undefined || inDoubt.department);
  if (isGroup && rolesEnabled) {
    return isDepartment ? replaced(ofDepartment(subject, rules), subject, rules) : decideRole(subject, rules);
  }
  if (!isRole) return ofDepartment(subject, rules);
  return subject.removed ? decideRoleRemoval(subject) : replaced(decideRoleRemoval(subject), subject, rules);
}

function ofDepartment(subject: DepartmentSubject, rules: GroupRules): Decision {
  return decideDepartment(subject, { ...rules, inDoubt: rules.inDoubt.department });
}

/** When a group is looked at again of which something may still be at the vendor, in milliseconds. */
const LOOK_AGAIN_MS = 10_000;

/** A removal after which the group becomes what it should be. */
function replaced(decision: Decision, { link }: DepartmentSubject, { now }: GroupRules): Decision {
  if (decision.kind !== "remove") return decision;
  // Without a link it is looked for until an earlier call can have no effect any more.
  const at = link === undefined ? new Date(now.getTime() + LOOK_AGAIN_MS) : now;
  return { ...decision, lookAgain: { at, reason: reasonFor("kind-changed") } };
}
