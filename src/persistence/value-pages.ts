import type { ResourceTypeId } from "../scim/schema/attribute.js";
import type { Queryable } from "./database.js";
import { type ListWindow, pageOrder } from "./page-keys.js";
import { columnsOf, type PageRow, readPage } from "./resource-pages.js";
import type { SqlParameters } from "./sql-parameters.js";

/** One page of all resources of a type, sorted by what the search index holds of them. */
export interface ValuePageQuery {
  type: ResourceTypeId;
  /** The name of the values in the index, see `sortName`. */
  values: string;
  descending: boolean;
  window: ListWindow;
  limit: number;
  parameters: SqlParameters;
  withGroups?: boolean;
  keys?: readonly string[] | undefined;
}

/** A part of the list, in the order of reading: selects `k`, the key or null, and `seq`, at most a page of them. */
type Segment = string;

/**
 * Reads one page through the search index: its entries of one name are in the order of the list, so only those of the
 * page are read. Behind them (descending: before them) come the resources without a value, by age. Backward windows give
 * the page in reverse, as `listPage` does.
 */
export async function listPageByValue(queryable: Queryable, query: ValuePageQuery): Promise<PageRow[]> {
  const { type, window, limit, parameters } = query;
  const name = parameters.bind(query.values, "text");
  const parts = { ...partsOf(query, name), limit };
  const segments = segmentsOf(query, parts);
  const order = pageOrder(query.descending, window);
  const tables = segments.map((segment, place) => {
    const before = segments.slice(0, place).map((_, each) => `(select count(*) from s${each})`);
    // What comes later is not even begun where the page is full already.
    const rest =
      place === 0 ? segment : `select * from (${segment}) one limit ${[limit, ...before].join(" - ")}`;
    return `s${place} as materialized (${rest})`;
  });
  const page = `with ${[...parts.tables, ...tables].join(",\n    ")},
    keys as (${segments.map((_, place) => `select k, seq from s${place}`).join(" union all ")})
    select ${columnsOf([{ type }], query)}, keys.k as sort_key, 0 as part
      from keys cross join lateral (
        select r.* from resource r
         where r.tenant_id = $1 and r.type = '${type}' and r.seq = keys.seq and r.deleted_at is null offset 0) r
     order by keys.k ${order.key}, keys.seq ${order.seq}`;
  return readPage(queryable, page, parameters.values, query.withGroups === true);
}

interface Parts {
  /** Common tables, worked out where they are asked for: how many have a value, and how many have none. */
  tables: readonly string[];
  /** Condition on an entry `v`, and on a resource `r`. */
  held: string;
  living: string;
  limit: number;
}

function partsOf({ type }: ValuePageQuery, name: string): Omit<Parts, "limit"> {
  const held = `v.tenant_id = $1 and v.type = '${type}' and v.attribute = ${name}`;
  const living = `r.tenant_id = $1 and r.type = '${type}' and r.deleted_at is null`;
  return {
    held,
    living,
    tables: [
      `present as materialized (select count(*) as n from resource_value v where ${held})`,
      `absent as materialized (
      select (select count(*) from resource r where ${living}) - (select n from present) as n)`,
    ],
  };
}

function segmentsOf(query: ValuePageQuery, parts: Parts): Segment[] {
  const { descending, window, parameters } = query;
  const direction: Direction = {
    // Read backward, a descending list ascends.
    isRising: descending === (window.kind === "keyset" && window.backward),
    isBackward: window.kind === "keyset" && window.backward,
  };
  if (window.kind === "offset") return fromOffset(parts, direction, window.offset, parameters);
  const { from } = window;
  if (from === undefined) return fromOffset(parts, direction, 0, parameters);
  if (from.key === null) {
    const others = absentSegment(parts, direction, { behind: parameters.bind(from.seq, "bigint") });
    return direction.isRising ? [others] : [others, ...presentSegments(parts, direction)];
  }
  const place = { key: parameters.bind(from.key, "text"), seq: parameters.bind(from.seq, "bigint") };
  const values = presentSegments(parts, direction, place);
  return direction.isRising ? [...values, absentSegment(parts, direction, {})] : values;
}

