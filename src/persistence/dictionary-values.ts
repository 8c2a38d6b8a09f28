import type { JsonValue, ResourceTypeId } from "../scim/schema/attribute.js";
import { entryNames } from "../scim/search-entries.js";
import type { ChangeCause } from "./change-store.js";
import type { Queryable, Transaction } from "./queryable.js";

/** Where the values of a dictionary field are stored. */
export interface ValuePlace {
  tenantId: string;
  type: ResourceTypeId;
  /** The URN of the extension. */
  urn: string;
  /** The name of the attribute as its definition spells it; documents are spelled like that. */
  key: string;
}

/** Which living resources do not go together with a rule: how many, and the ids of the oldest of them. */
export interface Misfits {
  resources: number;
  examples: string[];
}

/** A rule for the values that are stored. */
export type ValueRule =
  /** Every resource has a value. */
  | { kind: "present" }
  /** None has. */
  | { kind: "absent" }
  /** Texts of at most so many characters. */
  | { kind: "shortText"; limit: number }
  /** One of these texts. */
  | { kind: "listed"; values: readonly string[] }
  /** Numbers without a fraction that a double holds exactly. */
  | { kind: "wholeNumber" };

/** Most ids that stand for all resources that break a rule. */
const EXAMPLES = 5;
/** Most clashing values that are told. */
const CLASHES = 10;

const HELD = "r.tenant_id = $1 and r.type = $2 and r.deleted_at is null";
/** The value of one resource, and its elements, one for a singular value. */
const VALUE = "(r.doc #> $3::text[])";
const ELEMENTS = `jsonb_array_elements(case jsonb_typeof(${VALUE}) when 'array' then ${VALUE} else jsonb_build_array(${VALUE}) end) as element (v)`;

/**
 * Keeps everybody from writing resources until the transaction ends, and waits for those who do: what is counted
 * stays true, and the next writer sees the dictionary as it is then. Reading goes on.
 * @throws StatementError with SQLSTATE 55P03 when writers do not let go within five seconds
 */
export async function lockResources(tx: Transaction): Promise<void> {
  await tx.query("set local lock_timeout = '5s'");
  await tx.query("lock table resource in exclusive mode");
}

/** Which living resources break a rule. */
export async function findMisfits(db: Queryable, place: ValuePlace, rule: ValueRule): Promise<Misfits> {
  const { sql, values } = breaking(rule);
  const [row] = await db.query<{ resources: string; examples: string[] }>(
    `with broken as materialized (select r.id, r.seq from resource r where ${HELD} and ${sql})
     select (select count(*) from broken) as resources,
            (select coalesce(jsonb_agg(id), '[]'::jsonb)
               from (select id from broken order by seq limit ${EXAMPLES}) oldest) as examples`,
    [...parametersOf(place), ...values],
  );
  return { resources: Number(row?.resources ?? 0), examples: row?.examples ?? [] };
}

/** The condition of a resource that breaks the rule; its parameters come after those of the place. */
function breaking(rule: ValueRule): { sql: string; values: unknown[] } {
  const someElement = (condition: string) =>
    `${VALUE} is not null and exists (select 1 from ${ELEMENTS} where ${condition})`;
  switch (rule.kind) {
    case "present":
      return { sql: `${VALUE} is null`, values: [] };
    case "absent":
      return { sql: `${VALUE} is not null`, values: [] };
    case "shortText":
      return { sql: someElement("char_length(v #>> '{}') > $4"), values: [rule.limit] };
    case "listed":
      return { sql: someElement("v #>> '{}' <> all($4::text[])"), values: [rule.values] };
    case "wholeNumber":
      return {
        sql: someElement("trunc(v::numeric) <> v::numeric or abs(v::numeric) > 9007199254740991"),
        values: [],
      };
    default:
      return rule satisfies never;
  }
}

