import type { ResourceTypeId } from "../scim/schema/attribute.js";
import type { SortKey } from "./compile-sort.js";
import type { SqlParameters } from "./sql-parameters.js";

/** The resources of one type in a list, and what they are sorted by. */
export interface ListPart {
  type: ResourceTypeId;
  /** A condition on `r`, or undefined for all. */
  condition: string | undefined;
  /** Undefined sorts by age; either all parts of a list have a key or none. */
  key: SortKey | undefined;
}

/** The place of one resource in the order of a list: its sort key as text, the part it is in, and its age. */
export interface ListPosition {
  key: string | null;
  part: number;
  seq: string;
}

/** Which resources of a list are wanted. */
export type ListWindow =
  /** Those after the first `offset`. */
  | { kind: "offset"; offset: number }
  /** Those behind (or, backward, before) a position, or from the start (the end). Backward they come in reverse. */
  | { kind: "keyset"; from: ListPosition | undefined; backward: boolean };

/** A select of one part of a list, which an index may serve. */
export interface PageBranch {
  part: ListPart;
  /** The number of the part. */
  rank: number;
  /** The condition on `r`. */
  where: string;
}

/** How the rows of branches are ordered: the parts of `order by` for the key, the number of the part and the age. */
export interface PageOrder {
  key: string;
  rank: string;
  seq: string;
}

/** The order of a list (RFC 7644 section 3.4.2.3): absent values last when ascending, equals by part and age. */
export function pageOrder(descending: boolean, window: ListWindow): PageOrder {
  const backward = window.kind === "keyset" && window.backward;
  return {
    key: descending === backward ? "asc nulls last" : "desc nulls first",
    rank: backward ? "desc" : "asc",
    seq: backward ? "desc" : "asc",
  };
}

/**
 * The selects whose rows together, ordered and cut, are a page. Behind a position there are several for a sorted part:
 * those with the position's own value, those with another one and those without, because a condition that joins them by
 * "or" could not start in the middle of an index.
 */
export function pageBranches(
  parts: readonly ListPart[],
  descending: boolean,
  window: ListWindow,
  parameters: SqlParameters,
): PageBranch[] {
  return parts.flatMap((part, rank) => {
    // The type is written out, not a parameter: only then can a prepared plan use the index that holds users alone.
    const scope = `r.tenant_id = $1 and r.type = '${part.type}' and r.deleted_at is null`;
    const all = part.condition === undefined ? scope : `${scope} and ${part.condition}`;
    if (window.kind === "offset" || window.from === undefined) return [{ part, rank, where: all }];
    const { from, backward } = window;
    return beyond(part.key, rank, from, { shrinking: descending !== backward, backward }, parameters).map(
      (condition) => ({ part, rank, where: `${all} and ${condition}` }),
    );
  });
}

function beyond(
  key: SortKey | undefined,
  rank: number,
  from: ListPosition,
  direction: { shrinking: boolean; backward: boolean },
  parameters: SqlParameters,
): string[] {
  const { backward, shrinking } = direction;
  const seq = rank === from.part ? parameters.bind(from.seq, "bigint") : undefined;
  // Of resources with the position's own key, a part has those behind it, all or none.
  const ofOtherPart = rank > from.part === backward ? undefined : "true";
  const tie = seq === undefined ? ofOtherPart : `r.seq ${backward ? "<" : ">"} ${seq}`;
  if (key === undefined) return tie === undefined ? [] : [tie];
  const absent = `${key.sql} is null`;
  if (from.key === null) {
    const later = tie === undefined ? [] : [`${absent} and ${tie}`];
    return shrinking ? [...later, `${key.sql} is not null`] : later;
  }
  const value = parameters.bind(from.key, key.type);
  const further = shrinking ? "<" : ">";
  const others = !shrinking && key.nullable ? [absent] : [];
  if (tie === undefined) return [`${key.sql} ${further} ${value}`, ...others];
  if (seq === undefined) return [`${key.sql} ${further}= ${value}`, ...others];
  // Each of these is one look-up in an index of key and age, however many share the position's own key.
  if (shrinking === backward) return [`(${key.sql}, r.seq) ${further} (${value}, ${seq})`, ...others];
  return [`${key.sql} = ${value} and ${tie}`, `${key.sql} ${further} ${value}`, ...others];
}
