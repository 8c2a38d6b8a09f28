import { type RequestHandler, Router } from "express";
import { z } from "zod";
import type { RowDecisions } from "../../provisioning/reconciliation/decide-row.js";
import type { RunRowKind, RunRowResult, RunStatus, Runs } from "../../provisioning/reconciliation/runs.js";
import { queryOf } from "../middleware/request-state.js";
import { methodNotAllowed } from "../middleware/routes.js";
import { administratorOf } from "./administrator.js";
import { readCursor, toPage } from "./cursor.js";
import { presentRun, presentRunRow } from "./present-run.js";
import { pageFields, readId, readInput, textSchema } from "./read-input.js";
import { streamRows } from "./run-rows-csv.js";

/** What the endpoints of the runs work with. */
export interface RunRouterDeps {
  runs: Runs;
  rowDecisions: RowDecisions;
  /** Address of `/admin/v1`, without a slash at its end. */
  baseUrl: string;
}

const STATUSES = [
  "queued",
  "running",
  "succeeded",
  "partial",
  "incomplete",
  "stopped",
  "failed",
  "interrupted",
] as const satisfies readonly RunStatus[];
const KINDS = [
  "drift",
  "missing",
  "unlinked",
  "orphan",
  "foreign",
  "pending",
  "undelivered",
  "not-comparable",
] as const satisfies readonly RunRowKind[];
const RESULTS = ["ordered", "done", "failed", "held", "skipped"] as const satisfies readonly RunRowResult[];

/** Some of the given words, with commas between. */
const someOf = <T extends string>(words: readonly [T, ...T[]]) =>
  z
    .string()
    .transform((list) => list.split(",").map((word) => word.trim()))
    .pipe(z.array(z.enum(words, `must be some of ${words.join(", ")}, with commas between`)))
    .optional();

const time = z.iso
  .datetime({ offset: true, error: "must be a time such as 2026-01-31T08:00:00Z" })
  .transform((text) => new Date(text));

const startBody = z.strictObject({
  dryRun: z.boolean("must be true or false").default(false),
  acceptScope: z.boolean("must be true or false").default(false),
  depth: z.enum(["listed", "full"], 'must be "listed" or "full"').default("full"),
});

const listQuery = z.strictObject({
  ...pageFields,
  trigger: z.enum(["manual", "schedule", "event"], 'must be "manual", "schedule" or "event"').optional(),
  status: someOf(STATUSES),
  since: time.optional(),
  until: time.optional(),
});

const decisionBody = z.strictObject({
  choice: z.enum(["push", "adopt", "ignore"], 'must be "push", "adopt" or "ignore"'),
  // The longest is that of a custom field, whose name has up to 100 characters.
  field: textSchema(120).optional(),
});

const rowsQuery = z.strictObject({ ...pageFields, kind: someOf(KINDS), result: someOf(RESULTS) });
const exportQuery = z.strictObject({ kind: someOf(KINDS), result: someOf(RESULTS) });

/** Rows read at once for a file. */
const EXPORT_PAGE = 500;

/** `/connections/{id}/runs`: comparisons of a connection with its vendor. To be mounted at `/connections`. */
export function createRunRouter({ runs, rowDecisions, baseUrl }: RunRouterDeps): Router {
  const start: RequestHandler = async (request, response) => {
    const connectionId = readId(request.params["id"]);
    const options = readInput(startBody, request.body ?? {});
    const started = await runs.start(administratorOf(request), connectionId, options);
    response.status(202).location(`${baseUrl}/connections/${connectionId}/runs/${started.run.id}`);
    response.json(presentRun(started));
  };

  const list: RequestHandler = async (request, response) => {
    const { cursor, limit, status, ...query } = readInput(listQuery, { ...queryOf(request) });
    const found = await runs.list(administratorOf(request).tenantId, {
      ...query,
      connectionId: readId(request.params["id"]),
      statuses: status,
      after: readCursor(cursor),
      limit: limit + 1,
    });
    const rows = found.map((counted) => ({ ...counted, id: counted.run.id }));
    response.json(toPage(rows, limit, presentRun));
  };

  const read: RequestHandler = async (request, response) => {
    const { cursor, limit, kind, result } = readInput(rowsQuery, { ...queryOf(request) });
    const { tenantId } = administratorOf(request);
    const connectionId = readId(request.params["id"]);
    const runId = readId(request.params["runId"]);
    const query = { runId, kinds: kind, results: result, after: readCursor(cursor), limit: limit + 1 };
    const rows = await runs.rows(tenantId, connectionId, query);
    const counted = await runs.get(tenantId, connectionId, runId);
    response.json({ ...presentRun(counted), rows: toPage(rows, limit, presentRunRow) });
  };

  const exportRows: RequestHandler = async (request, response) => {
    const { kind, result } = readInput(exportQuery, { ...queryOf(request) });
    const { tenantId } = administratorOf(request);
    const connectionId = readId(request.params["id"]);
    const runId = readId(request.params["runId"]);
    const readRows = (after: string | undefined) =>
      runs.rows(tenantId, connectionId, { runId, kinds: kind, results: result, after, limit: EXPORT_PAGE });
    const first = await readRows(undefined);
    response.type("text/csv").attachment(`run-${runId}.csv`);
    if (request.method === "HEAD") response.end();
    else await streamRows(response, first, readRows);
  };

  const decide: RequestHandler = async (request, response) => {
    const decision = readInput(decisionBody, request.body);
    const at = {
      connectionId: readId(request.params["id"]),
      runId: readId(request.params["runId"]),
      rowId: readId(request.params["rowId"]),
    };
    response.json(presentRunRow(await rowDecisions.decide(administratorOf(request), at, decision)));
  };

  const router = Router();
  router
    .route("/:id/runs")
    .get(list)
    .post(start)
    .all(methodNotAllowed(["GET", "HEAD", "POST"]));
  router
    .route("/:id/runs/:runId")
    .get(read)
    .all(methodNotAllowed(["GET", "HEAD"]));
  router
    .route("/:id/runs/:runId/rows.csv")
    .get(exportRows)
    .all(methodNotAllowed(["GET", "HEAD"]));
  router
    .route("/:id/runs/:runId/rows/:rowId/decision")
    .post(decide)
    .all(methodNotAllowed(["POST"]));
  return router;
}
