import type { ResolvedFilter, ResolvedPath } from "../scim/filter/ast.js";
import type { Scalar, Scope } from "./attribute-source.js";
import { compareScalar } from "./compare-scalar.js";

type Comparison = Extract<ResolvedFilter, { kind: "comparison" }>;

/**
 * A positive comparison of `groups.value`, `groups.display`, `members.value` or `members.display`, starting from the
 * resources at the other end: an uncorrelated set that the planner can begin with, so that "who is in this group" and
 * "which groups is this person in" cost the same in a group of ten and of a hundred thousand. Undefined for any other
 * path and inside of an element.
 */
export function compileMembership(
  target: ResolvedPath,
  { operator, value }: Comparison,
  scope: Scope,
): string | undefined {
  if (value === null || operator === "ne" || !isMembershipPath(target.keys, scope)) return undefined;
  const [, part] = target.keys;
  const matches = (row: string): string => {
    const scalar: Scalar =
      part === "value"
        ? { kind: "id", sql: `${row}.id` }
        : { kind: "text", sql: `${row}.display_name_key`, folded: "lower case" };
    return compareScalar(scalar, target.attribute, operator, value, scope.parameters);
  };
  return scope.type.id === "User" ? memberOfGroups(matches, scope) : groupsOfMembers(matches, scope);
}

/** Whether {@link compileMembership} knows a path, given as in `ResolvedPath.keys`. */
export function isMembershipPath(keys: readonly string[], scope: Scope): boolean {
  const [list, part, ...rest] = keys;
  return (
    scope.element === undefined &&
    list === (scope.type.id === "User" ? "groups" : "members") &&
    (part === "value" || part === "display") &&
    rest.length === 0
  );
}

/** Whoever is in a matching group or in one below it (RFC 7643 section 4.1.2, membership type "indirect"). */
function memberOfGroups(matches: (row: string) => string, { parameters: { tenant } }: Scope): string {
  return `r.id in (with recursive below (id) as (
      select g.id from resource g
       where g.tenant_id = ${tenant} and g.type = 'Group' and g.deleted_at is null and ${matches("g")}
      union
      select c.id from below b
        join resource c on c.tenant_id = ${tenant} and c.parent_id = b.id and c.deleted_at is null)
    select m.member_id from below b join membership m on m.tenant_id = ${tenant} and m.group_id = b.id)`;
}

function groupsOfMembers(matches: (row: string) => string, { parameters: { tenant } }: Scope): string {
  return `(r.id in (select m.group_id from membership m
        join resource u on u.tenant_id = m.tenant_id and u.id = m.member_id
       where m.tenant_id = ${tenant} and u.type = 'User' and u.deleted_at is null and ${matches("u")})
    or r.id in (select c.parent_id from resource c
       where c.tenant_id = ${tenant} and c.type = 'Group' and c.parent_id is not null and c.deleted_at is null
         and ${matches("c")}))`;
}
