import type { ClaimedDelivery } from "../outbox/delivery.js";
import type { Database } from "../persistence/database.js";
import type { ConnectionAtWork } from "./connections/connection-at-work.js";
import { decide } from "./decide/decide.js";
import type { Decision } from "./decide/decision.js";
import { loadSubject } from "./decide/load-subject.js";
import type { Subject } from "./decide/subject.js";
import { reasonFor } from "./reasons.js";
import { bringBack } from "./returners/bring-back.js";

/** A resource as it is, and what is to be done for it. */
export interface Decided {
  /** The delivery, with what may have been written for whom the person was before. */
  delivery: ClaimedDelivery;
  subject: Subject;
  decision: Decision;
  /** The account that a person had before they were deleted and created again; it may be there still. */
  formerRemoteId?: string;
}

/** Loads the resource as it is and decides; a person who returned is first given the link they had. */
export async function decideNow(
  deps: { database: Database },
  delivery: ClaimedDelivery,
  connection: ConnectionAtWork,
  now: Date,
): Promise<Decided> {
  const { tenantId, connectionId, resourceType, resourceId } = delivery;
  const { rootGroupId } = connection;
  const roles = connection.policy.groupsAsRoles.enabled;
  const key = { tenantId, connectionId, resourceType, resourceId, roles };
  const load = () => loadSubject(deps.database, rootGroupId === undefined ? key : { ...key, rootGroupId });
  const subject = await load();
  const decision = decide(delivery, subject, connection, now);
  const former = await bringBack(deps.database, delivery, connection, subject, decision, now);
  switch (former.kind) {
    case "nobody":
      return { delivery, subject, decision };
    case "account":
      return { delivery, subject, decision, formerRemoteId: former.remoteId };
    case "busy": {
      const at = new Date(now.getTime() + FORMER_IN_WORK_MS);
      return { delivery, subject, decision: { kind: "wait", reason: reasonFor("former-in-work"), at } };
    }
    case "linked": {
      const linked = await load();
      const inherited = { ...delivery, intents: former.intents };
      return { delivery: inherited, subject: linked, decision: decide(inherited, linked, connection, now) };
    }
  }
}

/** A removal that is being carried out is over within this time, as a rule; in milliseconds. */
const FORMER_IN_WORK_MS = 1_000;
