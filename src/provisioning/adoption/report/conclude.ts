import { holdSettles } from "../../../outbox/order-for-run.js";
import {
  analyzeEntries,
  countEntries,
  setNamedApart,
  settleEntries,
} from "../../../persistence/adoption-entry-store.js";
import {
  type KeptPair,
  type Keys,
  keepStrongest,
  listKept,
  pairDepartments,
} from "../../../persistence/adoption-pair-store.js";
import {
  analyzeProposals,
  insertProposals,
  type NewProposal,
} from "../../../persistence/adoption-proposal-store.js";
import { endReport, type ReportEnd } from "../../../persistence/adoption-report-store.js";
import type { Transaction } from "../../../persistence/database.js";
import { endUnconfirmed } from "../../../persistence/end-proposals.js";
import type { RunReason } from "../../../persistence/run-store.js";
import { createOrderedIds } from "../../../platform/ids.js";
import type { JsonObject } from "../../../scim/schema/attribute.js";
import { proposalReason } from "../adoption-reasons.js";
import { digestsOf } from "../basis.js";
import { wakeUndecided } from "../wake-undecided.js";
import { matchPeople, STRENGTHS } from "./match-people.js";
import { reportReason } from "./report-reasons.js";
import { ReportLost, type ReportWork } from "./report-work.js";

/** Proposals that are stored in one statement. */
const PAGE = 500;

/**
 * Compares the two sides as they were read, and ends the report: its proposals, and what they replace, are there with its
 * end or not at all. Meanwhile nothing is settled at the connection.
 * @throws ReportLost
 */
export async function conclude(work: ReportWork, now: Date): Promise<ReportEnd> {
  const { database, key, report } = work;
  const isComplete = work.unread.size === 0;
  await analyzeEntries(database);
  await setNamedApart(database, key);
  const { departments } = work.connection.policy.adoption.witnesses;
  await pairDepartments(database, key, departments.length > 0 ? 1 : STRENGTHS.length);
  await matchPeople(work);
  return database.transaction(async (tx) => {
    await holdSettles(tx, key.connectionId);
    await keepStrongest(tx, key);
    if (isComplete) await settleEntries(tx, key);
    await propose(tx, work, now);
    await analyzeProposals(tx);
    if (isComplete) {
      const since = report.startedAt ?? now;
      const waiting = await endUnconfirmed(tx, key, {
        since,
        reason: proposalReason("not-found-again"),
        now,
      });
      await wakeUndecided(tx, key, waiting, now);
    }
    const end: ReportEnd = {
      status: isComplete ? "succeeded" : "incomplete",
      summary: await summarise(tx, work),
      reason: isComplete ? null : incompleteReason(work.unread),
    };
    if (!(await endReport(tx, report, end, now))) throw new ReportLost("The report's lease ended.");
    return end;
  });
}

async function propose(tx: Transaction, { key, report }: ReportWork, now: Date): Promise<void> {
  const nextId = createOrderedIds();
  let after: KeptPair | undefined;
  for (;;) {
    const page = await listKept(tx, key, { after, limit: PAGE });
    const { tenantId, connectionId, reportId } = key;
    const proposals = page.map(
      (pair): NewProposal => ({
        tenantId,
        connectionId,
        reportId,
        id: nextId(now),
        resourceType: pair.resourceType,
        resourceId: pair.resourceId,
        resourceName: pair.resourceName,
        remoteId: pair.remoteId,
        remoteName: pair.remoteName,
        remoteMobile: pair.remoteMobile,
        parentRemoteId: pair.parentRemoteId,
        agree: pair.agree,
        disagree: pair.disagree,
        strength: STRENGTHS[pair.rank - 1] ?? "weak",
        basis: basisOf(pair),
        correlationId: report.correlationId,
      }),
    );
    await insertProposals(tx, proposals, proposalReason("changed"), now);
    after = page.at(-1);
    if (page.length < PAGE) return;
  }
}

function basisOf({ resourceType, scim, vendor, ...pair }: KeptPair): JsonObject {
  if (resourceType === "User") return { scim: known(scim), vendor: known(vendor) };
  const below = (parent: string | null) => (parent === null ? {} : digestsOf({ parent }));
  return {
    scim: { ...known(scim), ...below(pair.scimParentRemoteId) },
    vendor: {
      ...known(vendor),
      ...below(pair.parentRemoteId),
      ...(pair.stamp !== null && digestsOf({ stamp: pair.stamp })),
    },
  };
}

function known(keys: Keys): JsonObject {
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== null));
}

/** What the report says in numbers; where not everything was read, not who is without a counterpart. */
async function summarise(tx: Transaction, { key, scope, unread }: ReportWork): Promise<JsonObject> {
  const counts = await countEntries(tx, key);
  const of = (type: "User" | "Group", side: "scim" | "vendor", outcome?: string) =>
    counts
      .filter((one) => one.resourceType === type && one.side === side)
      .filter((one) => outcome === undefined || one.outcome === outcome)
      .reduce((sum, one) => sum + one.count, 0);
  const isComplete = unread.size === 0;
  const part = (type: "User" | "Group") => ({
    unlinked: of(type, "scim"),
    named: of(type, "scim", "named"),
    toBeCreated: isComplete ? of(type, "scim", "unmatched") : null,
    leftAlone: isComplete ? of(type, "vendor", "unmatched") : null,
  });
  return {
    wholeCompany: scope.wholeCompany,
    people: part("User"),
    departments: part("Group"),
    unread: [...unread.keys()].slice(0, 100),
  };
}

function incompleteReason(unread: ReadonlyMap<string, RunReason>): RunReason {
  const [first] = unread;
  const [department, reason] = first ?? [undefined, undefined];
  const detail = { en: `${reason?.message ?? ""} `, zh: reason?.zh?.message ?? reason?.message ?? "" };
  return reportReason("incomplete-read", { count: String(unread.size), department, detail });
}