interface Direction {
  /** Whether the keys rise in the order of reading; those without a value then come last. */
  isRising: boolean;
  /** Whether older resources come later among equals. */
  isBackward: boolean;
}

function fromOffset(
  parts: Parts,
  direction: Direction,
  offset: number,
  parameters: SqlParameters,
): Segment[] {
  if (offset === 0) {
    return direction.isRising
      ? [...presentSegments(parts, direction), absentSegment(parts, direction, {})]
      : [absentSegment(parts, direction, {}), ...presentSegments(parts, direction)];
  }
  const skipped = parameters.bind(offset, "bigint");
  const rest = (count: string) =>
    `(case when exists (select from s0) then 0 else greatest(${skipped} - (select n from ${count}), 0) end)`;
  return direction.isRising
    ? [
        presentSegment(parts, direction, { offset: skipped }),
        absentSegment(parts, direction, { offset: rest("present") }),
      ]
    : [
        absentSegment(parts, direction, { offset: skipped }),
        presentSegment(parts, direction, { offset: rest("absent") }),
      ];
}

/** Sorted the other way round than resources are by age, an index order gives only the keys; equals are sorted. */
function presentSegment(
  { held, limit }: Parts,
  { isRising, isBackward }: Direction,
  { where = "true", offset = "0" }: { where?: string; offset?: string },
): Segment {
  return `select v.value_key as k, v.seq from resource_value v where ${held} and ${where}
     order by v.value_key ${isRising ? "asc" : "desc"}, v.seq ${isBackward ? "desc" : "asc"} limit ${limit} offset ${offset}`;
}

/** The entries from the start, or behind a place, as one look-up or as several that each are in the order of the index. */
function presentSegments(
  parts: Parts,
  direction: Direction,
  place?: { key: string; seq: string },
): Segment[] {
  const further = direction.isRising ? ">" : "<";
  const later = direction.isBackward ? "<" : ">";
  if (direction.isRising !== direction.isBackward) {
    const where = place && `(v.value_key, v.seq) ${further} (${place.key}, ${place.seq})`;
    return [presentSegment(parts, direction, { ...(where !== undefined && { where }) })];
  }
  // Of a value that many share (a descending list by a boolean), not all need be read to find the oldest of them.
  const beyond = place ? `v.value_key ${further} ${place.key}` : "true";
  const next = `(select v.value_key from resource_value v where ${parts.held} and ${beyond}
     order by v.value_key ${direction.isRising ? "asc" : "desc"} limit 1)`;
  const equals = (key: string, behind = "true") =>
    `select v.value_key as k, v.seq from resource_value v where ${parts.held} and v.value_key = ${key} and ${behind}
     order by v.seq ${direction.isBackward ? "desc" : "asc"} limit ${parts.limit}`;
  return [
    ...(place ? [equals(place.key, `v.seq ${later} ${place.seq}`)] : []),
    equals(next),
    presentSegment(parts, direction, { where: `v.value_key ${further} ${next}` }),
  ];
}

/** Those without a value, by age. To find that there are none is dear, so they are counted first, which is not. */
function absentSegment(
  { held, living, limit }: Parts,
  { isBackward }: Direction,
  { behind, offset = "0" }: { behind?: string; offset?: string },
): Segment {
  const beyond = behind === undefined ? "true" : `r.seq ${isBackward ? "<" : ">"} ${behind}`;
  const others = `select null::text as k, r.seq from resource r
      where ${living} and ${beyond}
        and not exists (select from resource_value v where ${held} and v.seq = r.seq)
     order by r.seq ${isBackward ? "desc" : "asc"} limit ${limit} offset ${offset}`;
  if (behind !== undefined) return others;
  return `select * from (${others}) those limit least(${limit}, (select n from absent))`;
}
