import { type RequestHandler, Router } from "express";
import { z } from "zod";
import type { Adoption } from "../../provisioning/adoption/adoption.js";
import type { ProposalDecision, ProposalState } from "../../provisioning/adoption/proposals.js";
import { queryOf } from "../middleware/request-state.js";
import { methodNotAllowed } from "../middleware/routes.js";
import { administratorOf } from "./administrator.js";
import { readCursor, toPage } from "./cursor.js";
import { presentOverview, presentProposal, presentReport, presentUnmatched } from "./present-adoption.js";
import { idSchema, pageFields, readId, readInput } from "./read-input.js";

/** What the endpoints of adoption work with. */
export interface AdoptionRouterDeps {
  adoption: Adoption;
}

const STATES = [
  "open",
  "approved",
  "rejected",
  "linked",
  "outdated",
  "closed",
] as const satisfies readonly ProposalState[];
const CONFIDENCES = ["certain", "probable", "weak", "conflict"] as const;

/** Some of the given words, with commas between. */
const someOf = <T extends string>(words: readonly [T, ...T[]]) =>
  z
    .string()
    .transform((list) => list.split(",").map((word) => word.trim()))
    .pipe(z.array(z.enum(words, `must be some of ${words.join(", ")}, with commas between`)))
    .optional();

const typeSchema = z.enum(["User", "Group"], 'must be "User" or "Group"').optional();

const listQuery = z.strictObject({
  ...pageFields,
  state: someOf(STATES),
  confidence: someOf(CONFIDENCES),
  resourceType: typeSchema,
  resource: idSchema.optional(),
  report: idSchema.optional(),
});

const unmatchedQuery = z.strictObject({
  ...pageFields,
  side: z.enum(["scim", "vendor"], 'must be "scim" or "vendor"'),
  resourceType: z.enum(["User", "Group"], 'must be "User" or "Group"').default("User"),
});

/** Remote ids are texts of the vendor's; these lists are in their order. */
function readKey(cursor: string | undefined): string | undefined {
  return cursor === undefined ? undefined : Buffer.from(cursor, "base64url").toString("utf8").slice(0, 200);
}

/** What is decided together has to be named: nobody approves everything by an empty body. */
const selectionBody = (words: readonly [string, ...string[]]) =>
  z.strictObject({
    confidence: z
      .array(z.enum(CONFIDENCES), `must be a list of some of ${words.join(", ")}`)
      .min(1, "must name at least one")
      .refine(
        (given) => given.every((one) => words.includes(one)),
        `must be some of ${words.join(", ")}: conflicts are approved one by one`,
      ),
    resourceType: typeSchema,
  });
const SELECTIONS = {
  approved: selectionBody(["certain", "probable", "weak"]),
  rejected: selectionBody(CONFIDENCES),
};

/** `/connections/{id}/adoption`: linking to what exists at a vendor. To be mounted at `/connections`. */
export function createAdoptionRouter({ adoption }: AdoptionRouterDeps): Router {
  const { proposals, reports } = adoption;

  const start: RequestHandler = async (request, response) => {
    const connectionId = readId(request.params["id"]);
    readInput(z.strictObject({}), request.body ?? {});
    response.status(202).json(presentReport(await reports.start(administratorOf(request), connectionId)));
  };

  const overview: RequestHandler = async (request, response) => {
    const { tenantId } = administratorOf(request);
    response.json(presentOverview(await reports.overview(tenantId, readId(request.params["id"]))));
  };

  const unmatched: RequestHandler = async (request, response) => {
    const { cursor, limit, side, resourceType } = readInput(unmatchedQuery, { ...queryOf(request) });
    const { tenantId } = administratorOf(request);
    const query = { side, resourceType, after: readKey(cursor), limit: limit + 1 };
    const found = await reports.unmatched(tenantId, readId(request.params["id"]), query);
    const rows = found.entries.map((entry) => ({ ...entry, id: entry.key }));
    response.json({ reportId: found.report.id, ...toPage(rows, limit, presentUnmatched) });
  };

  const list: RequestHandler = async (request, response) => {
    const { cursor, limit, state, confidence, resource, report, ...query } = readInput(listQuery, {
      ...queryOf(request),
    });
    const rows = await proposals.list(administratorOf(request).tenantId, {
      ...query,
      connectionId: readId(request.params["id"]),
      states: state,
      confidences: confidence,
      resourceId: resource,
      reportId: report,
      after: readCursor(cursor),
      limit: limit + 1,
    });
    response.json(toPage(rows, limit, presentProposal));
  };

  const read: RequestHandler = async (request, response) => {
    const { tenantId } = administratorOf(request);
    const connectionId = readId(request.params["id"]);
    const proposalId = readId(request.params["proposalId"]);
    response.json(presentProposal(await proposals.get(tenantId, connectionId, proposalId)));
  };

  const decide =
    (decision: ProposalDecision): RequestHandler =>
    async (request, response) => {
      const connectionId = readId(request.params["id"]);
      const proposalId = readId(request.params["proposalId"]);
      const administrator = administratorOf(request);
      const decided = await proposals.decide(administrator, connectionId, proposalId, decision);
      response.json(presentProposal(decided));
    };

  const decideAll =
    (decision: ProposalDecision): RequestHandler =>
    async (request, response) => {
      const { confidence, resourceType } = readInput(SELECTIONS[decision], request.body);
      const connectionId = readId(request.params["id"]);
      const selection = { confidences: confidence, resourceType };
      const administrator = administratorOf(request);
      const count = await proposals.decideAll(administrator, connectionId, selection, decision);
      response.json({ [decision]: count });
    };

  const router = Router();
  const at = (path: string, method: "GET" | "POST", handler: RequestHandler): void => {
    const route = router.route(`/:id/adoption${path}`);
    if (method === "GET") route.get(handler).all(methodNotAllowed(["GET", "HEAD"]));
    else route.post(handler).all(methodNotAllowed(["POST"]));
  };
  router
    .route("/:id/adoption")
    .get(overview)
    .post(start)
    .all(methodNotAllowed(["GET", "HEAD", "POST"]));
  at("/unmatched", "GET", unmatched);
  at("/proposals", "GET", list);
  at("/proposals/approve", "POST", decideAll("approved"));
  at("/proposals/reject", "POST", decideAll("rejected"));
  at("/proposals/:proposalId", "GET", read);
  at("/proposals/:proposalId/approve", "POST", decide("approved"));
  at("/proposals/:proposalId/reject", "POST", decide("rejected"));
  return router;
}
