import type { NewProposal } from "../../persistence/adoption-proposal-store.js";
import type { RunReason } from "../../persistence/run-store.js";

/** A proposal that a delivery makes; what it does not know is filled in when it is stored. */
export type RaisedProposal = Pick<
  NewProposal,
  | "resourceName"
  | "remoteId"
  | "remoteName"
  | "remoteMobile"
  | "parentRemoteId"
  | "agree"
  | "disagree"
  | "strength"
  | "basis"
>;

/** What a delivery found out about proposals; written when it is settled. */
export type ProposalChange =
  | { kind: "raise"; proposal: RaisedProposal }
  | { kind: "outdated"; id: string; reason: RunReason };
