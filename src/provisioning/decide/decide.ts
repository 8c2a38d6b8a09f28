import type { ConnectorDescriptor } from "../../connectors/connector.js";
import type { ClaimedDelivery } from "../../outbox/delivery.js";
import type { JsonObject, ResourceTypeId } from "../../scim/schema/attribute.js";
import type { ConnectionAtWork } from "../connections/connection-at-work.js";
import { isRoleProfile, rolesIn } from "../roles/role-link.js";
import { decideGroup } from "./decide-group.js";
import { decideUser } from "./decide-user.js";
import type { Decision } from "./decision.js";
import { overriddenDecision } from "./overridden-decision.js";
import type { Subject } from "./subject.js";

const DICTIONARY = {
  User: "urn:ietf:params:scim:schemas:extension:dictionary:2.0:User",
  Group: "urn:ietf:params:scim:schemas:extension:dictionary:2.0:Group",
};

/** What is to be done for a claimed delivery, given the present state of its resource. Pure. */
export function decide(
  delivery: ClaimedDelivery,
  subject: Subject,
  connection: Omit<ConnectionAtWork, "session">,
  now: Date,
): Decision {
  const overridden = overriddenDecision(delivery);
  if (overridden !== undefined) return sayingRoles(overridden, connection);
  const rules = {
    rootDepartmentId: connection.rootDepartmentId,
    settleMs: connection.policy.settleMs,
    mapping: connection.mapping,
    descriptor: connection.descriptor,
    now,
    requestedAt: delivery.requestedAt,
    inDoubt: isInDoubt(delivery),
    adoption: connection.policy.adoption,
  };
  const adopted = adoptedRemoteId(subject, connection);
  switch (subject.type) {
    case "Group":
      return decideGroup(subject, {
        ...rules,
        deactivation: connection.policy.deactivation,
        isNamed: adopted !== undefined,
        rolesEnabled: connection.policy.groupsAsRoles.enabled,
        roleGroup: connection.policy.groupsAsRoles.roleGroup,
        inDoubt: {
          department: delivery.intents.some((intent) => !isRoleProfile(intent)),
          role: delivery.intents.some(isRoleProfile),
        },
      });
    case "User": {
      const { rootGroupId } = connection;
      return decideUser(subject, {
        ...rules,
        accounts: connection.policy.accounts,
        deactivation: connection.policy.deactivation,
        leavesOut: connection.leavesOut,
        ...(rootGroupId === undefined ? {} : { rootGroupId }),
        ...(adopted === undefined ? {} : { adoptedRemoteId: adopted }),
      });
    }
  }
}

/** A person as they were sent before held no roles of ours, where the profile names none. */
function sayingRoles(decision: Decision, { policy }: Pick<ConnectionAtWork, "policy">): Decision {
  if (decision.kind !== "write-user" || !policy.groupsAsRoles.enabled) return decision;
  const roleRemoteIds = rolesIn({ ...decision.profile } as unknown as JsonObject) ?? [];
  return { ...decision, profile: { ...decision.profile, roleRemoteIds } };
}

/** Whether an earlier write may have been applied without our knowing. */
export function isInDoubt(delivery: Pick<ClaimedDelivery, "intents">): boolean {
  return delivery.intents.length > 0;
}

/** The remote id that the resource's own dictionary attribute names: an object to adopt, unless it is linked. */
export function adoptedRemoteId(
  subject: Subject,
  connection: Pick<ConnectionAtWork, "descriptor">,
): string | undefined {
  if (subject.link !== undefined) return undefined;
  // The attribute of a group names a department, never a role.
  if (subject.type === "Group" && subject.kind !== "department") return undefined;
  return namedRemoteId(subject.type, subject.attributes, subject.linkedElsewhere, connection.descriptor);
}

/** The remote id that the dictionary attribute of a resource without a link names. */
export function namedRemoteId(
  type: ResourceTypeId,
  attributes: JsonObject,
  linkedElsewhere: readonly string[] | undefined,
  { idField }: Pick<ConnectorDescriptor, "idField">,
): string | undefined {
  const values = attributes[DICTIONARY[type]];
  if (typeof values !== "object" || values === null || Array.isArray(values)) return undefined;
  const value = values[type === "User" ? idField.user : idField.group];
  if (typeof value !== "string" || value === "") return undefined;
  // What another connection wrote back names nothing here: the attribute shows one id, and each company has its own.
  return linkedElsewhere?.includes(value) ? undefined : value;
}
