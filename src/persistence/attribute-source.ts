import { badRequest } from "../scim/errors.js";
import type { ResolvedPath } from "../scim/filter/ast.js";
import type { ResourceTypeDefinition, ResourceTypeId } from "../scim/schema/attribute.js";
import {
  ENTERPRISE_USER_URN,
  ORGANIZATION_GROUP_URN,
  PROVISIONING_GROUP_URN,
  PROVISIONING_USER_URN,
} from "../scim/schema/urns.js";
import type { SqlParameters } from "./sql-parameters.js";

/**
 * An SQL expression that yields one value of a resource, or null where it has none.
 *
 * - `json`: a jsonb value
 * - `text`: text as given, or `folded`: in lower case already, or prepared as a userName (`userNameKey`)
 * - `id`: a uuid; `instant`: a timestamptz; `boolean`: a boolean
 */
export interface Scalar {
  kind: "json" | "text" | "id" | "instant" | "boolean";
  sql: string;
  folded?: "lower case" | "user name";
}

/** Where the values of a path are: in one expression, or in the rows of a set whose column `v` is jsonb. */
export type AttributeSource =
  | { kind: "scalar"; scalar: Scalar }
  /** `rows` stands behind `from` and binds `alias`; `rest` leads from an element to the value (empty: itself). */
  | { kind: "set"; rows: string; alias: string; rest: readonly string[] };

/** What a path is relative to: a row of `resource` (alias `r`), or one element of a multi-valued attribute. */
export interface Scope {
  type: ResourceTypeDefinition;
  parameters: SqlParameters;
  /** The jsonb expression of the element, inside of an element filter. */
  element?: string;
  /** Makes aliases that are unique in the statement. */
  nextAlias(): string;
}

/** The scope of whole resources. */
export function resourceScope(type: ResourceTypeDefinition, parameters: SqlParameters): Scope {
  let count = 0;
  return { type, parameters, nextAlias: () => `e${++count}` };
}

/**
 * Finds where the values of a resolved path are stored.
 * @throws ScimError 400 invalidFilter for what exists only in answers (`meta.location`, provisioning states)
 */
export function attributeSource(path: ResolvedPath, scope: Scope): AttributeSource {
  const at = path.multiValuedAt;
  if (scope.element !== undefined) {
    return at === undefined
      ? scalar("json", jsonAt(scope.element, path.keys, scope))
      : elements(jsonAt(scope.element, path.keys.slice(0, at + 1), scope), path.keys.slice(at + 1), scope);
  }
  const special = columnSource(path.keys) ?? computedSource(path.keys, scope);
  if (special) return special;
  return at === undefined
    ? scalar("json", jsonAt("r.doc", path.keys, scope))
    : elements(jsonAt("r.doc", path.keys.slice(0, at + 1), scope), path.keys.slice(at + 1), scope);
}

/** The value below `keys` in a jsonb expression. The keys travel as a parameter, like every other input. */
export function jsonAt(json: string, keys: readonly string[], scope: Scope): string {
  return keys.length === 0 ? json : `(${json} #> ${scope.parameters.bind(keys, "text[]")})`;
}

function scalar(kind: Scalar["kind"], sql: string, folded?: Scalar["folded"]): AttributeSource {
  return { kind: "scalar", scalar: { kind, sql, ...(folded !== undefined && { folded }) } };
}

function elements(json: string, rest: readonly string[], scope: Scope): AttributeSource {
  const alias = scope.nextAlias();
  const array = `case when jsonb_typeof(${json}) = 'array' then ${json} else '[]'::jsonb end`;
  return { kind: "set", rows: `jsonb_array_elements(${array}) as ${alias} (v)`, alias, rest };
}

/** Attributes that have a column of their own, by their path. */
function columnSource(keys: readonly string[]): AttributeSource | undefined {
  switch (keys.join(" ")) {
    case "id":
      return scalar("id", "r.id");
    case "userName":
      return scalar("text", "r.user_name_key", "user name");
    case "displayName":
      return scalar("text", "r.display_name_key", "lower case");
    case "externalId":
      return scalar("text", "r.external_id");
    case "active":
      return scalar("boolean", "r.active");
    case "meta created":
      return scalar("instant", "r.created_at");
    case "meta lastModified":
      return scalar("instant", "r.modified_at");
    case "meta version":
      return scalar("text", `('W/"' || r.version || '"')`);
    case "meta resourceType":
      return scalar("text", "r.type");
    case `${ENTERPRISE_USER_URN} employeeNumber`:
      return scalar("text", "r.employee_number");
    case `${ENTERPRISE_USER_URN} manager value`:
      return scalar("text", "r.manager_ref");
    default:
      return undefined;
  }
}

