import type { UserProfile } from "../../connectors/profiles.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { accountOf } from "../accounts/account-of.js";
import type { AccountRules } from "../accounts/account-rules.js";
import type { AdoptionRules } from "../adoption/adoption-rules.js";
import { adoptionVerdict, NOTHING_PROPOSED } from "../adoption/adoption-verdict.js";
import { digestsOf } from "../adoption/basis.js";
import { witnessesOf } from "../adoption/witnesses.js";
import type { DeactivationRules } from "../deactivation/deactivation-rules.js";
import { mapPositions, type PlacedDepartment } from "../mapping/map-positions.js";
import { mapUser } from "../mapping/map-user.js";
import type { Mapping } from "../mapping/mapping.js";
import { reasonFor } from "../reasons.js";
import { checkUserLimits, type UserLimits } from "./check-limits.js";
import { decideReturn, decideUnwanted, type UnwantedBecause } from "./decide-unwanted.js";
import type { Decision } from "./decision.js";
import { awaits, blockedBy, isOnItsWay, ROLES } from "./references.js";
import type { Reference, UserSubject } from "./subject.js";

/** What a decision needs to know besides the user. */
export interface UserRules {
  descriptor: UserLimits;
  mapping: Mapping;
  accounts: AccountRules;
  deactivation: DeactivationRules;
  /** Whether a rule of the connection's scope leaves a person out. */
  leavesOut(attributes: JsonObject): boolean;
  /** The group that stands for the root department, where the connection names one. */
  rootGroupId?: string;
  rootDepartmentId: string;
  settleMs: number;
  now: Date;
  /** When the newest change asked for the delivery. */
  requestedAt: Date;
  /** The remote id that the user's dictionary attribute names, where there is one: an account to adopt. */
  adoptedRemoteId?: string;
  /** Who decides about linking to what exists. */
  adoption: Pick<AdoptionRules, "mode">;
  /** Whether an earlier create may have been applied although there is no link. */
  inDoubt: boolean;
}

const ALL_DEPARTMENTS = { en: "All departments of the user lie", zh: "该用户的所有部门都" };

/** What the vendor should hold of a user. Pure: the same facts give the same decision. */
export function decideUser(subject: UserSubject, rules: UserRules): Decision {
  const absent = subject.link === undefined && !rules.inDoubt;
  if (subject.removed) return absent ? { kind: "nothing", notes: [] } : { kind: "remove" };
  const inactive = subject.attributes["active"] === false;
  const excluded = rules.leavesOut(subject.attributes);
  if (absent) {
    if (excluded) return leftOut(subject, "excluded");
    if (inactive) return leftOut(subject, "inactive");
    if (subject.onlyOutsideScope) return leftOut(subject, "left-scope");
  }
  const write = (departments?: PlacedDepartment[]) => decideWrite(subject, rules, absent, departments);
  const unwanted = (because: UnwantedBecause) =>
    decideUnwanted(subject, because, rules, (departments) => {
      const decision = write(departments);
      return decision.kind === "write-user" ? { ...decision, ifAbsent: leftOut(subject, because) } : decision;
    });
  if (subject.onlyOutsideScope) return unwanted("left-scope");
  if (excluded) return unwanted("excluded");
  if (inactive) return unwanted("inactive");
  return decideReturn(write(), subject, rules.deactivation);
}

/** What becomes of whom SCIM does not want at the vendor, and who is not there. */
function leftOut(subject: UserSubject, because: UnwantedBecause): Extract<Decision, { kind: "skip" }> {
  switch (because) {
    case "excluded":
    case "inactive":
      return { kind: "skip", reason: reasonFor(because), awaited: [] };
    case "left-scope":
      // A department that moves into the scope brings its people with it.
      return {
        kind: "skip",
        reason: reasonFor("outside-scope", { what: ALL_DEPARTMENTS }),
        awaited: awaits(subject.outside),
      };
  }
}

