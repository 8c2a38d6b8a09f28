import { CONTESTED } from "../../persistence/adoption-proposal-store.js";
import type { Queryable } from "../../persistence/database.js";
import { isId } from "../../platform/ids.js";
import type { JsonObject, ResourceTypeId } from "../../scim/schema/attribute.js";
import { isRoleLink } from "../roles/role-link.js";
import { loadDepartmentManagers } from "./load-department-managers.js";
import {
  REFERENCE_COLUMNS,
  REFERENCE_JOINS,
  type ReferenceRow,
  ROLE_COLUMNS,
  referenceOf,
} from "./load-reference.js";
import type { DepartmentSubject, Link, Proposal, Reference, Subject, UserSubject } from "./subject.js";

/** Which resource, seen from which connection. */
export interface SubjectKey {
  tenantId: string;
  connectionId: string;
  resourceType: ResourceTypeId;
  resourceId: string;
  /** Id of the group that stands for the vendor's root department, where the connection names one. */
  rootGroupId?: string;
  /** Whether groups of kind `group` are to be roles. */
  roles?: boolean;
}

/** Reads the present state of a resource and of everything it refers to. Costs do not grow with group sizes. */
export async function loadSubject(database: Queryable, key: SubjectKey): Promise<Subject> {
  return key.resourceType === "User" ? loadUser(database, key) : loadDepartment(database, key);
}

interface ResourceRow {
  doc: JsonObject;
  kind: string | null;
  parent_id: string | null;
  parent_ref: string | null;
  manager_ref: string | null;
  deleted_at: Date | null;
  remote_id: string | null;
  last_sent: JsonObject | null;
  linked_elsewhere: string[];
  kept_at: Date | null;
  unwanted_since: Date | null;
  disabled: boolean | null;
  proposals: Proposal[] | null;
}

const RESOURCE = `
  select r.doc, r.kind, r.parent_id, r.parent_ref, r.manager_ref, r.deleted_at, l.remote_id, l.last_sent,
         l.kept_at, l.unwanted_since, l.disabled,
         array(select o.remote_id from link o
                where o.tenant_id = r.tenant_id and o.resource_id = r.id and o.connection_id <> $2) as linked_elsewhere,
         case when l.remote_id is null then (
           select jsonb_agg(jsonb_build_object(
                    'id', p.id, 'state', p.state, 'strength', p.strength, 'contested', ${CONTESTED},
                    'remoteId', p.remote_id, 'remoteName', p.remote_name, 'parentRemoteId', p.parent_remote_id,
                    'agree', p.agree, 'basis', p.basis) order by p.id)
             from adoption_proposal p
            where p.tenant_id = r.tenant_id and p.connection_id = $2 and p.resource_id = r.id
              and p.state in ('open', 'approved', 'rejected')) end as proposals
    from resource r
    left join link l on l.tenant_id = r.tenant_id and l.connection_id = $2 and l.resource_id = r.id
   where r.tenant_id = $1 and r.id = $3`;

async function loadRow(database: Queryable, key: SubjectKey): Promise<ResourceRow | undefined> {
  const rows = await database.query<ResourceRow>(RESOURCE, [key.tenantId, key.connectionId, key.resourceId]);
  return rows[0];
}

async function loadUser(database: Queryable, key: SubjectKey): Promise<UserSubject> {
  const row = await loadRow(database, key);
  const base = { type: "User" as const, id: key.resourceId, ...linkOf(row) };
  if (row === undefined || row.deleted_at !== null) {
    return {
      ...base,
      removed: true,
      attributes: row?.doc ?? {},
      departments: [],
      memberOfRoot: false,
      outside: [],
      onlyOutsideScope: false,
    };
  }
  const memberships = await loadDepartmentsOf(database, key);
  const inScope = memberships.filter((one) => one.inScope);
  const roles = key.roles === true ? await loadRolesOf(database, key) : undefined;
  const manager = row.manager_ref === null ? undefined : await loadManager(database, key, row.manager_ref);
  return {
    ...base,
    removed: false,
    attributes: row.doc,
    departments: inScope.filter((one) => one.resourceId !== key.rootGroupId),
    memberOfRoot: inScope.some((one) => one.resourceId === key.rootGroupId),
    outside: memberships.filter((one) => !one.inScope),
    onlyOutsideScope: key.rootGroupId !== undefined && inScope.length === 0,
    ...(roles === undefined ? {} : { roles }),
    ...(manager === undefined ? {} : { manager }),
  };
}

