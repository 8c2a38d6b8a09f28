import { type AuditContext, appendAudit } from "../../audit/append-audit.js";
import { orderDeliveries } from "../../outbox/append.js";
import { holdSettles } from "../../outbox/order-for-run.js";
import {
  findProposal,
  type ListedProposal,
  listProposals,
  type ProposalQuery,
  type ProposalState,
  type ProposalStrength,
} from "../../persistence/adoption-proposal-store.js";
import { findConnection } from "../../persistence/connection-store.js";
import type { Database, Transaction } from "../../persistence/database.js";
import { decideProposals, endProposalsOf, endRivals } from "../../persistence/end-proposals.js";
import { findLink } from "../../persistence/link-store.js";
import type { RunReason } from "../../persistence/run-store.js";
import type { Clock } from "../../platform/clock.js";
import type { ResourceTypeId } from "../../scim/schema/attribute.js";
import { ConnectionNotFoundError } from "../connections/connection-errors.js";
import { proposalReason } from "./adoption-reasons.js";

export type {
  ListedProposal,
  ProposalQuery,
  ProposalState,
  ProposalStrength,
} from "../../persistence/adoption-proposal-store.js";

/** There is no such proposal at the connection. */
export class ProposalNotFoundError extends Error {
  override readonly name = "ProposalNotFoundError";

  constructor(readonly proposalId: string) {
    super("There is no proposal with this id at the connection.");
  }
}

/** The proposal is over, so that there is nothing to decide. */
export class ProposalOverError extends Error {
  override readonly name = "ProposalOverError";

  constructor(
    readonly state: ProposalState,
    readonly reason: RunReason | null,
  ) {
    super(`The proposal is ${state}${reason === null ? "." : `: ${reason.message}`}`);
  }
}

/** What an administrator decides. */
export type ProposalDecision = "approved" | "rejected";

/** On whose behalf it is decided. */
export type DecisionContext = AuditContext & { correlationId: string };

/** Several open proposals of a connection. */
export interface ProposalSelection {
  confidences: readonly (ProposalStrength | "conflict")[];
  resourceType?: ResourceTypeId | undefined;
}

/** Proposals to link what exists at a vendor, and the decisions about them. */
export interface AdoptionProposals {
  /** @throws ConnectionNotFoundError */
  list(tenantId: string, query: ProposalQuery): Promise<ListedProposal[]>;
  /** @throws ProposalNotFoundError */
  get(tenantId: string, connectionId: string, id: string): Promise<ListedProposal>;
  /**
   * Decides about one; another decision is possible until it is carried out. An approval ends the other proposals of the
   * same resource or record. The delivery goes on, if the connection is on.
   * @throws ProposalNotFoundError, ProposalOverError
   */
  decide(
    context: DecisionContext,
    connectionId: string,
    id: string,
    decision: ProposalDecision,
  ): Promise<ListedProposal>;
  /**
   * Decides about all open ones of a selection. Conflicts cannot be approved together: each approval ends others.
   * Answers how many there were. @throws ConnectionNotFoundError
   */
  decideAll(
    context: DecisionContext,
    connectionId: string,
    selection: ProposalSelection,
    decision: ProposalDecision,
  ): Promise<number>;
}

/** Proposals decided in one transaction, when many are decided together. */
const PAGE = 500;

