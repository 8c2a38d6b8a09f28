import { type AuditContext, appendAudit } from "../../audit/append-audit.js";
import type { Directory } from "../../directory/directory.js";
import type { RequestContext } from "../../directory/request-context.js";
import { DELIVERY_CHANNEL, type DeliveryReason, type DeliveryState } from "../../outbox/delivery.js";
import type { Database, Transaction } from "../../persistence/database.js";
import type { Clock } from "../../platform/clock.js";
import { createDialect } from "../../scim/dialect/dialect.js";
import { ScimError } from "../../scim/errors.js";
import type { ResourceTypeId } from "../../scim/schema/attribute.js";
import { DeliveryNotFoundError, DeliveryNotHeldError } from "../delivery-log.js";
import { keepLinked, listHeld, releaseHeld, unitsHeld } from "./held-store.js";

/** Which held removals of a connection, all of them by default. */
export interface HeldSelection {
  connectionId: string;
  resourceType?: ResourceTypeId | undefined;
}

/** A held removal that could not be discarded. */
export interface RefusedDiscard {
  deliveryId: string;
  resourceId: string;
  detail: string;
}

/** What administrators decide about held removals. */
export interface HeldRemovals {
  /**
   * Lets a held removal go on; it does not count against the limits.
   * @throws DeliveryNotFoundError, DeliveryNotHeldError, RemovalProtectedError
   */
  release(context: AuditContext, deliveryId: string): Promise<void>;
  /**
   * Takes a held removal back: what was deleted in SCIM is there again; a person taken out of a department is a member
   * of it again; what a rule removed is kept at the vendor until it is wanted again.
   * @throws DeliveryNotFoundError, DeliveryNotHeldError, RestoreRefusedError
   */
  discard(context: AuditContext, deliveryId: string): Promise<void>;
  /** As `release` for all; what the list of protected resources names stays. Answers how many there were. */
  releaseAll(context: AuditContext, selection: HeldSelection): Promise<number>;
  /** As `discard` for all, departments first. What cannot be restored is named, and stays held. */
  discardAll(
    context: AuditContext,
    selection: HeldSelection,
  ): Promise<{ discarded: number; refused: RefusedDiscard[] }>;
}

/** The list of protected resources names it: to remove it, it has to be taken out of the list. */
export class RemovalProtectedError extends Error {
  override readonly name = "RemovalProtectedError";
}

/** What was deleted cannot come back as it was. */
export class RestoreRefusedError extends Error {
  override readonly name = "RestoreRefusedError";
}

/** Held removals that are read at once. */
const PAGE = 200;
/** Refusals that are told one by one. */
const MAX_REFUSED = 100;

/** Creates the service. */
export function createHeldRemovals({
  database,
  clock,
  directory,
}: {
  database: Database;
  clock: Clock;
  directory: Pick<Directory, "restore" | "patch">;
}): HeldRemovals {
  async function discard(context: AuditContext, deliveryId: string): Promise<void> {
    const held = await findHeld(database, context.tenantId, deliveryId);
    const noted = async (tx: Transaction) => {
      await forgetHeld(tx, held);
      await note(tx, context, clock.now(), held, "discarded");
    };
    const request = requestOf(context);
    if (held.removed) {
      await refusing(() => directory.restore(request, held.resourceType, held.resourceId, noted));
      return;
    }
    const units = await unitsHeld(database, held);
    if (units.length === 0 || units.some((unit) => unit.kind !== "emptied")) {
      await database.transaction(async (tx) => {
        await lockHeld(tx, held);
        await keepLinked(tx, held, clock.now());
        await noted(tx);
        tx.hint(DELIVERY_CHANNEL);
      });
      return;
    }
    // Back into the departments: a membership that is there already changes nothing, so a second try does no harm.
    for (const { unitId } of units) {
      const Operations = [{ op: "add", path: "members", value: [{ value: held.resourceId }] }];
      const body = { schemas: [PATCH_URN], Operations };
      const needs = { members: false, groups: false, provisioning: false };
      await refusing(async () => void (await directory.patch(request, "Group", unitId, body, { needs })));
    }
    await database.transaction(noted);
  }

  return {
    async release(context, deliveryId) {
      const held = await findHeld(database, context.tenantId, deliveryId);
      if (held.reason?.code === "protected") {
        throw new RemovalProtectedError(`${held.reason.message} ${held.reason.remedy ?? ""}`.trim());
      }
      await database.transaction(async (tx) => {
        await lockHeld(tx, held);
        const { actor, tenantId } = context;
        await releaseHeld(tx, { tenantId, connectionId: held.connectionId, deliveryId }, actor, clock.now());
        await note(tx, context, clock.now(), held, "released");
        tx.hint(DELIVERY_CHANNEL);
      });
    },

    discard,

    async releaseAll(context, { connectionId, resourceType }) {
      const { tenantId, actor } = context;
      const now = clock.now();
      return database.transaction(async (tx) => {
        const released = await releaseHeld(tx, { tenantId, connectionId, resourceType }, actor, now);
        if (released === 0) return 0;
        const object = { type: "connection", id: connectionId } as const;
        await appendAudit(
          tx,
          { ...context, now },
          { object, verb: "removals-released", after: { released } },
        );
        tx.hint(DELIVERY_CHANNEL);
        return released;
      });
    },

    async discardAll(context, { connectionId, resourceType }) {
      const refused: RefusedDiscard[] = [];
      let discarded = 0;
      for (const type of ["Group", "User"] as const) {
        if (resourceType !== undefined && resourceType !== type) continue;
        let after: string | undefined;
        for (;;) {
          const page = await listHeld(
            database,
            { tenantId: context.tenantId, connectionId, type, after },
            PAGE,
          );
          for (const { id, resourceId } of page) {
            const detail = await whyRefused(() => discard(context, id));
            if (detail === undefined) discarded += 1;
            else if (refused.length < MAX_REFUSED) refused.push({ deliveryId: id, resourceId, detail });
          }
          after = page.at(-1)?.id;
          if (page.length < PAGE) break;
        }
      }
      return { discarded, refused };
    },
  };
}

const PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** A held delivery with what a decision about it needs. */
export interface HeldDelivery {
  id: string;
  tenantId: string;
  connectionId: string;
  resourceId: string;
  resourceType: ResourceTypeId;
  reason: DeliveryReason | null;
  /** Whether the resource is deleted in SCIM. */
  removed: boolean;
}

async function findHeld(database: Database, tenantId: string, deliveryId: string): Promise<HeldDelivery> {
  const rows = await database.query<HeldDelivery & { state: DeliveryState }>(
    `select d.id, d.tenant_id as "tenantId", d.connection_id as "connectionId", d.resource_id as "resourceId",
            d.resource_type as "resourceType", d.reason, d.state,
            (r.id is null or r.deleted_at is not null) as removed
       from delivery d left join resource r on r.tenant_id = d.tenant_id and r.id = d.resource_id
      where d.tenant_id = $1 and d.id = $2`,
    [tenantId, deliveryId],
  );
  if (rows[0] === undefined) throw new DeliveryNotFoundError(deliveryId);
  const { state, ...held } = rows[0];
  if (state !== "held") throw new DeliveryNotHeldError(state);
  return held;
}

/** Keeps the delivery held until the transaction ends. @throws DeliveryNotHeldError */
async function lockHeld(tx: Transaction, held: HeldDelivery): Promise<void> {
  const rows = await tx.query<{ state: DeliveryState }>(
    "select state from delivery where tenant_id = $1 and id = $2 for update",
    [held.tenantId, held.id],
  );
  const state = rows[0]?.state;
  if (state === undefined) throw new DeliveryNotFoundError(held.id);
  if (state !== "held") throw new DeliveryNotHeldError(state);
}

/** What was held is judged anew, should it be decided again. */
async function forgetHeld(tx: Transaction, held: HeldDelivery): Promise<void> {
  await tx.query(
    `delete from removal
      where tenant_id = $1 and connection_id = $2 and resource_id = $3 and done_at is null and state = 'held'`,
    [held.tenantId, held.connectionId, held.resourceId],
  );
}

async function note(
  tx: Transaction,
  context: AuditContext,
  now: Date,
  held: HeldDelivery,
  verb: "released" | "discarded",
): Promise<void> {
  const { resourceType, resourceId } = held;
  const before = { state: "held", resourceType, resourceId };
  await appendAudit(tx, { ...context, now }, { object: { type: "delivery", id: held.id }, verb, before });
}

function requestOf({ tenantId, actor, correlationId }: AuditContext): RequestContext {
  return { tenantId, actor, correlationId: correlationId ?? "discard", dialect: createDialect("rfc") };
}

/** Says refusals of the directory in the words of an administrator. */
async function refusing(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ScimError) || error.status >= 500) throw error;
    throw new RestoreRefusedError(`It cannot be restored as it was: ${error.message}`, { cause: error });
  }
}

async function whyRefused(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof RestoreRefusedError || error instanceof DeliveryNotHeldError) return error.message;
    throw error;
  }
}