async function loadDepartment(database: Queryable, key: SubjectKey): Promise<DepartmentSubject> {
  const row = await loadRow(database, key);
  const link = linkOf(row);
  const removed = row === undefined || row.deleted_at !== null;
  const kind = row?.kind ?? "department";
  // What it is at the vendor has to go: the group does, or it is to be something else.
  const leaves = removed || (kind === "group") !== isRoleLink(link.link);
  const inScope = removed || (await isBelowRoot(database, key, key.resourceId));
  const occupants =
    (leaves || !inScope) && link.link !== undefined
      ? await loadOccupants(database, key, link.link.remoteId)
      : [];
  const managers =
    removed || kind !== "department"
      ? []
      : await loadDepartmentManagers(database, key, row?.doc ?? {}, link.link?.remoteId);
  const parent =
    row === undefined || row.parent_id === null
      ? undefined
      : await loadReference(database, key, row.parent_id);
  return {
    type: "Group",
    id: key.resourceId,
    ...link,
    removed,
    attributes: row?.doc ?? {},
    kind,
    ...(parent === undefined ? {} : { parent }),
    ...(row === undefined || row.parent_ref === null ? {} : { unknownParent: row.parent_ref }),
    isRoot: key.resourceId === key.rootGroupId,
    parentIsRoot: row?.parent_id !== null && row?.parent_id === key.rootGroupId,
    inScope,
    occupants,
    managers,
  };
}

function linkOf(row: ResourceRow | undefined): Pick<Subject, "link" | "linkedElsewhere" | "proposals"> {
  if (row === undefined) return {};
  if (row.remote_id === null) {
    return {
      ...(row.linked_elsewhere.length > 0 && { linkedElsewhere: row.linked_elsewhere }),
      ...(row.proposals !== null && { proposals: row.proposals }),
    };
  }
  const link: Link = { remoteId: row.remote_id, lastSent: row.last_sent ?? {} };
  if (row.kept_at !== null) link.kept = true;
  if (row.unwanted_since !== null) link.unwantedSince = row.unwanted_since;
  if (row.disabled === true) link.disabled = true;
  return { link };
}

async function loadReference(
  database: Queryable,
  key: SubjectKey,
  id: string,
): Promise<Reference | undefined> {
  const rows = await database.query<ReferenceRow>(
    `select ${REFERENCE_COLUMNS} from resource r ${REFERENCE_JOINS}
      where r.tenant_id = $1 and r.id = $3 and r.deleted_at is null`,
    [key.tenantId, key.connectionId, id],
  );
  return rows[0] === undefined ? undefined : referenceOf(rows[0]);
}

async function loadRolesOf(database: Queryable, key: SubjectKey): Promise<Reference[]> {
  const rows = await database.query<ReferenceRow>(
    `select ${ROLE_COLUMNS} from membership m
       join resource r on r.tenant_id = m.tenant_id and r.id = m.group_id
        and r.deleted_at is null and r.kind = 'group'
       ${REFERENCE_JOINS}
      where m.tenant_id = $1 and m.member_id = $3 and r.id is distinct from $4
      order by m.added_at, r.seq`,
    [key.tenantId, key.connectionId, key.resourceId, key.rootGroupId ?? null],
  );
  const roles: Reference[] = [];
  for (const row of rows) if (await isBelowRoot(database, key, row.id)) roles.push(referenceOf(row));
  return roles;
}

