import type { DeactivationRules } from "../deactivation/deactivation-rules.js";
import type { PlacedDepartment } from "../mapping/map-positions.js";
import { reasonFor } from "../reasons.js";
import type { Decision } from "./decision.js";
import { awaits } from "./references.js";
import type { Link, UserSubject } from "./subject.js";

const DAY_MS = 86_400_000;

/** Why SCIM does not want a person at the vendor who is there. */
export type UnwantedBecause = "inactive" | "left-scope" | "excluded";

/** What the decision needs to know besides the person. */
export interface UnwantedRules {
  deactivation: DeactivationRules;
  now: Date;
  requestedAt: Date;
  rootDepartmentId: string;
}

type UserWrite = Extract<Decision, { kind: "write-user" }>;

/** When the action of the policy is due for what is unwanted since then. */
export function graceEnd(unwantedSince: Date, graceDays: number): Date {
  return new Date(unwantedSince.getTime() + graceDays * DAY_MS);
}

/**
 * What becomes of a person who is inactive or left the scope, by the connection's policy. Pure.
 * @param write decides on the person as on any other, in the given departments or in their own
 */
export function decideUnwanted(
  subject: UserSubject,
  because: UnwantedBecause,
  rules: UnwantedRules,
  write: (departments?: PlacedDepartment[]) => Decision,
): Decision {
  const { link } = subject;
  const { action, graceDays, holdingDepartmentId } = rules.deactivation;
  const unwantedSince = link?.unwantedSince ?? rules.requestedAt;
  const asTheyAre = (extra: Partial<UserWrite>, note?: string) =>
    extended(write(), { unwantedSince, ...extra }, note);
  if (action === "keep" || link?.kept === true) {
    // A department that comes back into the scope brings its people with it.
    const awaited = because === "left-scope" ? awaits(subject.outside) : [];
    if (because !== "inactive") return { kind: "skip", reason: reasonFor(because), awaited };
    return asTheyAre(
      {},
      "Inactive in SCIM; the person is kept in the contact book by the connection's policy.",
    );
  }
  const due = graceEnd(unwantedSince, graceDays);
  if (rules.now < due) {
    const reason = reasonFor("deactivation-grace", { action, until: due.toISOString() });
    const meanwhile = because !== "inactive" ? undefined : asTheyAre({ lookAgain: { at: due, reason } });
    // What waits for something else would not be looked at again when the time has come.
    const comesBack = meanwhile?.kind === "write-user" || meanwhile?.kind === "wait";
    return comesBack ? meanwhile : { kind: "wait", reason, at: due, unwantedSince };
  }
  switch (action) {
    case "delete":
      return { kind: "remove" };
    case "disable": {
      const disabled = { unwantedSince, enabled: false };
      const note = "The account is disabled by the connection's policy.";
      return extended(
        because === "left-scope" ? write(placesSent(link, rules.rootDepartmentId)) : write(),
        disabled,
        note,
      );
    }
    case "holding": {
      const holding = [{ resourceId: "", remoteId: holdingDepartmentId ?? "" }];
      const note = "Moved to the holding department by the connection's policy.";
      return extended(write(holding), { unwantedSince }, note);
    }
  }
}

/** What a person who is wanted needs beside the write: their account signs in again, if it was disabled. */
export function decideReturn(decision: Decision, subject: UserSubject, rules: DeactivationRules): Decision {
  if (subject.link?.disabled !== true) return decision;
  if (rules.onReturn === "enable") return extended(decision, { enabled: true });
  return extended(decision, {}, "The account is still disabled: enable it in DingTalk by hand (onReturn).");
}

function extended(decision: Decision, extra: Partial<UserWrite>, note?: string): Decision {
  if (decision.kind !== "write-user") return decision;
  return { ...decision, ...extra, notes: note === undefined ? decision.notes : [...decision.notes, note] };
}

/** The departments of what was last sent: outside the scope, nothing says where the person belongs. */
function placesSent(link: Link | undefined, rootDepartmentId: string): PlacedDepartment[] {
  const sent = link?.lastSent["departmentRemoteIds"];
  const remoteIds = Array.isArray(sent) ? sent.map(String) : [rootDepartmentId];
  return remoteIds.map((remoteId) => ({ resourceId: "", remoteId }));
}
