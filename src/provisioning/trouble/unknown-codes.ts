import type { ClaimedDelivery } from "../../outbox/delivery.js";
import type { Queryable, Transaction } from "../../persistence/database.js";
import { newId } from "../../platform/ids.js";

/** A vendor's code that no source lists, as it was met at one connection. */
export interface UnknownCode {
  id: string;
  connectionId: string;
  code: string;
  /** The API path that answered with it last. */
  path: string;
  /** The vendor's words, without mobile numbers; the last ones. */
  sample: string;
  /** For the vendor's support desk. */
  vendorRequestId: string | null;
  /** The delivery that met it last. */
  deliveryId: string;
  times: number;
  firstAt: Date;
  lastAt: Date;
}

/** One meeting with such a code. */
export interface MetCode {
  code: string;
  path: string;
  sample: string;
  vendorRequestId?: string;
}

/** More than that of one connection are not kept: something answers nonsense, and one sample of it says enough. */
const MOST = 500;

/** Counts a code in the transaction that settles the delivery. */
export async function noteUnknownCode(
  tx: Transaction,
  delivery: ClaimedDelivery,
  met: MetCode,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into unknown_code as known (tenant_id, id, connection_id, code, path, sample, vendor_request_id,
                                        delivery_id, first_at, last_at)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $9
      where (select count(*) from unknown_code where tenant_id = $1 and connection_id = $3 and code <> $4) < ${MOST}
     on conflict (tenant_id, connection_id, code) do update
        set times = known.times + 1, path = excluded.path, sample = excluded.sample,
            vendor_request_id = excluded.vendor_request_id, delivery_id = excluded.delivery_id,
            last_at = excluded.last_at`,
    [
      delivery.tenantId,
      newId(),
      delivery.connectionId,
      met.code.slice(0, 200),
      met.path,
      met.sample,
      met.vendorRequestId ?? null,
      delivery.id,
      now,
    ],
  );
}

/** The list of them, for administrators. */
export interface UnknownCodes {
  /** In the order of their ids, beginning after `after`. */
  list(
    tenantId: string,
    page: { connectionId?: string | undefined; after?: string | undefined; limit: number },
  ): Promise<UnknownCode[]>;
}

/** Creates the list over its table. */
export function createUnknownCodes({ database }: { database: Queryable }): UnknownCodes {
  return {
    async list(tenantId, { connectionId, after, limit }) {
      const rows = await database.query<Omit<UnknownCode, "times"> & { times: string }>(
        `select id, connection_id as "connectionId", code, path, sample, vendor_request_id as "vendorRequestId",
                delivery_id as "deliveryId", times, first_at as "firstAt", last_at as "lastAt"
           from unknown_code
          where tenant_id = $1 and ($2::uuid is null or connection_id = $2) and ($3::uuid is null or id > $3)
          order by id limit $4`,
        [tenantId, connectionId ?? null, after ?? null, limit],
      );
      return rows.map((row) => ({ ...row, times: Number(row.times) }));
    },
  };
}
