import type { Queryable } from "./queryable.js";
import { sqlParameters } from "./sql-parameters.js";

/** One request of an identity provider, as it was answered. */
export interface LoggedRequest {
  tenantId: string;
  /** Begins with the time, so that the order of ids is that of the requests (`newTimedId`). */
  id: string;
  at: Date;
  /** The OAuth client's id. */
  clientId: string;
  method: string;
  /** Without the query: filters hold names and addresses of people. */
  path: string;
  /** The pattern of the route, e.g. `/scim/v2/Users/:id`. */
  route: string;
  status: number;
  durationMs: number;
  /** The keyword and the sentence of a refusal. */
  scimType: string | null;
  detail: string | null;
  /** The profile in force, and the one the request speaks for. */
  profile: string;
  recognised: string;
  quirks: readonly string[];
  /** Attributes that were left out because no schema defines them. */
  ignored: readonly string[];
  resourceType: string | null;
  resourceId: string | null;
  correlationId: string;
  userAgent: string | null;
  /** The masked body as JSON text, of a write that was refused or needed a quirk. */
  body: string | null;
}

/** Separates the entries of a list on its way into the database; nothing that is listed holds it. */
const SEPARATOR = "\u001f";

const COLUMNS = `tenant_id as "tenantId", id, at, client_id as "clientId", method, path, route, status,
  duration_ms as "durationMs", scim_type as "scimType", detail, profile, recognised, quirks, ignored,
  resource_type as "resourceType", resource_id as "resourceId", correlation_id as "correlationId",
  user_agent as "userAgent", body`;

/** Stores requests, all in one statement; those whose id is there already are passed over. */
export async function insertRequests(db: Queryable, requests: readonly LoggedRequest[]): Promise<void> {
  const column = <T>(read: (request: LoggedRequest) => T): T[] => requests.map(read);
  await db.query(
    `insert into request_log (tenant_id, id, at, client_id, method, path, route, status, duration_ms, scim_type,
                              detail, profile, recognised, quirks, ignored, resource_type, resource_id,
                              correlation_id, user_agent, body)
     select tenant_id, id, at, client_id, method, path, route, status, duration_ms, scim_type, detail, profile,
            recognised, string_to_array(quirks, $21), string_to_array(ignored, $21), resource_type, resource_id,
            correlation_id, user_agent, body
       from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[],
                   $8::smallint[], $9::integer[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
                   $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[])
         as r (tenant_id, id, at, client_id, method, path, route, status, duration_ms, scim_type, detail, profile,
               recognised, quirks, ignored, resource_type, resource_id, correlation_id, user_agent, body)
     on conflict do nothing`,
    [
      column(({ tenantId }) => tenantId),
      column(({ id }) => id),
      column(({ at }) => at.toISOString()),
      column(({ clientId }) => clientId),
      column(({ method }) => method),
      column(({ path }) => path),
      column(({ route }) => route),
      column(({ status }) => status),
      column(({ durationMs }) => durationMs),
      column(({ scimType }) => scimType),
      column(({ detail }) => detail),
      column(({ profile }) => profile),
      column(({ recognised }) => recognised),
      column(({ quirks }) => quirks.join(SEPARATOR)),
      column(({ ignored }) => ignored.join(SEPARATOR)),
      column(({ resourceType }) => resourceType),
      column(({ resourceId }) => resourceId),
      column(({ correlationId }) => correlationId),
      column(({ userAgent }) => userAgent),
      column(({ body }) => body),
      SEPARATOR,
    ],
  );
}

/** Which requests to list, newest first. */
export interface RequestQuery {
  clientId?: string | undefined;
  /** 2 to 5: the hundreds of the status. */
  statusClass?: number | undefined;
  quirk?: string | undefined;
  correlationId?: string | undefined;
  resourceId?: string | undefined;
  /** Only refused requests and those that needed a quirk. */
  remarkable?: boolean | undefined;
  /** Ids on these sides of the wanted ones, both left out. */
  after?: string | undefined;
  before?: string | undefined;
  limit: number;
}

