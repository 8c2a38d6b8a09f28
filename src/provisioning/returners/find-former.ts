import type { DeliveryState } from "../../outbox/delivery.js";
import type { Queryable } from "../../persistence/database.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { DICTIONARY_USER_URN, ENTERPRISE_USER_URN } from "../../scim/schema/urns.js";
import { userNameKey } from "../../scim/user-name-key.js";

/** A person who was deleted in SCIM and is, as it seems, the one who was created again. */
export interface Former {
  resourceId: string;
  /** Whether their account is still linked: the removal is held, or has not been carried out yet. */
  linked: boolean;
  /** The account they had, as far as it is known. */
  remoteId: string;
  state: DeliveryState | null;
}

/** Who is new, and where. */
export interface FormerKey {
  tenantId: string;
  connectionId: string;
  resourceId: string;
  /** Nobody who was deleted before this moment is looked for. */
  since: Date;
  /** The dictionary attribute that shows the account, e.g. "ddAccountId". */
  idField: string;
}

interface FormerRow {
  id: string;
  doc: JsonObject;
  remote_id: string | null;
  state: DeliveryState | null;
}

const FORMER = `
  select r.id, r.doc, l.remote_id, d.state
    from resource r
    left join link l on l.tenant_id = r.tenant_id and l.connection_id = $2 and l.resource_id = r.id
    left join delivery d on d.tenant_id = r.tenant_id and d.connection_id = $2 and d.resource_id = r.id
   where r.tenant_id = $1 and r.type = 'User' and r.deleted_at > $3 and r.id <> $4
     and (r.external_id = $5 or r.user_name_key = $6 or r.employee_number = $7)
   order by (l.remote_id is not null) desc, r.deleted_at desc limit 20`;

/**
 * The former self of a person who is new in SCIM: somebody deleted since `since` with the same externalId; or with the
 * same userName and the same name or mobile number; or with the same employee number and name (docs/adr/0020). Whoever
 * still has a link goes first, then who left last.
 */
export async function findFormer(
  database: Queryable,
  key: FormerKey,
  attributes: JsonObject,
): Promise<Former | undefined> {
  const own = identityOf(attributes);
  const names = [own.externalId, own.userName, own.employeeNumber];
  if (names.every((name) => name === undefined)) return undefined;
  const { tenantId, connectionId, since, resourceId, idField } = key;
  const values = [tenantId, connectionId, since, resourceId, ...names.map((name) => name ?? null)];
  const rows = await database.query<FormerRow>(FORMER, values);
  for (const row of rows) {
    if (!isSamePerson(own, identityOf(row.doc))) continue;
    const remoteId = row.remote_id ?? textOf(objectOf(row.doc[DICTIONARY_USER_URN])[idField]);
    if (remoteId === undefined) continue;
    return { resourceId: row.id, linked: row.remote_id !== null, remoteId, state: row.state };
  }
  return undefined;
}

interface Identity {
  externalId: string | undefined;
  userName: string | undefined;
  employeeNumber: string | undefined;
  name: string | undefined;
  mobiles: string[];
}

function isSamePerson(one: Identity, other: Identity): boolean {
  const same = (key: "externalId" | "userName" | "employeeNumber" | "name") =>
    one[key] !== undefined && one[key] === other[key];
  if (same("externalId")) return true;
  const sameMobile = one.mobiles.some((mobile) => other.mobiles.includes(mobile));
  return (same("userName") && (same("name") || sameMobile)) || (same("employeeNumber") && same("name"));
}

function identityOf(attributes: JsonObject): Identity {
  const userName = textOf(attributes["userName"]);
  const phones = Array.isArray(attributes["phoneNumbers"]) ? attributes["phoneNumbers"] : [];
  const mobiles = phones.map(objectOf).flatMap(({ type, value }) => {
    return type === "mobile" && typeof value === "string" ? value.replace(/\D/g, "") : [];
  });
  return {
    externalId: textOf(attributes["externalId"]),
    userName: userName === undefined ? undefined : userNameKey(userName),
    employeeNumber: textOf(objectOf(attributes[ENTERPRISE_USER_URN])["employeeNumber"]),
    name: textOf(attributes["displayName"]),
    mobiles,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function objectOf(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
