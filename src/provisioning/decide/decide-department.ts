import type { ConnectorDescriptor, DepartmentProfile } from "../../connectors/connector.js";
import { mapDepartmentName, mapDepartmentOrder } from "../mapping/map-department.js";
import type { Decision } from "./decision.js";
import { awaits, blockedBy } from "./references.js";
import type { DepartmentSubject } from "./subject.js";

/** What a decision needs to know besides the department itself. */
export interface DepartmentRules {
  descriptor: Pick<ConnectorDescriptor, "departmentName">;
  rootDepartmentId: string;
  settleMs: number;
  now: Date;
  /** When the newest change asked for the delivery. */
  requestedAt: Date;
  /** Whether an earlier create may have been applied although there is no link. */
  inDoubt: boolean;
}

/** What the vendor should hold of a group. Pure: the same facts give the same decision. */
export function decideDepartment(subject: DepartmentSubject, rules: DepartmentRules): Decision {
  if (subject.removed || subject.kind !== "department") return decideRemoval(subject, rules);
  if (subject.isRoot) {
    return skip(
      "root-group",
      "This group is the connection's root: it stands for the vendor's root department.",
    );
  }
  if (!subject.inScope) {
    const message = "This group lies outside the connection's root group.";
    // A parent that moves into the scope brings what is below it.
    const awaited = subject.parent === undefined ? [] : awaits([subject.parent]);
    return { kind: "skip", reason: { code: "outside-scope", message }, awaited };
  }

  const displayName =
    typeof subject.attributes["displayName"] === "string" ? subject.attributes["displayName"] : "";
  const mapped = mapDepartmentName(displayName, rules.descriptor.departmentName);
  if (mapped.name === "") {
    return {
      kind: "park",
      reason: { code: "name-missing", message: "The group has no name.", field: "displayName" },
    };
  }
  const parent = resolveParent(subject, rules);
  if ("decision" in parent) return parent.decision;

  const order = mapDepartmentOrder(subject.attributes);
  const profile: DepartmentProfile = {
    name: mapped.name,
    parentRemoteId: parent.remoteId,
    sourceId: subject.id,
    ...(order === undefined ? {} : { order }),
  };
  const notes = [mapped.note, parent.note].filter((note) => note !== undefined);
  return { kind: "write-department", profile, notes };
}

function resolveParent(
  subject: DepartmentSubject,
  rules: DepartmentRules,
): { remoteId: string; note?: string } | { decision: Decision } {
  if (subject.unknownParent !== undefined) {
    const settledAt = new Date(rules.requestedAt.getTime() + rules.settleMs);
    if (subject.link === undefined && rules.now < settledAt) {
      return {
        decision: {
          kind: "wait",
          at: settledAt,
          reason: {
            code: "parent-unknown",
            message: `The parent "${subject.unknownParent}" is not known yet; waiting a moment for it.`,
          },
        },
      };
    }
    const note = `The parent "${subject.unknownParent}" is not known yet; the department is placed at the top until it arrives.`;
    return { remoteId: rules.rootDepartmentId, note };
  }
  if (subject.parent === undefined || subject.parentIsRoot) return { remoteId: rules.rootDepartmentId };
  if (subject.parent.remoteId !== undefined) return { remoteId: subject.parent.remoteId };
  return { decision: blockedBy([subject.parent], "the parent department") };
}

function decideRemoval(subject: DepartmentSubject, rules: DepartmentRules): Decision {
  if (subject.link === undefined && !rules.inDoubt) {
    return subject.removed
      ? { kind: "nothing", notes: [] }
      : skip("not-a-department", 'The group\'s kind is "group": it is not shown as a department.');
  }
  // Removals go in reverse: people and sub-departments leave first. Whether they have left is known from what was
  // sent; a department that somebody filled by hand is refused by the vendor and parked.
  if (subject.occupants.length > 0) return blockedBy(subject.occupants, "those still in it");
  return { kind: "remove" };
}

function skip(code: string, message: string): Decision {
  return { kind: "skip", reason: { code, message }, awaited: [] };
}