/** The living resources with a value, oldest first, `limit` at a time from behind the `seq` of the last one. */
export async function readValues(
  db: Queryable,
  place: ValuePlace,
  after: string,
  limit: number,
): Promise<{ id: string; seq: string; value: JsonValue }[]> {
  return db.query(
    `select r.id, r.seq, ${VALUE} as value from resource r
      where ${HELD} and ${VALUE} is not null and r.seq > $4 order by r.seq limit $5`,
    [...parametersOf(place), after, limit],
  );
}

/** One value that several living resources have. */
export interface Clash extends Misfits {
  value: string;
}

/** The values that more than one living resource has, the most frequent first, at most ten. */
export async function findClashes(db: Queryable, place: ValuePlace): Promise<Clash[]> {
  const rows = await db.query<{ value: string; resources: string; examples: string[] }>(
    `with held as (select r.id, r.seq, ${VALUE} #>> '{}' as value from resource r where ${HELD} and ${VALUE} is not null),
          numbered as (select id, seq, value, count(*) over (partition by value) as resources,
                              row_number() over (partition by value order by seq) as place from held)
     select value, resources, jsonb_agg(id order by seq) as examples
       from numbered where resources > 1 and place <= ${EXAMPLES}
      group by value, resources order by resources desc, value limit ${CLASHES}`,
    parametersOf(place),
  );
  return rows.map((row) => ({ ...row, resources: Number(row.resources) }));
}

/**
 * Takes the values out of every document, tombstones too, and out of the search index and the claims. The living
 * resources that had one are in the change log, as after any other change.
 */
export async function eraseValues(tx: Transaction, place: ValuePlace, cause: ChangeCause): Promise<void> {
  const { tenantId, type, urn, key } = place;
  await tx.query(
    `with erased as (
       update resource
          set doc = case when (doc -> $4::text) - $5::text = '{}'::jsonb then doc - $4::text else doc #- $3::text[] end,
              version = version + 1, modified_at = $6
        where tenant_id = $1 and type = $2 and doc #> $3::text[] is not null
       returning id, type, version, deleted_at)
     insert into change (tenant_id, resource_type, resource_id, version, kind, attributes, actor, correlation_id, at)
     select $1, type, id, version, 'update', array[$4::text || ':' || $5::text], $7, $8, $6
       from erased where deleted_at is null`,
    [...parametersOf(place), urn, key, cause.now, cause.actor, cause.correlationId],
  );
  await tx.query(
    "delete from resource_value where tenant_id = $1 and type = $2 and attribute = any($3::text[])",
    [tenantId, type, entryNames(`${urn} ${key}`)],
  );
  await dropClaims(tx, place);
}

/**
 * Claims every stored value, in one statement; the keys are those of `directory/unique-values.ts`.
 * @throws UniqueViolation when two resources have the same value
 */
export async function claimValues(tx: Transaction, place: ValuePlace): Promise<void> {
  await dropClaims(tx, place);
  // JavaScript counts a character beyond U+FFFF twice, and the key of a value must be the same whoever makes it.
  const length =
    "char_length(value) + char_length(regexp_replace(value, '[^\\U00010000-\\U0010FFFF]', '', 'g'))";
  await tx.query(
    `insert into resource_unique_value (tenant_id, type, attribute, value_key, resource_id)
     select $1, $2, $4, case when ${length} <= 200 then value
                             else 'sha256:' || encode(sha256(convert_to(value, 'UTF8')), 'hex') end, id
       from (select r.id, ${VALUE} #>> '{}' as value from resource r where ${HELD} and ${VALUE} is not null) held`,
    [...parametersOf(place), place.key.toLowerCase()],
  );
}

/** Gives up every claim of a value. */
export async function dropClaims(tx: Transaction, { tenantId, type, key }: ValuePlace): Promise<void> {
  await tx.query("delete from resource_unique_value where tenant_id = $1 and type = $2 and attribute = $3", [
    tenantId,
    type,
    key.toLowerCase(),
  ]);
}

function parametersOf({ tenantId, type, urn, key }: ValuePlace): unknown[] {
  return [tenantId, type, [urn, key]];
}