/** Whether equality and a prefix of a path are served by an index on the table of resources itself. */
export function hasOwnIndex(type: ResourceTypeId, keys: readonly string[]): boolean {
  switch (keys.join(" ")) {
    case "id":
    case "displayName":
    case "externalId":
      return true;
    case "userName":
    case `${ENTERPRISE_USER_URN} employeeNumber`:
    case `${ENTERPRISE_USER_URN} manager value`:
      return type === "User";
    case `${ORGANIZATION_GROUP_URN} parent value`:
      return type === "Group";
    default:
      return false;
  }
}

// Memberships and the tree are rows, not part of the document. Each set yields its elements as answers show them.

/** The members of the group in row `r`, as a subquery of jsonb elements. */
export const MEMBERS = `(select jsonb_build_object('value', m.member_id, 'type', 'User', 'display', u.doc -> 'displayName')
    from membership m join resource u on u.tenant_id = m.tenant_id and u.id = m.member_id
   where m.tenant_id = r.tenant_id and m.group_id = r.id
  union all
  select jsonb_build_object('value', c.id, 'type', 'Group', 'display', c.doc -> 'displayName')
    from resource c
   where c.tenant_id = r.tenant_id and c.parent_id = r.id and c.deleted_at is null)`;

/**
 * The groups of the user in row `r`: those it was added to, and as `indirect` those above them in the tree. A group
 * that is both is direct.
 */
const GROUPS = `(with recursive direct (id, parent_id, display) as (
    select g.id, g.parent_id, g.doc -> 'displayName'
      from membership m join resource g on g.tenant_id = m.tenant_id and g.id = m.group_id
     where m.tenant_id = r.tenant_id and m.member_id = r.id
  ), above (id) as (
    select d.parent_id from direct d where d.parent_id is not null
    union
    select g.parent_id from above a join resource g on g.tenant_id = r.tenant_id and g.id = a.id
     where g.parent_id is not null
  )
  select jsonb_build_object('value', d.id, 'type', 'direct', 'display', d.display) from direct d
  union all
  select jsonb_build_object('value', g.id, 'type', 'indirect', 'display', g.doc -> 'displayName')
    from above a join resource g on g.tenant_id = r.tenant_id and g.id = a.id
   where a.id not in (select d.id from direct d))`;

const PARENT = `(select case
    when r.parent_id is not null then jsonb_build_object('value', r.parent_id, 'display', p.doc -> 'displayName')
    when r.parent_ref is not null then jsonb_build_object('value', r.parent_ref) end
    from (select 1) one left join resource p on p.tenant_id = r.tenant_id and p.id = r.parent_id)`;

/** Attributes that are put together from other rows or columns. */
function computedSource(keys: readonly string[], scope: Scope): AttributeSource | undefined {
  const [first = "", second] = keys;
  const set = (rows: string): AttributeSource => {
    const alias = scope.nextAlias();
    return { kind: "set", rows: `${rows} as ${alias} (v)`, alias, rest: keys.slice(1) };
  };
  if (scope.type.id === "Group" && first === "members") return set(MEMBERS);
  if (scope.type.id === "User" && first === "groups") return set(GROUPS);
  if (first === "schemas") return set(schemasOf(scope));
  if (first === "meta" && second === undefined) return scalar("instant", "r.created_at");
  if (first === ORGANIZATION_GROUP_URN && second === "parent") {
    return keys[2] === "value"
      ? scalar("text", "coalesce(r.parent_id::text, r.parent_ref)")
      : scalar("json", jsonAt(PARENT, keys.slice(2), scope));
  }
  if (first === "meta" || first === PROVISIONING_USER_URN || first === PROVISIONING_GROUP_URN) {
    throw badRequest("invalidFilter", `"${keys.join(".")}" cannot be used in a filter or for sorting.`);
  }
  return undefined;
}

function schemasOf(scope: Scope): string {
  const core = scope.parameters.bind(scope.type.schema.id, "text");
  // The parent of a group is not in its document, and may be all that it has of its extension.
  const parent =
    scope.type.id === "Group"
      ? `union all
    select to_jsonb(${scope.parameters.bind(ORGANIZATION_GROUP_URN, "text")})
     where r.parent_id is not null or r.parent_ref is not null`
      : "";
  return `(select to_jsonb(${core})
    union all
    select to_jsonb(k) from jsonb_object_keys(r.doc) k where starts_with(k, 'urn:') ${parent})`;
}
