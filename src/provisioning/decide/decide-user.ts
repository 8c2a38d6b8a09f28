import type { DeliveryReason } from "../../outbox/delivery.js";
import { mapUser } from "../mapping/map-user.js";
import { reasonFor } from "../reasons.js";
import type { Decision } from "./decision.js";
import { awaits, blockedBy, isOnItsWay, ROLES } from "./references.js";
import type { Reference, UserSubject } from "./subject.js";

/** What a decision needs to know besides the user. */
export interface UserRules {
  rootDepartmentId: string;
  settleMs: number;
  now: Date;
  /** When the newest change asked for the delivery. */
  requestedAt: Date;
  /** The remote id that the user's dictionary attribute names, where there is one: an account to adopt. */
  adoptedRemoteId?: string;
  /** Whether an earlier create may have been applied although there is no link. */
  inDoubt: boolean;
}

const ALL_DEPARTMENTS = { en: "All departments of the user lie", zh: "该用户的所有部门都" };

/** What the vendor should hold of a user. Pure: the same facts give the same decision. */
export function decideUser(subject: UserSubject, rules: UserRules): Decision {
  const absent = subject.link === undefined && !rules.inDoubt;
  if (subject.removed) return absent ? { kind: "nothing", notes: [] } : { kind: "remove" };
  const inactive = subject.attributes["active"] === false;
  if (absent) {
    if (inactive) return skip(reasonFor("inactive"));
    if (subject.onlyOutsideScope) {
      // A department that moves into the scope brings its people with it.
      return {
        kind: "skip",
        reason: reasonFor("outside-scope", { what: ALL_DEPARTMENTS }),
        awaited: awaits(subject.outside),
      };
    }
  } else if (subject.onlyOutsideScope && subject.link !== undefined) {
    return skip(reasonFor("left-scope"));
  }

  const own = mapUser(subject.attributes);
  if (own.mobile === undefined && absent && rules.adoptedRemoteId === undefined) {
    return { kind: "park", reason: reasonFor("mobile-missing") };
  }
  const placed = placeInDepartments(subject, rules);
  if ("decision" in placed) return placed.decision;

  const notes = [...placed.notes];
  if (inactive)
    notes.push("Inactive in SCIM; the person is kept in the contact book by the connection's policy.");
  const awaited = awaits(placed.leftOut);
  const manager = subject.manager;
  if (manager !== undefined && manager.remoteId === undefined) {
    notes.push(`The manager "${manager.displayName}" is not there yet and is set as soon as they are.`);
    awaited.push(...awaits([manager]));
  }
  return {
    kind: "write-user",
    profile: {
      ...own,
      departmentRemoteIds: placed.remoteIds,
      ...(manager?.remoteId === undefined ? {} : { managerRemoteId: manager.remoteId }),
    },
    notes,
    awaited,
  };
}

type Placement = { remoteIds: string[]; leftOut: Reference[]; notes: string[] } | { decision: Decision };

/**
 * A department on its way is waited for, since the person would need a second call otherwise. One that is stuck
 * (parked, failed) is left out as long as the person has another department, and joined when it arrives.
 */
function placeInDepartments(subject: UserSubject, rules: UserRules): Placement {
  const unlinked = subject.departments.filter((department) => department.remoteId === undefined);
  const onTheirWay = unlinked.filter(isOnItsWay);
  if (onTheirWay.length > 0) return { decision: blockedBy(onTheirWay, ROLES.department) };

  const remoteIds = subject.departments.flatMap((department) => department.remoteId ?? []);
  if (subject.memberOfRoot) remoteIds.push(rules.rootDepartmentId);
  if (remoteIds.length > 0) {
    const notes = unlinked.map(
      (department) =>
        `The department "${department.displayName}" is not there yet; the person joins it when it is.`,
    );
    return { remoteIds: [...new Set(remoteIds)], leftOut: unlinked, notes };
  }
  if (unlinked.length > 0) return { decision: blockedBy(unlinked, ROLES.department) };

  const settledAt = new Date(rules.requestedAt.getTime() + rules.settleMs);
  if (rules.now < settledAt) {
    return {
      decision: {
        kind: "wait",
        at: settledAt,
        reason: reasonFor("department-missing"),
      },
    };
  }
  return {
    remoteIds: [rules.rootDepartmentId],
    leftOut: [],
    notes: ["In no department; placed in the root department."],
  };
}

function skip(reason: DeliveryReason): Decision {
  return { kind: "skip", reason, awaited: [] };
}
