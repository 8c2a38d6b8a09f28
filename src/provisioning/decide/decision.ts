import type { DepartmentProfile, RoleProfile, UserProfile } from "../../connectors/profiles.js";
import type { DeliveryReason } from "../../outbox/delivery.js";
import type { Awaited } from "../../outbox/settle.js";
import type { AdoptionVerdict } from "../adoption/adoption-verdict.js";

/** What is to be done for a resource at a connection, before any vendor call. */
export type Decision =
  | {
      kind: "write-department";
      profile: DepartmentProfile;
      notes: string[];
      awaited: Awaited[];
      /** What the proposals for it lead to, while it has no link. */
      adoption?: AdoptionVerdict;
    }
  | { kind: "write-role"; profile: RoleProfile; notes: string[] }
  | {
      kind: "write-user";
      profile: UserProfile;
      notes: string[];
      /** References left out for now; the person is delivered again when one of them is settled. */
      awaited: Awaited[];
      /** Since when SCIM does not want the person, where it does not. */
      unwantedSince?: Date;
      /** What comes in its place where it turns out that the person is not there: whom SCIM does not want, nobody makes. */
      ifAbsent?: Extract<Decision, { kind: "skip" }>;
      /** Whether the account may sign in, where that is to be said. */
      enabled?: boolean;
      /** After the write the delivery is looked at again, as something else will be due then. */
      lookAgain?: { at: Date; reason: DeliveryReason };
      /** What the proposals for the person lead to, while there is no link. */
      adoption?: AdoptionVerdict;
    }
  /** `lookAgain`: something else takes its place, which the delivery makes when it is looked at again. */
  | { kind: "remove"; lookAgain?: { at: Date; reason: DeliveryReason } }
  /** What is there stays as it is and is ours no more; the delivery is looked at again. */
  | { kind: "release"; reason: DeliveryReason }
  /** Nothing is there and nothing should be. */
  | { kind: "nothing"; notes: string[] }
  | { kind: "skip"; reason: DeliveryReason; awaited: Awaited[]; unwantedSince?: Date }
  | { kind: "park"; reason: DeliveryReason; adoption?: AdoptionVerdict }
  | { kind: "block"; reason: DeliveryReason; awaited: Awaited[]; unwantedSince?: Date }
  /** Looked at again at `at`; no vendor call, no failed try. */
  | { kind: "wait"; reason: DeliveryReason; at: Date; unwantedSince?: Date };
