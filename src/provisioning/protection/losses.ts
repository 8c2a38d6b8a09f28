import type { Queryable } from "../../persistence/database.js";
import type { Decision } from "../decide/decision.js";
import type { Subject } from "../decide/subject.js";
import type { LossKind } from "./protection-rules.js";

/** Something that a delivery would take away at the vendor. */
export interface Loss {
  kind: LossKind;
  /** The resource that is lost: the one of the delivery itself, or the group of the department that is emptied. */
  unitId: string;
  /** What people call it. */
  name: string;
}

/** Where losses are looked for. */
export interface LossScope {
  tenantId: string;
  connectionId: string;
}

/**
 * What a decision would take away: the person or department itself, and the departments that lose their last people
 * by it. Decisions that only add or change take nothing away, and cost no query.
 * @param inactiveCount whether people who are inactive in SCIM stay in their departments
 */
export async function lossesOf(
  database: Queryable,
  scope: LossScope,
  subject: Subject,
  decision: Decision,
  inactiveCount: boolean,
): Promise<Loss[]> {
  const own = decision.kind === "remove" ? [ownLoss(subject)] : [];
  const left = departmentsLeft(subject, decision);
  return left.length === 0 ? own : [...own, ...(await emptiedOf(database, scope, left, inactiveCount))];
}

function ownLoss(subject: Subject): Loss {
  const name = subject.attributes["displayName"] ?? subject.attributes["userName"];
  return {
    kind: subject.type === "User" ? "user" : "department",
    unitId: subject.id,
    name: typeof name === "string" ? name : subject.id,
  };
}

/** Remote ids of the departments that the person was last sent into and would be taken out of. */
export function departmentsLeft(subject: Subject, decision: Decision): string[] {
  if (subject.type !== "User" || subject.link === undefined) return [];
  const kept = decision.kind === "write-user" ? decision.profile.departmentRemoteIds : [];
  if (decision.kind !== "write-user" && decision.kind !== "remove") return [];
  const sent = subject.link.lastSent["departmentRemoteIds"];
  return Array.isArray(sent) ? sent.map(String).filter((remoteId) => !kept.includes(remoteId)) : [];
}

/**
 * Of these departments, those that nobody is a member of any more although they stay: whoever is still sent there is
 * about to leave, one delivery after the other. A department that is itself removed is counted as such.
 */
async function emptiedOf(
  database: Queryable,
  scope: LossScope,
  remoteIds: string[],
  inactiveCount: boolean,
): Promise<Loss[]> {
  const rows = await database.query<{ id: string; name: string | null }>(
    `select g.id, g.doc ->> 'displayName' as name
       from link l join resource g on g.tenant_id = l.tenant_id and g.id = l.resource_id
      where l.tenant_id = $1 and l.connection_id = $2 and l.resource_type = 'Group' and l.remote_id = any($3::text[])
        and g.deleted_at is null and g.kind = 'department'
        and not exists (select from membership m join resource u on u.tenant_id = m.tenant_id and u.id = m.member_id
                         where m.tenant_id = g.tenant_id and m.group_id = g.id and ($4 or u.active is not false))
      order by g.id`,
    [scope.tenantId, scope.connectionId, remoteIds, inactiveCount],
  );
  return rows.map(({ id, name }) => ({ kind: "emptied", unitId: id, name: name ?? id }));
}
