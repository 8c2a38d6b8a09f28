import type { ConnectorError } from "../../connectors/errors.js";
import type { DeliveryReason } from "../../outbox/delivery.js";
import type { Awaited } from "../../outbox/settle.js";
import type { LinkMarks } from "../../persistence/link-store.js";
import type { JsonObject } from "../../scim/schema/attribute.js";

/** What to do with the link in the settle. */
export type LinkChange =
  | { kind: "keep" }
  | { kind: "set"; remoteId: string; lastSent: JsonObject; marks?: LinkMarks | undefined }
  /** Only what is noted beside what was sent. */
  | { kind: "mark"; marks: LinkMarks }
  | { kind: "delete" };

/** What was done at the vendor, in the words of the attempt log. */
export type Action = "none" | "create" | "adopt" | "update" | "remove";

/** The result of carrying out a decision that needed the vendor. */
export interface Execution {
  action: Action;
  link: LinkChange;
  /** What an administrator should know although all went well. */
  notes: string[];
  /** References left out for now. */
  awaited: Awaited[];
  /** What could not be done without a person, although the rest went well: the delivery is parked with it. */
  parked?: DeliveryReason;
  /** Why nothing was made although nothing is there. */
  skipped?: DeliveryReason;
  /** What went wrong after the write itself was accepted: what is linked stays, and the rest is tried again. */
  failed?: ConnectorError;
  /** Set where an administrator's approval was used, so that it is not used twice. */
  approvalUsed?: true;
}

/**
 * The remote object that should be ours belongs to somebody else. Where that is another resource of this gateway,
 * `holderResourceId` names it: its own delivery may be about to give the object up.
 */
export class AdoptionRefused extends Error {
  override readonly name = "AdoptionRefused";

  constructor(
    readonly reason: DeliveryReason,
    readonly holderResourceId?: string,
  ) {
    super(reason.message);
  }
}

/** Another delivery of ours is at something that this one needs: it is looked at again in a moment. */
export class NotYet extends Error {
  override readonly name = "NotYet";

  constructor(
    readonly reason: DeliveryReason,
    /** In milliseconds. */
    readonly lookAgainMs: number,
  ) {
    super(reason.message);
  }
}

/** The linked remote object is gone: the link is to be dropped and the resource delivered anew. */
export class RemoteVanished extends Error {
  override readonly name = "RemoteVanished";

  constructor(readonly remoteId: string) {
    super(`The remote object ${remoteId} does not exist any more.`);
  }
}
