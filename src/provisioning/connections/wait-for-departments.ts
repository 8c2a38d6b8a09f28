import type { Transaction } from "../../persistence/database.js";
import { reasonFor } from "../reasons.js";

/** What is new at the connection waits for what it belongs to, where that is new and to be delivered as well. */
const WAIT = `
  with new_department as (
    select g.id, g.parent_id from resource g
      join delivery d on d.tenant_id = $1 and d.connection_id = $2 and d.resource_id = g.id
                     and d.state in ('pending', 'claimed', 'blocked')
     where g.tenant_id = $1 and g.type = 'Group' and g.kind = 'department' and g.deleted_at is null
       and not exists (select from link l
                        where l.tenant_id = $1 and l.connection_id = $2 and l.resource_id = g.id)),
  waiting as (
    select child.id as resource_id, child.parent_id as awaited_id
      from new_department child join new_department parent on parent.id = child.parent_id
     union all
    select m.member_id, m.group_id
      from new_department g
      join membership m on m.tenant_id = $1 and m.group_id = g.id
      join resource r on r.tenant_id = $1 and r.id = m.member_id and r.type = 'User' and r.deleted_at is null
     where not exists (select from link l
                        where l.tenant_id = $1 and l.connection_id = $2 and l.resource_id = m.member_id)),
  blocked as (
    update delivery d set state = 'blocked', reason = $3::jsonb
      from waiting
     where d.tenant_id = $1 and d.connection_id = $2 and d.resource_id = waiting.resource_id and d.state = 'pending'
    returning d.resource_id)
  insert into delivery_wait (tenant_id, connection_id, resource_id, awaited_id)
  select $1, $2, waiting.resource_id, waiting.awaited_id
    from waiting join blocked on blocked.resource_id = waiting.resource_id
  on conflict do nothing`;

/**
 * Lets a backlog begin where it can: departments at the top first, then what is below them, then who is in them. Each
 * delivery would find that out by itself, at the price of a claim and a settle; with 20,000 people and 1,500 departments
 * those were all that a worker did for the first two minutes, and the cap of calls stood unused. Call it after the
 * backlog was appended, in its transaction.
 */
export async function waitForDepartments(
  tx: Transaction,
  { tenantId, connectionId }: { tenantId: string; connectionId: string },
): Promise<void> {
  await tx.query(WAIT, [tenantId, connectionId, JSON.stringify(reasonFor("department-first"))]);
}