async function loadDepartmentsOf(
  database: Queryable,
  key: SubjectKey,
): Promise<(Reference & { inScope: boolean })[]> {
  const rows = await database.query<ReferenceRow>(
    `select ${REFERENCE_COLUMNS} from membership m
       join resource r on r.tenant_id = m.tenant_id and r.id = m.group_id
        and r.deleted_at is null and r.kind = 'department'
       ${REFERENCE_JOINS}
      where m.tenant_id = $1 and m.member_id = $3
      order by m.added_at, r.seq`,
    [key.tenantId, key.connectionId, key.resourceId],
  );
  const references: (Reference & { inScope: boolean })[] = [];
  for (const row of rows) {
    references.push({ ...referenceOf(row), inScope: await isBelowRoot(database, key, row.id) });
  }
  return references;
}

/** Whether a group is the root group or below it; always so for a connection without a root group. */
async function isBelowRoot(database: Queryable, key: SubjectKey, groupId: string): Promise<boolean> {
  if (key.rootGroupId === undefined) return true;
  const rows = await database.query(
    `with recursive ancestor (id, parent_id) as (
       select id, parent_id from resource where tenant_id = $1 and id = $2
       union
       select r.id, r.parent_id from resource r join ancestor a on r.id = a.parent_id where r.tenant_id = $1)
     select 1 from ancestor where id = $3`,
    [key.tenantId, groupId, key.rootGroupId],
  );
  return rows.length > 0;
}

/** A manager is named by SCIM id, by externalId, or (HR systems) by employee number; the first that fits wins. */
async function loadManager(
  database: Queryable,
  key: SubjectKey,
  managerRef: string,
): Promise<Reference | undefined> {
  const rows = await database.query<ReferenceRow>(
    `select ${REFERENCE_COLUMNS} from resource r ${REFERENCE_JOINS}
      where r.tenant_id = $1 and r.type = 'User' and r.deleted_at is null and r.id <> $4
        and (r.id = $5::uuid or r.external_id = $3 
             or (lower(r.employee_number) = lower($3 collate "C") and r.employee_number = $3))
      order by (r.id = $5::uuid) desc nulls last, (r.external_id = $3) desc nulls last, r.seq
      limit 1`,
    [key.tenantId, key.connectionId, managerRef, key.resourceId, isId(managerRef) ? managerRef : null],
  );
  return rows[0] === undefined ? undefined : referenceOf(rows[0]);
}

// Three containment searches, each on the GIN index of link.last_sent; and the few deliveries that are in doubt.
const OCCUPANTS = `
  select ${REFERENCE_COLUMNS} from resource r
    ${REFERENCE_JOINS}
   where r.tenant_id = $1 and r.id <> $3
     and r.id in (
       select here.resource_id from link here
        where here.tenant_id = $1 and here.connection_id = $2
          and (here.last_sent @> $4::jsonb or here.last_sent @> $5::jsonb or here.last_sent @> $6::jsonb)
        union all
       select writing.resource_id from delivery writing
        where writing.tenant_id = $1 and writing.connection_id = $2 and writing.intents <> '[]'::jsonb
          and (writing.intents @> $7::jsonb or writing.intents @> $8::jsonb))
   order by r.seq limit 200`;

/**
 * People and sub-departments that were last sent into this department, or people to whom this role was given; and who
 * may have come into the department by a write that nobody saw answered.
 */
async function loadOccupants(database: Queryable, key: SubjectKey, remoteId: string): Promise<Reference[]> {
  const rows = await database.query<ReferenceRow>(OCCUPANTS, [
    key.tenantId,
    key.connectionId,
    key.resourceId,
    JSON.stringify({ departmentRemoteIds: [remoteId] }),
    JSON.stringify({ parentRemoteId: remoteId }),
    JSON.stringify({ roleRemoteIds: [remoteId] }),
    JSON.stringify([{ departmentRemoteIds: [remoteId] }]),
    JSON.stringify([{ parentRemoteId: remoteId }]),
  ]);
  return rows.map(referenceOf);
}
