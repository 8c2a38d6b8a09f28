import { afterAll, beforeAll, expect, it } from "vitest";
import { listAuditEntries } from "../../src/persistence/audit-store.js";
import type { Queryable } from "../../src/persistence/queryable.js";
import {
  remoteIdsOf,
  requestsBehind,
  type TimelineBound,
  timelineAttempts,
  timelineAudit,
  timelineChanges,
  timelineComparisons,
  timelineRequests,
} from "../../src/persistence/timeline-store.js";
import { defaultTenantId, openTestDatabase, type TestDatabase } from "../support/database.js";

let opened: TestDatabase;
const resourceId = "eeeeeeee-0000-4000-8000-000000000001";
const of = { tenantId: defaultTenantId, resourceId };
const bound: TimelineBound = { at: new Date("2026-01-01T00:30:00Z"), key: null };

beforeAll(async () => {
  opened = await openTestDatabase();
  await fill();
}, 60_000);
afterAll(() => opened.close());

/** Many people's history, so that reading all of it would not be cheaper than an index. */
async function fill(): Promise<void> {
  const { database } = opened;
  const moment = "'2026-01-01Z'::timestamptz + n * interval '1 second'";
  const whose = "('eeeeeeee-0000-4000-8000-' || lpad((n % 500)::text, 12, '0'))::uuid";
  await database.query(
    `insert into change (tenant_id, resource_type, resource_id, version, kind, attributes, actor, correlation_id, at)
     select $1, 'User', ${whose}, 1, 'update', '{}', 'hr', 'c-' || n, ${moment} from generate_series(1, 5000) n`,
    [defaultTenantId],
  );
  await database.query(
    `insert into attempt (tenant_id, id, delivery_id, connection_id, resource_id, number, generation, trigger, action,
                          outcome, started_at, duration_ms, correlation_id)
     select $1, gen_random_uuid(), ${whose}, gen_random_uuid(), ${whose}, 1, 1, 'change', 'none', 'synced', ${moment}, 1,
            'c-' || n
       from generate_series(1, 5000) n`,
    [defaultTenantId],
  );
  await database.query(
    `insert into request_log (tenant_id, id, at, client_id, method, path, route, status, duration_ms, profile, recognised,
                              quirks, ignored, resource_id, correlation_id)
     select $1, (lpad(to_hex((extract(epoch from ${moment}) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 19))::uuid,
            ${moment}, 'hr', 'PATCH', '/', '/', 200, 1, 'auto', 'rfc', '{}', '{}', (${whose})::text, 'c-' || n
       from generate_series(1, 5000) n`,
    [defaultTenantId],
  );
  await database.query(
    `insert into audit_entry (tenant_id, id, at, actor, action, object_type, object_id, changes)
     select $1, gen_random_uuid(), ${moment}, 'actor-' || n % 100, 'delivery.retried',
            case when n % 2 = 0 then 'delivery' else 'connection' end, (${whose})::text, '[]'
       from generate_series(1, 5000) n`,
    [defaultTenantId],
  );
  await database.query(
    `insert into delivery (tenant_id, id, connection_id, resource_id, resource_type, state, requested_at, next_attempt_at)
     select $1, ${whose}, gen_random_uuid(), ${whose}, 'User', 'synced', now(), now() from generate_series(1, 500) n`,
    [defaultTenantId],
  );
  const timed = `(lpad(to_hex((extract(epoch from ${moment}) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 19))::uuid`;
  await database.query(
    `insert into run (tenant_id, id, connection_id, trigger, dry_run, accept_scope, status, actor, correlation_id,
                      requested_at)
     select $1, ${timed}, gen_random_uuid(), 'event', false, false, 'succeeded', 'event', 'c-' || n, ${moment}
       from generate_series(1, 5000) n`,
    [defaultTenantId],
  );
  await database.query(
    `insert into run_row (tenant_id, run_id, id, connection_id, resource_type, resource_id, kind)
     select $1, ${timed}, ${timed}, gen_random_uuid(), 'User', ${whose}, 'drift' from generate_series(1, 5000) n`,
    [defaultTenantId],
  );
  await database.query("analyze");
}

async function planOf(read: (db: Queryable) => Promise<unknown>): Promise<string> {
  let plan = "";
  const query = async (sql: string, params: readonly unknown[] = []) => {
    const rows = await opened.database.query<{ "QUERY PLAN": string }>(`explain ${sql}`, params);
    plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    return [];
  };
  await read({ ...opened.database, query: query as Queryable["query"] });
  return plan;
}

it.each<[string, (db: Queryable) => Promise<unknown>, RegExp]>([
  ["the requests of a resource", (db) => timelineRequests(db, of, bound, 51), /request_log_resource/],
  ["what runs found about it", (db) => timelineComparisons(db, of, bound, 51), /run_row_history/],
  ["its changes", (db) => timelineChanges(db, { ...of, writeBacks: false }, bound, 51), /change_resource/],
  [
    "the ids written back",
    (db) => timelineChanges(db, { ...of, writeBacks: true }, bound, 51),
    /change_resource/,
  ],
  ["the attempts for it", (db) => timelineAttempts(db, of, bound, 51), /attempt_resource/],
  [
    "what administrators did to its deliveries",
    (db) => timelineAudit(db, of, bound, 51),
    /audit_entry_object/,
  ],
  ["the remote ids of its tries", (db) => remoteIdsOf(db, of, ["c-1"]), /attempt_resource/],
  [
    "the requests behind changes",
    (db) => requestsBehind(db, defaultTenantId, [{ correlationId: "c-1", at: bound.at }]),
    /request_log_pkey/,
  ],
  ["the newest of the audit", (db) => listAuditEntries(db, defaultTenantId, { limit: 51 }), /audit_entry_at/],
  [
    "the audit of an actor",
    (db) => listAuditEntries(db, defaultTenantId, { actor: "actor-1", limit: 51 }),
    /audit_entry_actor/,
  ],
  [
    "the audit of an object",
    (db) =>
      listAuditEntries(db, defaultTenantId, { objectType: "delivery", objectId: resourceId, limit: 51 }),
    /audit_entry_object/,
  ],
])("%s are read through an index", async (_what, read, index) => {
  const plan = await planOf(read);
  expect(plan).toMatch(index);
  expect(plan).not.toMatch(/Seq Scan on (change|attempt|request_log|audit_entry)/);
});
