import type { FirstPassword, UserProfile } from "../../connectors/profiles.js";
import type { DeliveryReason } from "../../outbox/delivery.js";
import type { Awaited } from "../../outbox/settle.js";
import type { MobileChangeRule } from "../mobile-change/mobile-change-rules.js";
import type { Execution } from "./execution.js";
import type { MappedWriteInput } from "./write-input.js";

/** What the write of one person needs. */
export interface WriteUserInput extends MappedWriteInput {
  /** The SCIM id, which is also the remote id that we choose for people we create. */
  resourceId: string;
  profile: UserProfile;
  awaited: Awaited[];
  /** What comes in place of making a person who is not there; absent where they are to be there. */
  ifAbsent?: Pick<Execution, "awaited"> & { reason: DeliveryReason };
  /** What a changed mobile number leads to. */
  mobileChange: MobileChangeRule;
  /** The fingerprint of a change of number. */
  proposalFor(before: string | undefined, after: string): string;
  /** Whether an administrator approved it. */
  isApproved(proposal: string): Promise<boolean>;
  /** For company accounts whose password the vendor keeps. */
  firstPassword: FirstPassword;
  /** Which of these remote departments are linked to groups of ours. */
  ownDepartments(remoteIds: string[]): Promise<string[]>;
}
