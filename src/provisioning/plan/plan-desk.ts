import type { PasswordPolicy } from "../../directory/directory.js";
import { type Connection, findConnection } from "../../persistence/connection-store.js";
import type { Database, Transaction } from "../../persistence/database.js";
import { boundLockWaits, tryOutWithin } from "../../persistence/trial.js";
import { ConnectionDisabledError, ConnectionNotFoundError } from "../connections/connection-errors.js";
import { lockWhatIsPlanned, tryOutUndisturbed, undisturbed } from "./locking.js";
import type { Plan } from "./plan.js";
import { PlanOutdatedError } from "./plan-errors.js";
import { createPlanGate } from "./plan-gate.js";
import { type OpenRehearsal, type RehearsalDeps, rehearsing, requireAnswers } from "./rehearsal-sessions.js";

/** What plans are made with. */
export interface PlansDeps extends RehearsalDeps {
  database: Database;
  /** What the directory does with passwords; "hash" by default. */
  passwords?: PasswordPolicy | undefined;
  /** Told of trouble of our own with one operation of a SCIM change. */
  onFailure?(error: unknown): void;
}

/** How a plan is carried out while it holds. */
export interface Application<Planned, Result> {
  hash: string;
  /** The resources that it is about. */
  idsOf(planned: Planned): string[];
  /** In the transaction in which the plan was found to hold. */
  carryOut(tx: Transaction, planned: Planned): Promise<Result>;
}

/** Where plans are worked out and applied, whatever they are of: one at a time in this process. */
export interface PlanDesk {
  /** @throws ConnectionNotFoundError */
  find(tenantId: string, connectionId: string): Promise<Connection>;
  /** Works something out on a database of which nothing is kept. @throws VendorSilentError, PlanBusyError */
  plan<Planned>(
    connections: readonly Connection[],
    work: (trial: Database, open: OpenRehearsal[]) => Promise<Planned>,
  ): Promise<Planned>;
  /**
   * Works a plan out, and carries it out if it has the hash: what it depends on is locked, it is worked out once more, and
   * carried out in the same transaction.
   * @throws PlanOutdatedError, ConnectionDisabledError, VendorSilentError, PlanBusyError
   */
  apply<Planned extends { hash: string }, Result>(
    connections: readonly Connection[],
    work: (trial: Database, open: OpenRehearsal[]) => Promise<Planned>,
    application: Application<Planned, Result>,
  ): Promise<Result>;
}

/** Opens the desk of a process. */
export function createPlanDesk(deps: PlansDeps): PlanDesk {
  const { database } = deps;
  const inTurn = createPlanGate();

  return {
    async find(tenantId, id) {
      const connection = await findConnection(database, { tenantId, id });
      if (connection === undefined) throw new ConnectionNotFoundError(id);
      return connection;
    },

    plan: (connections, work) =>
      inTurn(() =>
        rehearsing(deps, connections, (open) => tryOutUndisturbed(database, (trial) => work(trial, open))),
      ),

    async apply(connections, work, { hash, idsOf, carryOut }) {
      for (const { id, enabled } of connections) if (!enabled) throw new ConnectionDisabledError(id);
      return inTurn(() =>
        rehearsing(deps, connections, (open) =>
          undisturbed(async () => {
            const first = await tryOutUndisturbed(database, (trial) => work(trial, open));
            requireAnswers(open);
            if (first.hash !== hash) throw new PlanOutdatedError(first.hash);
            return database.transaction(async (tx) => {
              await boundLockWaits(tx);
              await lockWhatIsPlanned(tx, connections, idsOf(first));
              for (const { reads } of open) reads.rehearsal.written.clear();
              const present = await tryOutWithin(tx, database.kind, (trial) => work(trial, open));
              requireAnswers(open);
              if (present.hash !== hash) throw new PlanOutdatedError(present.hash);
              return carryOut(tx, present);
            });
          }),
        ),
      );
    },
  };
}

/** The resources that a plan delivers. */
export function idsIn(plan: Plan): string[] {
  return plan.items.map(({ resourceId }) => resourceId);
}

/** The one rehearsal of a plan that has one connection. */
export function onlyOne([open]: readonly OpenRehearsal[]): OpenRehearsal {
  if (open === undefined) throw new TypeError("no connection was opened");
  return open;
}

/** A change orders nothing to a connection that is off; in a trial nobody sees that it is on. */
export async function switchOn(trial: Database, open: readonly OpenRehearsal[]): Promise<void> {
  for (const { connection } of open) {
    if (connection.enabled) continue;
    await trial.query("update connection set enabled = true where tenant_id = $1 and id = $2", [
      connection.tenantId,
      connection.id,
    ]);
  }
}