/** Requests of a tenant, newest first. */
export async function listRequests(
  db: Queryable,
  tenantId: string,
  query: RequestQuery,
): Promise<LoggedRequest[]> {
  const parameters = sqlParameters(tenantId);
  const conditions = [`tenant_id = ${parameters.tenant}`];
  const add = (value: unknown, cast: string, condition: (placeholder: string) => string): void => {
    if (value !== undefined) conditions.push(condition(parameters.bind(value, cast)));
  };
  add(query.clientId, "text", (value) => `client_id = ${value}`);
  add(query.correlationId, "text", (value) => `correlation_id = ${value}`);
  add(query.resourceId, "text", (value) => `resource_id = ${value}`);
  add(query.quirk, "text", (value) => `quirks @> array[${value}] and (${REMARKABLE})`);
  add(query.after, "uuid", (value) => `id > ${value}`);
  add(query.before, "uuid", (value) => `id < ${value}`);
  add(query.statusClass, "integer", (value) => `status / 100 = ${value}`);
  if (query.remarkable || (query.statusClass ?? 0) >= 4) conditions.push(`(${REMARKABLE})`);
  const limit = parameters.bind(query.limit, "integer");
  return db.query<LoggedRequest>(
    `select ${COLUMNS} from request_log where ${conditions.join(" and ")} order by id desc limit ${limit}`,
    parameters.values,
  );
}

/** The condition of the index of remarkable requests. */
const REMARKABLE = "status >= 400 or quirks <> '{}'";

/** The request with this id, or undefined. */
export async function findRequest(
  db: Queryable,
  tenantId: string,
  id: string,
): Promise<LoggedRequest | undefined> {
  const rows = await db.query<LoggedRequest>(
    `select ${COLUMNS} from request_log where tenant_id = $1 and id = $2`,
    [tenantId, id],
  );
  return rows[0];
}

/** What the newest requests of a client have in common. */
export interface RequestSummary {
  requests: number;
  /** How many requests spoke for which profile. */
  recognised: { name: string; requests: number; lastAt: Date }[];
  quirks: { name: string; requests: number; lastAt: Date }[];
  /** Attributes that were left out, the most frequent 50. */
  ignored: { name: string; requests: number; lastAt: Date }[];
}

/** Counts over the newest `limit` requests of a client, each list the most frequent first. */
export async function summariseRequests(
  db: Queryable,
  client: { tenantId: string; clientId: string; limit: number },
): Promise<RequestSummary> {
  const rows = await db.query<{ kind: string; name: string; requests: number; lastAt: Date }>(
    `with recent as materialized (
       select at, recognised, quirks, ignored from request_log
        where tenant_id = $1 and client_id = $2 order by id desc limit $3
     )
     select * from (
       select 'recognised' as kind, recognised as name, count(*)::integer as requests, max(at) as "lastAt"
         from recent group by recognised
       union all
       select 'quirk', name, count(*)::integer, max(at) from recent, unnest(quirks) as name group by name
       union all
       (select 'ignored', name, count(*)::integer, max(at) from recent, unnest(ignored) as name
         group by name order by 3 desc, 2 limit 50)
     ) as counted order by requests desc, name`,
    [client.tenantId, client.clientId, client.limit],
  );
  const ofKind = (kind: string) => rows.filter((row) => row.kind === kind).map(({ kind: _, ...row }) => row);
  const recognised = ofKind("recognised");
  return {
    requests: recognised.reduce((sum, { requests }) => sum + requests, 0),
    recognised,
    quirks: ofKind("quirk"),
    ignored: ofKind("ignored"),
  };
}

/** Most rows that one statement deletes, so that none runs for long. */
const PRUNED_AT_ONCE = 5_000;

/**
 * Deletes what is older than `before`, and of each tenant what goes beyond its newest `keep` requests.
 * @param bounds.before an id: what is smaller goes
 * @returns how many rows went, at most a few thousand of each tenant; call again while it is not zero
 */
export async function pruneRequests(
  db: Queryable,
  bounds: { before: string; keep: number },
): Promise<number> {
  const tenants = await db.query<{ id: string }>("select id from tenant");
  let pruned = 0;
  for (const { id: tenantId } of tenants) {
    const gone = await db.query(
      `delete from request_log where tenant_id = $1 and id in (
         select id from request_log
          where tenant_id = $1 and id < greatest($2::uuid, (
            select id from request_log where tenant_id = $1 order by id desc offset $3 limit 1))
          order by id limit ${PRUNED_AT_ONCE})
       returning 1`,
      [tenantId, bounds.before, bounds.keep - 1],
    );
    pruned += gone.length;
  }
  return pruned;
}
