import type { ClaimedDelivery } from "../../outbox/delivery.js";
import { DELIVERY_CHANNEL, type DeliveryState } from "../../outbox/delivery.js";
import { DOUBT_MS } from "../../outbox/intent.js";
import type { Database } from "../../persistence/database.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import type { ConnectionAtWork } from "../connections/connection-at-work.js";
import { isInDoubt } from "../decide/decide.js";
import type { Decision } from "../decide/decision.js";
import type { Subject } from "../decide/subject.js";
import { type Former, findFormer } from "./find-former.js";

const DAY_MS = 86_400_000;

/** What the look for a former account came to. */
export type Return =
  /** Nobody returned. */
  | { kind: "nobody" }
  /** The former link is the new person's now, and so is what may still become of the account by writes for the former. */
  | { kind: "linked"; intents: JsonObject[] }
  /** A worker is just removing the account. */
  | { kind: "busy" }
  /** The link is gone; the account may still be there. */
  | { kind: "account"; remoteId: string };

/**
 * Gives a person who was deleted in SCIM and created again the link they had, so that the account goes on with its
 * history; a removal of it that is held or not yet carried out is thereby over. Only for people about to be created.
 */
export async function bringBack(
  database: Database,
  delivery: ClaimedDelivery,
  connection: Pick<ConnectionAtWork, "policy" | "descriptor">,
  subject: Subject,
  decision: Decision,
  now: Date,
): Promise<Return> {
  const days = connection.policy.tombstoneDays;
  const isNew = subject.type === "User" && !subject.removed && subject.link === undefined;
  if (days === 0 || !isNew || isInDoubt(delivery) || !wouldCreate(decision)) return { kind: "nobody" };
  const { tenantId, connectionId, resourceId } = delivery;
  const since = new Date(now.getTime() - days * DAY_MS);
  const key = { tenantId, connectionId, resourceId, since, idField: connection.descriptor.idField.user };
  const former = await findFormer(database, key, subject.attributes);
  if (former === undefined) return { kind: "nobody" };
  if (!former.linked) return { kind: "account", remoteId: former.remoteId };
  const intents = await handOver(database, delivery, former, now);
  return intents === undefined ? { kind: "busy" } : { kind: "linked", intents };
}

/**
 * Without a link, a person without a mobile number is parked, and so is one whose link waits for a decision; with a link
 * they need neither.
 */
function wouldCreate(decision: Decision): boolean {
  if (decision.kind === "write-user") return true;
  if (decision.kind !== "park") return false;
  return decision.reason.field === "mobile" || decision.adoption?.kind === "wait";
}

async function handOver(
  database: Database,
  { tenantId, connectionId, resourceId }: ClaimedDelivery,
  former: Former,
  now: Date,
): Promise<JsonObject[] | undefined> {
  return database.transaction(async (tx) => {
    const keys = [tenantId, connectionId, former.resourceId];
    const rows = await tx.query<{ state: DeliveryState; intents: JsonObject[] }>(
      `select state, intents from delivery where tenant_id = $1 and connection_id = $2 and resource_id = $3 for update`,
      keys,
    );
    if (rows[0]?.state === "claimed") return undefined;
    const intents = rows[0]?.intents ?? [];
    await tx.query(
      "update link set resource_id = $4, modified_at = $5 where tenant_id = $1 and connection_id = $2 and resource_id = $3",
      [...keys, resourceId, now],
    );
    await tx.query(
      `delete from removal
        where tenant_id = $1 and connection_id = $2 and resource_id = $3 and done_at is null and state <> 'counted'`,
      keys,
    );
    // A removal that was tried may have been, or still be, carried out.
    await tx.query(
      `update delivery set intents = intents || $4::jsonb, doubt_until = $5
        where tenant_id = $1 and connection_id = $2 and resource_id = $3 and $4::jsonb <> '[]'`,
      [tenantId, connectionId, resourceId, JSON.stringify(intents), new Date(now.getTime() + DOUBT_MS)],
    );
    // Nothing is left to be done for the former resource: its delivery finds that out, and wakes who waited for it.
    await tx.query(
      `update delivery set state = 'pending', next_attempt_at = $4, tries = 0, intents = '[]', doubt_until = null
        where tenant_id = $1 and connection_id = $2 and resource_id = $3`,
      [...keys, now],
    );
    tx.hint(DELIVERY_CHANNEL);
    return intents;
  });
}