/** What the vendor should hold of a person, in the given departments or in those that SCIM says. */
function decideWrite(
  subject: UserSubject,
  rules: UserRules,
  absent: boolean,
  departments: PlacedDepartment[] | undefined,
): Decision {
  const own = mapUser(subject.attributes, rules.mapping);
  const account = accountOf(subject.attributes, subject.link?.lastSent, rules.accounts);
  const isNamed = rules.adoptedRemoteId !== undefined;
  const adoption =
    subject.proposals !== undefined && !isNamed
      ? adoptionVerdict(subject.proposals, rules.adoption, () => digestsOf(witnessesOf(own)))
      : NOTHING_PROPOSED;
  if (absent && adoption.kind === "wait") return { kind: "park", reason: adoption.reason, adoption };
  const needsMobile = account === undefined && !isNamed && adoption.kind !== "adopt";
  if (own.mobile === undefined && absent && needsMobile) {
    return {
      kind: "park",
      reason: reasonFor(rules.mapping.fields.has("mobile") ? "mobile-missing" : "mobile-not-mapped"),
      adoption,
    };
  }
  const placed: Placement =
    departments === undefined ? placeInDepartments(subject, rules) : { departments, leftOut: [], notes: [] };
  if ("decision" in placed) return placed.decision;

  const notes = [...placed.notes];
  const awaited = awaits(placed.leftOut);
  const manager = rules.mapping.references.has("manager") ? subject.manager : undefined;
  if (manager !== undefined && manager.remoteId === undefined) {
    notes.push(`The manager "${manager.displayName}" is not there yet and is set as soon as they are.`);
    awaited.push(...awaits([manager]));
  }
  const roles = subject.roles ?? [];
  for (const role of roles.filter(({ remoteId }) => remoteId === undefined)) {
    notes.push(`The role "${role.displayName}" is not there yet; the person gets it as soon as it is.`);
    awaited.push(...awaits([role]));
  }
  const roleRemoteIds = roles.flatMap(({ remoteId }) => (remoteId === undefined ? [] : [remoteId]));
  const profile: UserProfile = {
    ...own,
    ...mapPositions(subject.attributes, placed.departments, rules.mapping),
    ...(manager?.remoteId === undefined ? {} : { managerRemoteId: manager.remoteId }),
    ...(subject.roles === undefined ? {} : { roleRemoteIds }),
    ...(account === undefined ? {} : { account }),
  };
  const refused = checkUserLimits(profile, rules.descriptor, subject.link !== undefined);
  return refused === undefined
    ? { kind: "write-user", profile, notes, awaited, ...(subject.proposals !== undefined && { adoption }) }
    : { kind: "park", reason: refused };
}

type Placement =
  | { departments: PlacedDepartment[]; leftOut: Reference[]; notes: string[] }
  | { decision: Decision };

/**
 * A department on its way is waited for, since the person would need a second call otherwise. One that is stuck
 * (parked, failed) is left out as long as the person has another department, and joined when it arrives.
 */
function placeInDepartments(subject: UserSubject, rules: UserRules): Placement {
  const unlinked = subject.departments.filter((department) => department.remoteId === undefined);
  // One that is still a role waits itself for those who hold it: it is joined afterwards.
  const stillRoles = unlinked.filter(({ isRole }) => isRole === true);
  const onTheirWay = unlinked.filter((one) => isOnItsWay(one) && one.isRole !== true);
  if (onTheirWay.length > 0) return { decision: blockedBy(onTheirWay, ROLES.department) };

  const departments: PlacedDepartment[] = subject.departments.flatMap(({ resourceId, remoteId }) =>
    remoteId === undefined ? [] : { resourceId, remoteId },
  );
  const root = { resourceId: rules.rootGroupId ?? "", remoteId: rules.rootDepartmentId };
  if (subject.memberOfRoot) departments.push(root);
  if (departments.length > 0) {
    const notes = unlinked.map(
      (department) =>
        `The department "${department.displayName}" is not there yet; the person joins it when it is.`,
    );
    return { departments, leftOut: unlinked, notes };
  }
  if (unlinked.length > stillRoles.length) return { decision: blockedBy(unlinked, ROLES.department) };

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
    departments: [root],
    leftOut: stillRoles,
    notes: ["In no department; placed in the root department."],
  };
}
