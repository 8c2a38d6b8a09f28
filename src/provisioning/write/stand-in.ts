import type { ConnectorDescriptor } from "../../connectors/connector.js";
import type { ClaimedDelivery } from "../../outbox/delivery.js";
import { waitingForAnother } from "../../outbox/mutual-waits.js";
import type { Awaited } from "../../outbox/settle.js";
import type { Queryable } from "../../persistence/database.js";
import { isId } from "../../platform/ids.js";

/** A name that a department or role goes by until its own is free. */
export interface StandIn {
  name: string;
  /** Says so to an administrator. */
  note: string;
  /** Who has to give the name up. */
  awaited: Awaited;
}

/**
 * The stand-in for a name that another department of ours has, if that one waits itself: for people and departments in
 * it to leave, for a name that this one has, or for its place in the tree, which may be below this one. Waiting for each
 * other they would wait for ever (docs/adr/0028).
 */
export async function standInFor(
  database: Queryable,
  delivery: ClaimedDelivery,
  name: string,
  holderResourceId: string,
  { maxLength }: ConnectorDescriptor["departmentName"],
): Promise<StandIn | undefined> {
  if (!isId(holderResourceId)) return undefined;
  const rows = await database.query<{ settles: string }>(
    `select settles from delivery d
      where tenant_id = $1 and connection_id = $2 and resource_id = $3 and ${waitingForAnother("d")}`,
    [delivery.tenantId, delivery.connectionId, holderResourceId],
  );
  const holder = rows[0];
  if (holder === undefined) return undefined;
  const standIn = standInName(name, delivery.resourceId, maxLength);
  return {
    name: standIn,
    note: `The name "${name}" is still that of another group, which has to go or to be renamed first; until then this one is shown as "${standIn}".`,
    awaited: { resourceId: holderResourceId, settles: BigInt(holder.settles) },
  };
}

/** The name with the beginning of the SCIM id behind it, cut to the longest name allowed. */
export function standInName(name: string, resourceId: string, maxLength: number): string {
  const suffix = `_${resourceId.slice(0, 8)}`;
  const kept = name.slice(0, maxLength - suffix.length).replace(/[\uD800-\uDBFF]$/, "");
  return `${kept}${suffix}`;
}
