import { orderDeliveries } from "../outbox/append.js";
import type { ClaimedDelivery } from "../outbox/delivery.js";
import { orderAgain } from "../outbox/intent.js";
import { holdSettles } from "../outbox/order-for-run.js";
import type { Database, Transaction } from "../persistence/database.js";
import { correctLastSent, findLinksByLastSent } from "../persistence/link-store.js";
import type { JsonObject, JsonValue, ResourceTypeId } from "../scim/schema/attribute.js";

/** Links corrected in one transaction, which keeps the settles of the connection waiting. */
const PAGE = 500;

/** Who may have been sent with a reference to an account, and how the reference stands in a profile. */
const REFERRING: readonly { type: ResourceTypeId; fragment(remoteId: string): JsonObject }[] = [
  { type: "User", fragment: (remoteId) => ({ managerRemoteId: remoteId }) },
  { type: "Group", fragment: (remoteId) => ({ managerRemoteIds: [remoteId] }) },
];

/**
 * Takes an account that the vendor removed out of what counts as sent of others: with it the vendor forgets whose
 * manager it was and what it led, also where it is there again under the same id. Those others are ordered: they are
 * told anew, or have nothing more to tell. Whoever is being sent at this moment is looked at again when that is over.
 */
export async function forgetAccount(
  database: Database,
  delivery: ClaimedDelivery,
  remoteId: string,
  now: Date,
): Promise<void> {
  if (!(await isReferredTo(database, delivery, remoteId))) return;
  await database.transaction(async (tx) => {
    await holdSettles(tx, delivery.connectionId);
    for (const { fragment } of REFERRING)
      await doubtInFlight(tx, delivery, fragment(remoteId), remoteId, now);
  });
  for (const { type, fragment } of REFERRING) {
    const page = () =>
      database.transaction(async (tx) => {
        await holdSettles(tx, delivery.connectionId);
        return forgetPage(tx, delivery, type, fragment(remoteId), remoteId, now);
      });
    while ((await page()) === PAGE);
  }
}

/** In one statement, so that whoever is settled meanwhile is seen as a writer or as a link. Most people lead nobody. */
async function isReferredTo(
  database: Database,
  { tenantId, connectionId }: ClaimedDelivery,
  remoteId: string,
): Promise<boolean> {
  const [manager, leader] = REFERRING.map(({ fragment }) => fragment(remoteId));
  const [row] = await database.query<{ found: boolean }>(
    `select exists (select from link where tenant_id = $1 and connection_id = $2 and last_sent @> $3::jsonb)
         or exists (select from link where tenant_id = $1 and connection_id = $2 and last_sent @> $4::jsonb)
         or exists (select from delivery where tenant_id = $1 and connection_id = $2 and state = 'claimed'
                       and intents <> '[]'::jsonb
                       and (intents @> jsonb_build_array($3::jsonb) or intents @> jsonb_build_array($4::jsonb)))
         as found`,
    [tenantId, connectionId, JSON.stringify(manager), JSON.stringify(leader)],
  );
  return row?.found === true;
}

async function forgetPage(
  tx: Transaction,
  delivery: ClaimedDelivery,
  type: ResourceTypeId,
  fragment: JsonObject,
  remoteId: string,
  now: Date,
): Promise<number> {
  const links = await findLinksByLastSent(tx, delivery, type, fragment, { limit: PAGE });
  const corrected = links.map(({ resourceId, lastSent }) => ({
    resourceId,
    lastSent: withoutReference(lastSent, remoteId),
  }));
  await correctLastSent(tx, delivery, corrected, now);
  const { tenantId, connectionId, correlationId } = delivery;
  const resourceIds = links.map(({ resourceId }) => resourceId);
  await orderDeliveries(tx, { tenantId, connectionId, correlationId, now, resourceIds });
  return links.length;
}

/** What they write may come before the removal or after it: neither the one nor the other may count as held. */
async function doubtInFlight(
  tx: Transaction,
  { tenantId, connectionId }: ClaimedDelivery,
  fragment: JsonObject,
  remoteId: string,
  now: Date,
): Promise<void> {
  const writing = await tx.query<{ id: string; intents: JsonObject[] }>(
    `select id, intents from delivery
      where tenant_id = $1 and connection_id = $2 and state = 'claimed'
        and intents <> '[]'::jsonb and intents @> $3::jsonb`,
    [tenantId, connectionId, JSON.stringify([fragment])],
  );
  for (const { id, intents } of writing) {
    const doubted = intents.map((intent) => withoutReference(intent, remoteId));
    await orderAgain(tx, { tenantId, id }, doubted, now);
  }
}

function withoutReference(profile: JsonObject, remoteId: string): JsonObject {
  const { managerRemoteId, managerRemoteIds, ...rest } = profile;
  const leaders = Array.isArray(managerRemoteIds) ? managerRemoteIds.filter((id) => id !== remoteId) : [];
  return {
    ...rest,
    ...kept("managerRemoteId", managerRemoteId === remoteId ? undefined : managerRemoteId),
    ...kept("managerRemoteIds", leaders.length === 0 ? undefined : leaders),
  };
}

function kept(field: string, value: JsonValue | undefined): JsonObject {
  return value === undefined ? {} : { [field]: value };
}
