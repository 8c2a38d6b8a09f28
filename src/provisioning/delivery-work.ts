import type { VendorCall } from "../connectors/connector.js";
import type { ClaimedDelivery } from "../outbox/delivery.js";
import type { Database } from "../persistence/database.js";
import type { Clock } from "../platform/clock.js";
import type { JsonObject } from "../scim/schema/attribute.js";
import type { ProposalChange } from "./adoption/proposal-changes.js";
import type { ConnectionAtWork, OpenConnections } from "./connections/connection-at-work.js";
import type { Decision } from "./decide/decision.js";
import type { Subject } from "./decide/subject.js";
import type { Settlement } from "./settle-delivery.js";
import type { TellOfQuarantine } from "./trouble/quarantine.js";
import type { TroubleWatch } from "./trouble/trouble-watch.js";

/** What the delivery of one resource needs. */
export interface DeliverDeps {
  database: Database;
  clock: Clock;
  /** Numbers in [0, 1), for jitter. */
  random: () => number;
  connections: OpenConnections;
  /** Sees when single failures add up; without it they never do. */
  trouble?: TroubleWatch;
  /** Told what was found and what is to be done, before anything is. */
  onDecided?(delivery: ClaimedDelivery, subject: Subject, decision: Decision): void;
  /** Told of each settled delivery, for log and metrics. */
  onSettled(event: DeliverySettled): void;
  /** Told when a connection begins to rest, goes on resting, or works again, for the log. */
  onQuarantine?: TellOfQuarantine;
}

/** One delivery that was carried out and settled. */
export interface DeliverySettled {
  delivery: ClaimedDelivery;
  connector: string;
  settlement: Settlement;
  result: "settled" | "lost";
}

/** One delivery while it is carried out. */
export interface Work {
  delivery: ClaimedDelivery;
  connection: ConnectionAtWork;
  subject: Subject;
  decision: Decision;
  signal: AbortSignal;
  calls: VendorCall[];
  /** What was noted as about to be written at the vendor. */
  noted: JsonObject[];
  startedAt: Date;
  formerRemoteId: string | undefined;
  /** What is found out about proposals to link the resource. */
  proposalChanges: ProposalChange[];
}
