import type { ConnectorSession } from "../../connectors/connector.js";
import type { CallContext, RemoteUser } from "../../connectors/operations.js";
import { maskPhoneNumber } from "../../connectors/phone-mask.js";
import type { UserProfile } from "../../connectors/profiles.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { proposalReason } from "../adoption/adoption-reasons.js";
import type { AdoptionRules } from "../adoption/adoption-rules.js";
import { type AdoptionVerdict, approvalReason } from "../adoption/adoption-verdict.js";
import { type Basis, changedNames, digestsOf, namedWitnesses } from "../adoption/basis.js";
import type { ProposalChange, RaisedProposal } from "../adoption/proposal-changes.js";
import {
  type Agreement,
  compareWitnesses,
  isEnough,
  strengthOf,
  type WitnessValues,
  witnessesOf,
} from "../adoption/witnesses.js";
import type { Proposal } from "../decide/subject.js";
import { reasonFor } from "../reasons.js";
import { AdoptionRefused } from "./execution.js";

/** How a link to a record that nobody named comes about. */
export interface AdoptionInput {
  rules: AdoptionRules;
  /** What is proposed already. */
  verdict: AdoptionVerdict;
  /** Takes what is found out about proposals. */
  changes: ProposalChange[];
}

/** What finding the account of a person needs. */
export interface ProposedUserInput {
  profile: UserProfile;
  adoption: AdoptionInput;
  /** What earlier writes of ours may have made of the account, oldest first. */
  intents: readonly JsonObject[];
  linkedElsewhere(remoteId: string): Promise<string | undefined>;
  context: CallContext;
}

/** What is compared of an account; the number of one that belongs to the company is not shown by every call. */
export function witnessesOfAccount(found: RemoteUser): WitnessValues {
  return witnessesOf(found.account === undefined ? found : { ...found, mobile: undefined });
}

/**
 * The account that was approved, or that enough speaks for, read again. Undefined where there is none, or where it is not
 * any more what was proposed.
 * @throws AdoptionRefused where a decision has to be waited for
 */
export async function findProposedUser(
  session: ConnectorSession,
  input: ProposedUserInput,
): Promise<RemoteUser | undefined> {
  const { verdict, rules, changes } = input.adoption;
  if (verdict.kind === "wait") throw new AdoptionRefused(verdict.reason);
  if (verdict.kind === "free") return undefined;
  const { id, remoteId, state, basis } = verdict.proposal;
  const end = (code: "record-gone" | "linked-elsewhere") => {
    changes.push({ kind: "outdated", id, reason: proposalReason(code) });
    return undefined;
  };
  const found = await session.users.get({ ...input.context, remoteId });
  if (found === undefined) return end("record-gone");
  if ((await input.linkedElsewhere(remoteId)) !== undefined) return end("linked-elsewhere");
  const [ours, theirs] = [witnessesOf(input.profile), witnessesOfAccount(found)];
  const agreement = compareWitnesses(ours, theirs);
  const changed = vendorChanges(basis, theirs, input.intents);
  const stands = state === "approved" ? changed.length === 0 : isEnough(rules, agreement);
  if (stands) return found;
  const reason = proposalReason("changed", { vendor: namedWitnesses(changed) });
  changes.push({ kind: "outdated", id, reason });
  const strength = strengthOf(rules, agreement);
  if (state !== "approved" || rules.mode === "automatic" || strength === undefined) return undefined;
  changes.push({ kind: "raise", proposal: raised(input.profile, found, agreement, strength) });
  throw new AdoptionRefused(approvalReason({ remoteId, remoteName: found.name, ...agreement }));
}

/** What is not as it was at the vendor, apart from what an earlier try of ours wrote there. */
function vendorChanges(basis: JsonObject, now: WitnessValues, intents: readonly JsonObject[]): string[] {
  const written = intents.map((intent) => digestsOf(witnessesOf(intent)));
  const digests = digestsOf(now);
  return changedNames(basis["vendor"], digests).filter(
    (name) => !written.some((ours) => ours[name] === digests[name]),
  );
}

/**
 * Judges who holds the person's mobile number: the holder, where they may be taken for the same person. Otherwise the pair
 * is proposed.
 * @throws AdoptionRefused
 */
export async function judgeHolder(
  input: ProposedUserInput & { profile: UserProfile & { mobile: string } },
  holder: RemoteUser,
  code: string,
): Promise<RemoteUser> {
  const { profile, adoption } = input;
  const { rules, verdict, changes } = adoption;
  // Found by the number, which the vendor may not show.
  const theirs = { ...witnessesOfAccount(holder), ...witnessesOf({ mobile: profile.mobile }) };
  const agreement = compareWitnesses(witnessesOf(profile), theirs);
  const { remoteId: account, name } = holder;
  const elsewhere = await input.linkedElsewhere(account);
  if (isRejected(verdict.rejected, holder)) {
    throw new AdoptionRefused({
      ...reasonFor("adoption-rejected", { account, name }),
      code: "adoption-rejected",
    });
  }
  const enough = isEnough(rules, agreement);
  if (enough && (rules.mode === "automatic" || elsewhere !== undefined)) return holder;
  if (elsewhere === undefined) {
    const strength = strengthOf(rules, agreement) ?? "weak";
    changes.push({ kind: "raise", proposal: raised(profile, holder, agreement, strength) });
    if (enough) {
      throw new AdoptionRefused(approvalReason({ remoteId: account, remoteName: name, ...agreement }));
    }
  }
  const reason = reasonFor("mobile-held", { account, name, person: profile.name });
  throw new AdoptionRefused({ ...reason, code }, elsewhere ?? account);
}

function isRejected(rejected: readonly Proposal[], holder: RemoteUser): boolean {
  const theirs = digestsOf(witnessesOfAccount(holder));
  return rejected.some(
    ({ remoteId, basis }) =>
      remoteId === holder.remoteId && changedNames(basis["vendor"], theirs).length === 0,
  );
}

function raised(
  profile: UserProfile,
  found: RemoteUser,
  { agree, disagree }: Agreement,
  strength: RaisedProposal["strength"],
): RaisedProposal {
  const { scim, vendor }: Basis = {
    scim: digestsOf(witnessesOf(profile)),
    vendor: digestsOf(witnessesOfAccount(found)),
  };
  return {
    resourceName: profile.name,
    remoteId: found.remoteId,
    remoteName: found.name,
    remoteMobile: found.mobile === undefined ? null : maskPhoneNumber(found.mobile),
    parentRemoteId: null,
    agree,
    disagree,
    strength,
    basis: { scim, vendor },
  };
}
