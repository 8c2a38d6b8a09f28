import type { CallContext } from "../../connectors/operations.js";
import type { FirstPassword, UserProfile } from "../../connectors/profiles.js";
import type { DeliveryReason } from "../../outbox/delivery.js";
import type { Awaited } from "../../outbox/settle.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import type { Link } from "../decide/subject.js";
import type { MobileChangeRule } from "../mobile-change/mobile-change-rules.js";
import type { Execution } from "./execution.js";
import type { AdoptionInput } from "./proposed-user.js";

/** What the write of one person needs. */
export interface WriteUserInput {
  /** The SCIM id, which is also the remote id that we choose for people we create. */
  resourceId: string;
  profile: UserProfile;
  notes: string[];
  /** Whether the connection's mapping fills a field of the profile; one that it does not is left as it is. */
  isMapped(field: string): boolean;
  awaited: Awaited[];
  /** What comes in place of making a person who is not there; absent where they are to be there. */
  ifAbsent?: Pick<Execution, "awaited"> & { reason: DeliveryReason };
  /** What a changed mobile number leads to. */
  mobileChange: MobileChangeRule;
  /** The fingerprint of a change of number. */
  proposalFor(before: string | undefined, after: string): string;
  /** Whether an administrator approved it. */
  isApproved(proposal: string): Promise<boolean>;
  /** Who decides about linking to an account that nobody named, and what is proposed. */
  adoption: AdoptionInput;
  /** For company accounts whose password the vendor keeps. */
  firstPassword: FirstPassword;
  link?: Link;
  /** A remote id given from outside (the dictionary attribute), to be adopted when there is no link. */
  adoptedRemoteId?: string;
  /** What earlier writes of ours may have made of the account without our knowing, oldest first. */
  intents: readonly JsonObject[];
  /** Notes a write before it is called. */
  recordIntent(profile: JsonObject): Promise<void>;
  /** Notes that an account is about to be linked and written. @throws NotYet while somebody else is at that */
  recordLinking(remoteId: string, profile: JsonObject): Promise<void>;
  /** The other resource that a remote account is linked to, if there is one. */
  linkedElsewhere(remoteId: string): Promise<string | undefined>;
  /** Which of these remote departments are linked to groups of ours. */
  ownDepartments(remoteIds: string[]): Promise<string[]>;
  context: CallContext;
}
