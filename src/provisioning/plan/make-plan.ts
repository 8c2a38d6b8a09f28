import type { VendorCall } from "../../connectors/connector.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import type { LinkChange } from "../write/execution.js";
import { fieldChanges } from "./field-changes.js";
import type { Plan, PlanItem, PlannedCall } from "./plan.js";
import { digestOf } from "./plan-hash.js";
import type { Rehearsed, RehearsedStep } from "./rehearse-deliveries.js";

/** What was rehearsed, for whom. */
export interface RehearsedPlan {
  connection: { id: string; version: number };
  /** What was asked for; everything else came along as a prerequisite. */
  resourceIds: readonly string[];
  /** What people call the resources. */
  names: ReadonlyMap<string, string>;
  rehearsed: Rehearsed;
}

/** Reads a plan out of a rehearsal. Pure. */
export function makePlan(input: RehearsedPlan): Plan {
  const { connection, rehearsed } = input;
  const asked = new Set(input.resourceIds);
  const byResource = new Map<string, RehearsedStep[]>();
  for (const step of rehearsed.steps) {
    const { resourceId } = step.delivery;
    byResource.set(resourceId, [...(byResource.get(resourceId) ?? []), step]);
  }
  const items = [...byResource].map(([resourceId, steps]) => itemOf(resourceId, steps, input, asked));
  const calls = rehearsed.steps.flatMap(callsOf);
  const placeholders = rehearsed.steps.flatMap(({ delivery, settlement }) =>
    settlement.action === "create" && settlement.link.kind === "set" && delivery.resourceType === "Group"
      ? [{ remoteId: settlement.link.remoteId, resourceId: delivery.resourceId }]
      : [],
  );
  const basis = rehearsed.steps.map(({ delivery, subject }) => ({
    subject: factsOf(subject),
    intents: delivery.intents,
  }));
  const { truncated } = rehearsed;
  const hash = digestOf({ connection, items, calls, basis, truncated });
  return { connectionId: connection.id, hash, items, calls, placeholders, truncated };
}

function itemOf(
  resourceId: string,
  steps: readonly RehearsedStep[],
  { names }: RehearsedPlan,
  asked: ReadonlySet<string>,
): PlanItem {
  const [first] = steps;
  const last = steps.at(-1);
  if (first === undefined || last === undefined) throw new TypeError("an item without a step");
  const before = first.subject.link;
  const after = steps.reduce((link, { settlement }) => changedLink(link, settlement.link), before);
  const { outcome } = last.settlement;
  const decisive = steps.find(({ settlement }) => settlement.action !== "none") ?? last;
  return {
    resourceId,
    resourceType: first.delivery.resourceType,
    resourceName: names.get(resourceId) ?? null,
    prerequisite: !asked.has(resourceId),
    action: decisive.settlement.action,
    outcome: outcome.kind,
    ...("reason" in outcome && { reason: outcome.reason }),
    notes: outcome.kind === "synced" ? outcome.notes : [],
    remoteId: { before: before?.remoteId ?? null, after: after?.remoteId ?? null },
    changes: fieldChanges(before?.lastSent, after?.lastSent),
  };
}

interface Linked {
  remoteId: string;
  lastSent: JsonObject;
}

function changedLink(link: Linked | undefined, change: LinkChange): Linked | undefined {
  switch (change.kind) {
    case "keep":
    case "mark":
      return link;
    case "delete":
      return undefined;
    case "set":
      return { remoteId: change.remoteId, lastSent: change.lastSent };
  }
}

function callsOf({ delivery, settlement }: RehearsedStep): PlannedCall[] {
  return settlement.calls.filter(isPlanned).map(({ method, path, request, outcome }) => ({
    resourceId: delivery.resourceId,
    method,
    path,
    body: request ?? null,
    ...(outcome !== "ok" && { refusal: outcome }),
  }));
}

function isPlanned(call: VendorCall): boolean {
  return call.planned === true;
}

/** What a decision was made from, without what moves by itself, such as how far another delivery is. */
function factsOf(subject: object): unknown {
  return JSON.parse(
    JSON.stringify(subject, (key, value: unknown) =>
      key === "settles" || key === "state" ? undefined : value,
    ),
  );
}
