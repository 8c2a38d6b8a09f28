import type { DeliveryReason } from "../../outbox/delivery.js";
import type { Proposal } from "../decide/subject.js";
import { reasonFor } from "../reasons.js";
import type { AdoptionRules } from "./adoption-rules.js";
import { changedNames, namedWitnesses } from "./basis.js";

/** What is proposed for a resource without a link, and what follows from it. */
export type AdoptionVerdict = {
  /** Proposals that were made of something else than the resource is now, and what is not as it was. */
  outdated: { id: string; changed: string[] }[];
  /** Pairs that an administrator decided against. */
  rejected: Proposal[];
} & (
  | /** Nothing stands in the way of creating it. */ { kind: "free" }
  | { kind: "adopt"; proposal: Proposal }
  | { kind: "wait"; reason: DeliveryReason }
);

/** Nothing was ever proposed. */
export const NOTHING_PROPOSED: AdoptionVerdict = { kind: "free", outdated: [], rejected: [] };

/**
 * What the proposals for a resource lead to: an approved one is carried out; in automatic mode, so is one for which
 * enough speaks, unless it is contested; what is left to decide is waited for. Pure.
 * @param present digests of what is compared of the resource, as it is now
 */
export function adoptionVerdict(
  proposals: readonly Proposal[] | undefined,
  { mode }: Pick<AdoptionRules, "mode">,
  present: () => Record<string, string>,
): AdoptionVerdict {
  if (proposals === undefined) return NOTHING_PROPOSED;
  const now = present();
  const compared = proposals.map((one) => ({ one, changed: changedNames(one.basis["scim"], now) }));
  const current = compared.filter(({ changed }) => changed.length === 0).map(({ one }) => one);
  const base = {
    outdated: compared
      .filter(({ one, changed }) => changed.length > 0 && one.state !== "rejected")
      .map(({ one, changed }) => ({ id: one.id, changed })),
    rejected: current.filter((one) => one.state === "rejected"),
  };
  const approved = current.find((one) => one.state === "approved");
  if (approved !== undefined) return { ...base, kind: "adopt", proposal: approved };
  // What speaks for a weak one is not enough to keep anybody waiting where nobody is asked.
  const open = current.filter(
    ({ state, strength }) => state === "open" && (mode === "manual" || strength !== "weak"),
  );
  const contested = open.find((one) => one.contested);
  if (contested !== undefined) {
    const { remoteId: remote, remoteName } = contested;
    const reason = reasonFor("adoption-conflict", { remote, name: remoteName ?? remote });
    return { ...base, kind: "wait", reason };
  }
  const [only] = open;
  if (only === undefined) return { ...base, kind: "free" };
  if (mode === "automatic") return { ...base, kind: "adopt", proposal: only };
  return { ...base, kind: "wait", reason: approvalReason(only) };
}

/** That linking to a record waits for a decision. */
export function approvalReason(found: {
  remoteId: string;
  remoteName: string | null;
  agree: readonly string[];
  disagree?: readonly string[];
}): DeliveryReason {
  return reasonFor("adoption-approval", {
    remote: found.remoteId,
    name: found.remoteName ?? found.remoteId,
    agree: namedWitnesses(found.agree),
    disagree: namedWitnesses(found.disagree ?? []),
  });
}
