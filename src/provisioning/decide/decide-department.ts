import type { ConnectorDescriptor } from "../../connectors/connector.js";
import type { DepartmentProfile } from "../../connectors/profiles.js";
import type { DeliveryReason } from "../../outbox/delivery.js";
import type { AdoptionRules } from "../adoption/adoption-rules.js";
import { adoptionVerdict } from "../adoption/adoption-verdict.js";
import { digestsOf } from "../adoption/basis.js";
import type { DeactivationRules } from "../deactivation/deactivation-rules.js";
import { mapDepartmentName, mapDepartmentOrder } from "../mapping/map-department.js";
import type { Mapping } from "../mapping/mapping.js";
import { reasonFor } from "../reasons.js";
import { graceEnd } from "./decide-unwanted.js";
import type { Decision } from "./decision.js";
import { awaits, blockedBy, ROLES } from "./references.js";
import type { DepartmentSubject } from "./subject.js";

/** What a decision needs to know besides the department itself. */
export interface DepartmentRules {
  descriptor: Pick<ConnectorDescriptor, "departmentName">;
  mapping: Pick<Mapping, "departments">;
  rootDepartmentId: string;
  settleMs: number;
  now: Date;
  /** When the newest change asked for the delivery. */
  requestedAt: Date;
  /** What becomes of what leaves the scope. */
  deactivation: Pick<DeactivationRules, "action" | "graceDays">;
  /** Who decides about linking to what exists. */
  adoption: Pick<AdoptionRules, "mode">;
  /** Whether the group's dictionary attribute names a department to be linked to. */
  isNamed: boolean;
  /** Whether an earlier create may have been applied although there is no link. */
  inDoubt: boolean;
}

const THIS_GROUP = { en: "This group lies", zh: "该组" };

/** What the vendor should hold of a group as a department. Pure: the same facts give the same decision. */
export function decideDepartment(subject: DepartmentSubject, rules: DepartmentRules): Decision {
  if (subject.removed || subject.kind !== "department") return decideRemoval(subject, rules);
  if (subject.isRoot) {
    return skip(reasonFor("root-group"));
  }
  if (!subject.inScope) return decideOutside(subject, rules);

  const displayName =
    typeof subject.attributes["displayName"] === "string" ? subject.attributes["displayName"] : "";
  const mapped = mapDepartmentName(displayName, rules.descriptor.departmentName);
  if (mapped.name === "") {
    return {
      kind: "park",
      reason: reasonFor("name-missing"),
    };
  }
  const parent = resolveParent(subject, rules);
  if ("decision" in parent) return parent.decision;

  const present = () => digestsOf({ name: mapped.name.normalize("NFC"), parent: parent.remoteId });
  const adoption =
    subject.proposals !== undefined && !rules.isNamed
      ? adoptionVerdict(subject.proposals, rules.adoption, present)
      : undefined;
  if (adoption?.kind === "wait" && !rules.inDoubt) {
    return { kind: "park", reason: adoption.reason, adoption };
  }

  const order = rules.mapping.departments.order ? mapDepartmentOrder(subject.attributes) : undefined;
  const profile: DepartmentProfile = {
    name: mapped.name,
    parentRemoteId: parent.remoteId,
    sourceId: subject.id,
    ...(order === undefined ? {} : { order }),
  };
  const notes = [mapped.note, parent.note].filter((note) => note !== undefined);
  const proposed = adoption === undefined ? {} : { adoption };
  if (!rules.mapping.departments.managers) {
    return { kind: "write-department", profile, notes, awaited: [], ...proposed };
  }
  const managers = subject.managers.flatMap(({ remoteId, isDirectMember }) =>
    isDirectMember && remoteId !== undefined ? [remoteId] : [],
  );
  if (managers.length > 0) profile.managerRemoteIds = managers;
  for (const { displayName, isDirectMember } of subject.managers) {
    if (isDirectMember) continue;
    notes.push(
      `"${displayName}" leads the department as soon as they are a direct member of it at the vendor.`,
    );
  }
  // Whoever leaves the department leads it no more there, so it is looked at again whenever one of them was delivered.
  return { kind: "write-department", profile, notes, awaited: awaits(subject.managers), ...proposed };
}

/**
 * Outside the scope a department stays as it was last sent. Only where the policy deletes people who leave the scope it
 * goes as well, after the same days and after everybody of ours: then it is an empty shell that nobody looks after.
 */
function decideOutside(subject: DepartmentSubject, rules: DepartmentRules): Decision {
  // A parent that moves into the scope brings what is below it.
  const awaited = subject.parent === undefined ? [] : awaits([subject.parent]);
  const reason = reasonFor("outside-scope", { what: THIS_GROUP });
  const { link } = subject;
  if (link === undefined) return { kind: "skip", reason, awaited };
  const unwantedSince = link.unwantedSince ?? rules.requestedAt;
  const { action, graceDays } = rules.deactivation;
  if (action !== "delete") return { kind: "skip", reason, awaited, unwantedSince };
  if (link.kept === true) return { kind: "skip", reason: reasonFor("kept"), awaited, unwantedSince };
  const at = graceEnd(unwantedSince, graceDays);
  if (rules.now < at) {
    const until = at.toISOString();
    return { kind: "wait", reason: reasonFor("deactivation-grace", { action, until }), at, unwantedSince };
  }
  if (subject.occupants.length > 0) {
    const blocked = blockedBy(subject.occupants, ROLES.occupants);
    return { ...blocked, awaited: [...blocked.awaited, ...awaited], unwantedSince };
  }
  return { kind: "remove" };
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
          reason: reasonFor("parent-unknown", { parent: subject.unknownParent }),
        },
      };
    }
    const note = `The parent "${subject.unknownParent}" is not known yet; the department is placed at the top until it arrives.`;
    return { remoteId: rules.rootDepartmentId, note };
  }
  if (subject.parent === undefined || subject.parentIsRoot) return { remoteId: rules.rootDepartmentId };
  if (subject.parent.remoteId !== undefined) return { remoteId: subject.parent.remoteId };
  return { decision: blockedBy([subject.parent], ROLES.parent) };
}

function decideRemoval(subject: DepartmentSubject, rules: DepartmentRules): Decision {
  if (subject.link === undefined && !rules.inDoubt) {
    return subject.removed ? { kind: "nothing", notes: [] } : skip(reasonFor("not-a-department"));
  }
  if (!subject.removed && subject.link?.kept === true) return skip(reasonFor("kept"));
  // Removals go in reverse: people and sub-departments leave first. Whether they have left is known from what was
  // sent; a department that somebody filled by hand is refused by the vendor and parked.
  if (subject.occupants.length > 0) return blockedBy(subject.occupants, ROLES.occupants);
  return { kind: "remove" };
}

function skip(reason: DeliveryReason): Decision {
  return { kind: "skip", reason, awaited: [] };
}
