import type { Queryable } from "../../persistence/database.js";

/** The resources of a connection in the order in which a plan goes through them: groups, people, then what is removed. */
const PARTS = [
  { type: "Group", removed: false },
  { type: "User", removed: false },
  { type: "User", removed: true },
  { type: "Group", removed: true },
] as const;

/** A place between two resources of a connection. */
export interface PlanPosition {
  /** Which part, counted from 0. */
  part: number;
  /** The last resource before it, by `seq` within its part; a bigint as text. */
  seq: string;
}

/** Which resources to choose. */
export interface Choice {
  tenantId: string;
  connectionId: string;
  /** Begin here; at the beginning by default. */
  from?: PlanPosition | undefined;
  limit: number;
  /** Leave out those whose delivery has nothing left to do, by what is known. */
  unsettledOnly: boolean;
}

/** Chooses up to `limit` resources, and says where the next ones begin, if there are any. */
export async function chooseResources(
  database: Queryable,
  choice: Choice,
): Promise<{ resourceIds: string[]; next?: PlanPosition }> {
  const { from = { part: 0, seq: "0" }, limit } = choice;
  const chosen: { id: string; position: PlanPosition }[] = [];
  for (let part = from.part; part < PARTS.length && chosen.length <= limit; part += 1) {
    const after = part === from.part ? from.seq : "0";
    const rows = await readPart(database, choice, part, after, limit + 1 - chosen.length);
    chosen.push(...rows.map(({ id, seq }) => ({ id, position: { part, seq } })));
  }
  const shown = chosen.slice(0, limit);
  const last = chosen.length > limit ? shown.at(-1)?.position : undefined;
  return { resourceIds: shown.map(({ id }) => id), ...(last !== undefined && { next: last }) };
}

function readPart(
  database: Queryable,
  { tenantId, connectionId, unsettledOnly }: Choice,
  part: number,
  after: string,
  limit: number,
): Promise<{ id: string; seq: string }[]> {
  const { type, removed } = PARTS[part] ?? PARTS[0];
  const whole = removed
    ? `link l join resource r on r.tenant_id = l.tenant_id and r.id = l.resource_id and r.deleted_at is not null
        and l.connection_id = $2`
    : "resource r";
  const unsettled = unsettledOnly
    ? `and not exists (select 1 from delivery d
         where d.tenant_id = r.tenant_id and d.connection_id = $2 and d.resource_id = r.id
           and d.state in ('synced', 'skipped'))`
    : "";
  return database.query(
    `select r.id, r.seq from ${whole}
      where r.tenant_id = $1 and r.type = $3 and r.seq > $4 and $2::uuid is not null
        ${removed ? "" : "and r.deleted_at is null"} ${unsettled}
      order by r.seq limit $5`,
    [tenantId, connectionId, type, after, limit],
  );
}
