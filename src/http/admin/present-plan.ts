import { z } from "zod";
import type { BulkOutcome } from "../../directory/bulk.js";
import type { PlanPosition } from "../../provisioning/plan/choose-resources.js";
import type { PagedPlan } from "../../provisioning/plan/connection-plans.js";
import type { PlanItem, PlannedCall } from "../../provisioning/plan/plan.js";
import type { SchemaRegistry } from "../../scim/schema/registry.js";
import { ProblemError } from "../problem-error.js";
import { operationAnswer } from "../scim/bulk-handlers.js";

/** A plan as the admin API shows it: what has something to tell, and the others as a number. */
export function presentPlan(plan: PagedPlan) {
  const { connectionId, hash, calls, placeholders, truncated, next } = plan;
  return {
    connectionId,
    hash,
    summary: summaryOf(plan.items),
    items: plan.items.filter(hasSomethingToTell).map((item) => ({ ...item, reason: item.reason ?? null })),
    calls: calls.map(presentCall),
    placeholders,
    truncated: truncated || next !== undefined,
    nextCursor: next === undefined ? null : writePosition(next),
  };
}

/** A planned call as the admin API shows it. */
export function presentCall(call: PlannedCall) {
  return { ...call, refusal: call.refusal ?? null };
}

/** How the operations of a SCIM change ended, as a bulk response tells it. */
export function presentOutcomes(outcomes: readonly BulkOutcome[], registry: SchemaRegistry, baseUrl: string) {
  return outcomes.map((outcome) => operationAnswer(outcome, registry, baseUrl));
}

const ACTIONS = ["create", "adopt", "update", "remove"] as const;

function summaryOf(items: readonly PlanItem[]) {
  const count = (test: (item: PlanItem) => boolean) => items.filter(test).length;
  const byAction = Object.fromEntries(
    ACTIONS.map((action) => [action, count((item) => isDone(item) && item.action === action)]),
  );
  return {
    ...byAction,
    unchanged: count((item) => isDone(item) && !ACTIONS.some((action) => action === item.action)),
    notDelivered: count((item) => !isDone(item)),
  };
}

function isDone(item: PlanItem): boolean {
  return item.outcome === "synced";
}

function hasSomethingToTell(item: PlanItem): boolean {
  return !isDone(item) || item.action !== "none" || item.notes.length > 0;
}

const position = z.strictObject({ part: z.int().min(0).max(3), seq: z.string().regex(/^\d{1,18}$/) });

/** Where a plan begins, out of the caller's cursor. @throws ProblemError 400 invalid_cursor */
export function readPosition(cursor: string | undefined): PlanPosition | undefined {
  if (cursor === undefined) return undefined;
  const [part, seq] = Buffer.from(cursor, "base64url").toString("utf8").split("/");
  const result = position.safeParse({ part: Number(part), seq });
  if (result.success) return result.data;
  throw new ProblemError(
    400,
    "invalid_cursor",
    "The cursor is not one of this plan; begin again without it.",
  );
}

function writePosition({ part, seq }: PlanPosition): string {
  return Buffer.from(`${part}/${seq}`, "utf8").toString("base64url");
}
