import type { Clock } from "../platform/clock.js";
import type { ResourceTypeId } from "../scim/schema/attribute.js";
import type { Queryable } from "./database.js";

/** A place in the list of all resources of a type by age, as it was in one snapshot of the database. */
export interface Landmark {
  /** The place is behind the resource with this `seq`; "0" is the start. */
  seq: string;
  /** How many resources were before the place, and how many there were in all. */
  before: number;
  total: number;
  /** The snapshot as text, and the oldest transaction that it may not show. */
  snapshot: string;
  oldest: string;
}

/** Remembers landmarks of long lists. */
export interface ListLandmarks {
  /**
   * The last landmark at or before an offset, of a snapshot that is a few seconds old at most; undefined for a list
   * that is short or not known yet. Whoever uses it has to add what the change log says of the time since.
   */
  near(queryable: Queryable, list: ListOfType, offset: number): Promise<Landmark | undefined>;
  /** Tells how long a list turned out to be. */
  learn(list: ListOfType, total: number): void;
}

/** All resources of one type of a tenant. */
export interface ListOfType {
  tenantId: string;
  type: ResourceTypeId;
}

/** Below it, walking and counting costs less than remembering. */
const LONG_LIST = 5_000;
/** Resources from one landmark to the next: few enough to walk, and never more than a thousand landmarks. */
const SPACING = 500;
const MOST_LANDMARKS = 1_000;
/** Every change since the snapshot is read with each page, so a survey is used for a short time only. */
const MAX_AGE_MS = 10_000;

interface Survey {
  madeAt: number;
  total: number;
  snapshot: string;
  oldest: string;
  marks: readonly { seq: string; before: number }[];
}

/**
 * Landmarks make a deep page as cheap as the first, and the total of a long list cheaper than counting it. They are not
 * trusted by themselves: a page that starts from one reads, in the same statement, which resources before it were
 * created or deleted since its snapshot (`change`, whose rows are written with every change), so it is exactly the page
 * that a walk from the start would give.
 */
export function createListLandmarks(clock: Clock): ListLandmarks {
  const surveys = new Map<string, Promise<Survey>>();
  const long = new Set<string>();
  const keyOf = ({ tenantId, type }: ListOfType) => `${tenantId} ${type}`;

  async function survey(queryable: Queryable, list: ListOfType): Promise<Survey> {
    const key = keyOf(list);
    const now = clock.now().getTime();
    const known = await surveys.get(key)?.catch(() => undefined);
    if (known !== undefined && now >= known.madeAt && now - known.madeAt < MAX_AGE_MS) return known;
    const made = makeSurvey(queryable, list, now);
    surveys.set(key, made);
    return made;
  }

  return {
    async near(queryable, list, offset) {
      if (!long.has(keyOf(list))) return undefined;
      const { marks, ...rest } = await survey(queryable, list);
      const mark = marks.findLast(({ before }) => before <= offset) ?? { seq: "0", before: 0 };
      return { ...rest, ...mark };
    },
    learn(list, total) {
      if (total > LONG_LIST) long.add(keyOf(list));
      else long.delete(keyOf(list));
    },
  };
}

async function makeSurvey(
  queryable: Queryable,
  { tenantId, type }: ListOfType,
  madeAt: number,
): Promise<Survey> {
  const [row] = await queryable.query<{
    snapshot: string;
    oldest: string;
    total: string;
    marks: Mark[] | null;
  }>(
    `with living as materialized (
       select r.seq, row_number() over (order by r.seq) as n
         from resource r
        where r.tenant_id = $1 and r.type = '${type}' and r.deleted_at is null
     ), size as (select count(*) as total, greatest($2, count(*) / $3 + 1) as step from living)
     select pg_current_snapshot()::text as snapshot,
            pg_snapshot_xmin(pg_current_snapshot())::text as oldest,
            size.total,
            (select jsonb_agg(jsonb_build_array(living.seq::text, living.n) order by living.n)
               from living where living.n % size.step = 0) as marks
       from size`,
    [tenantId, SPACING, MOST_LANDMARKS],
  );
  if (row === undefined) throw new TypeError("an aggregate gives one row");
  const marks = (row.marks ?? []).map(([seq, before]) => ({ seq, before }));
  return { madeAt, total: Number(row.total), snapshot: row.snapshot, oldest: row.oldest, marks };
}

type Mark = [seq: string, before: number];
