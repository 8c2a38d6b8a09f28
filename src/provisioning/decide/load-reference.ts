import type { DeliveryState } from "../../outbox/delivery.js";
import type { Reference } from "./subject.js";

/** A row of {@link REFERENCE_COLUMNS}. */
export interface ReferenceRow {
  id: string;
  display_name: string | null;
  remote_id: string | null;
  state: DeliveryState | null;
  settles: string | null;
  is_role?: boolean;
}

/** What is read of a referenced person or department `r` and how it stands at connection $2; see {@link REFERENCE_JOINS}. */
export const REFERENCE_COLUMNS = `
  r.id, coalesce(r.doc->>'displayName', r.doc->>'userName') as display_name, d.state, d.settles,
  case when l.resource_type = 'User' or l.remote_id not like 'role:%' then l.remote_id end as remote_id,
  coalesce(l.resource_type = 'Group' and l.remote_id like 'role:%', false) as is_role`;
/** The same of a group that is to be a role. */
export const ROLE_COLUMNS = `
  r.id, r.doc->>'displayName' as display_name, d.state, d.settles,
  case when l.remote_id like 'role:%' then l.remote_id end as remote_id`;
/** Goes with {@link REFERENCE_COLUMNS}. */
export const REFERENCE_JOINS = `
    left join link l on l.tenant_id = r.tenant_id and l.connection_id = $2 and l.resource_id = r.id
    left join delivery d on d.tenant_id = r.tenant_id and d.connection_id = $2 and d.resource_id = r.id`;

/** The reference that a row stands for. */
export function referenceOf(row: ReferenceRow): Reference {
  return {
    resourceId: row.id,
    displayName: row.display_name ?? row.id,
    ...(row.remote_id === null ? {} : { remoteId: row.remote_id }),
    ...(row.state === null ? {} : { state: row.state }),
    ...(row.is_role === true ? { isRole: true } : {}),
    settles: row.settles === null ? null : BigInt(row.settles),
  };
}