/** Makes the service. */
export function createAdoptionProposals({
  database,
  clock,
}: {
  database: Database;
  clock: Clock;
}): AdoptionProposals {
  async function get(tenantId: string, connectionId: string, id: string): Promise<ListedProposal> {
    const proposal = await findProposal(database, { tenantId, connectionId, id });
    if (proposal === undefined) throw new ProposalNotFoundError(id);
    return proposal;
  }

  async function requireConnection(tenantId: string, connectionId: string): Promise<void> {
    const connection = await findConnection(database, { tenantId, id: connectionId });
    if (connection === undefined) throw new ConnectionNotFoundError(connectionId);
  }

  return {
    async list(tenantId, query) {
      await requireConnection(tenantId, query.connectionId);
      return listProposals(database, tenantId, query);
    },

    get,

    async decide(context, connectionId, id, decision) {
      const { tenantId } = context;
      const now = clock.now();
      await database.transaction(async (tx) => {
        await holdSettles(tx, connectionId);
        const before = await findProposal(tx, { tenantId, connectionId, id });
        if (before === undefined || isOver(before) || before.state === decision) return;
        if (await endIfPointless(tx, before, now)) return;
        await carryOut(tx, { context, connectionId, decision, now }, [id]);
        const { resourceType, resourceId, remoteId, agree, disagree } = before;
        const object = { type: "adoption-proposal", id, name: before.resourceName } as const;
        await appendAudit(
          tx,
          { ...context, now },
          {
            object,
            verb: decision,
            before: { state: before.state },
            after: { state: decision, resourceType, resourceId, remoteId, agree, disagree },
          },
        );
      });
      const after = await get(tenantId, connectionId, id);
      if (isOver(after)) throw new ProposalOverError(after.state, after.reason);
      return after;
    },

    async decideAll(context, connectionId, selection, decision) {
      const { tenantId } = context;
      await requireConnection(tenantId, connectionId);
      const confidences = selection.confidences.filter(
        (one) => decision === "rejected" || one !== "conflict",
      );
      let decided = 0;
      for (let after: string | undefined, more = true; more; ) {
        const now = clock.now();
        await database.transaction(async (tx) => {
          await holdSettles(tx, connectionId);
          const page = await listProposals(tx, tenantId, {
            connectionId,
            states: ["open"],
            confidences,
            resourceType: selection.resourceType,
            after,
            limit: PAGE,
          });
          after = page.at(-1)?.id;
          more = page.length === PAGE;
          if (page.length === 0) return;
          const ids = page.map((proposal) => proposal.id);
          const count = await carryOut(tx, { context, connectionId, decision, now }, ids);
          if (count === 0) return;
          decided += count;
          const object = { type: "connection", id: connectionId } as const;
          const told = { proposals: count, confidences: [...confidences] };
          const verb = `proposals-${decision}`;
          await appendAudit(tx, { ...context, now }, { object, verb, after: told });
        });
      }
      return decided;
    },
  };
}

function isOver({ state }: ListedProposal): boolean {
  return state !== "open" && state !== "approved" && state !== "rejected";
}

/** Ends the proposals of a resource that was deleted or linked while no delivery looked. */
async function endIfPointless(tx: Transaction, proposal: ListedProposal, now: Date): Promise<boolean> {
  const rows = await tx.query<{ there: boolean }>(
    "select deleted_at is null as there from resource where tenant_id = $1 and id = $2",
    [proposal.tenantId, proposal.resourceId],
  );
  const link = await findLink(tx, proposal);
  if (rows[0]?.there === true && link === undefined) return false;
  const reason = proposalReason(rows[0]?.there === true ? "settled-otherwise" : "resource-removed");
  await endProposalsOf(tx, proposal, { remoteId: link?.remoteId ?? null, reason, now });
  return true;
}

/** Notes a decision, ends what it excludes, and has whoever is concerned delivered. Answers how many it was about. */
async function carryOut(
  tx: Transaction,
  given: { context: DecisionContext; connectionId: string; decision: ProposalDecision; now: Date },
  ids: readonly string[],
): Promise<number> {
  const { context, connectionId, decision, now } = given;
  const { tenantId, actor, correlationId } = context;
  const key = { tenantId, connectionId, ids };
  const decided = await decideProposals(tx, key, { state: decision, actor, now });
  const rivals =
    decision === "approved" && decided.length > 0
      ? await endRivals(tx, key, { reason: proposalReason("decided-otherwise"), now })
      : [];
  const connection = await findConnection(tx, { tenantId, id: connectionId });
  if (connection?.enabled === true) {
    const resourceIds = [...new Set([...decided, ...rivals])];
    await orderDeliveries(tx, { tenantId, connectionId, correlationId, now, resourceIds });
  }
  return decided.length;
}
