import type { Connector } from "../../connectors/connector.js";
import { isRoleId } from "../../connectors/role-id.js";
import type { RequestContext } from "../../directory/request-context.js";
import type { DeliveryReason } from "../../outbox/delivery.js";
import type { Database } from "../../persistence/database.js";
import { findLink, findLinkByRemoteId } from "../../persistence/link-store.js";
import type { Clock } from "../../platform/clock.js";
import type { BulkRequest } from "../../scim/bulk/bulk-request.js";
import type { JsonObject, ResourceTypeId } from "../../scim/schema/attribute.js";
import { mapUser } from "../mapping/map-user.js";
import { readMapping } from "../mapping/mapping.js";
import { compareRecord } from "../reconciliation/differences.js";
import { shownProfile, shownValue } from "./field-changes.js";
import type { FieldChange } from "./plan.js";
import { RemoteRecordNotFoundError } from "./plan-errors.js";
import type { OpenRehearsal } from "./rehearsal-sessions.js";
import { type RehearsedStep, rehearseDeliveries } from "./rehearse-deliveries.js";
import { requireResource } from "./require-resource.js";
import { carryOutChange } from "./scim-change.js";

/** Of what the mapping is looked at: something made up, something stored, or something at the vendor. */
export type PreviewOf =
  | { kind: "sample"; resourceType: ResourceTypeId; request: BulkRequest }
  | { kind: "stored"; resourceId: string }
  | { kind: "live"; resourceType: ResourceTypeId; remoteId: string };

/** What a mapping makes of one person or department, and what the vendor holds. */
export interface Preview {
  resourceType: ResourceTypeId;
  /** Null for a sample, and for a record of the vendor that no resource is linked to. */
  resourceId: string | null;
  remoteId: string | null;
  /** What the vendor should hold, phone numbers masked; null where there is no resource. */
  profile: JsonObject | null;
  /** How a delivery would end; null where there is none. */
  outcome: string | null;
  reason: DeliveryReason | null;
  notes: string[];
  /** What the vendor holds, as far as it shows; null where nobody is there. */
  vendor: JsonObject | null;
  /** Fields of the profile that the vendor holds otherwise: `before` is what it holds. */
  differences: FieldChange[];
}

/** What a preview is worked out with. */
export interface PreviewInput {
  trial: Database;
  open: OpenRehearsal;
  connectors: { get(id: string): Connector | undefined };
  clock: Clock;
  context: RequestContext;
  /** Makes the id of a sample. */
  seed: string;
}

/** A person with their departments; more is not looked at. */
const MAX_STEPS = 200;

/**
 * Maps one person or department, with nothing written.
 * @throws ScimError where SCIM would refuse a sample, PlannedResourceNotFoundError, RemoteRecordNotFoundError
 */
export async function preview(input: PreviewInput, of: PreviewOf): Promise<Preview> {
  const { trial, open, context } = input;
  const { tenantId, id: connectionId } = open.connection;
  const { resourceId, remoteId } = await locate(input, of);
  // Before the rehearsal, after which the session answers as if everything had been written.
  const held =
    remoteId === undefined
      ? undefined
      : await readVendor(input, await typeOf(input, of, resourceId), remoteId);
  if (of.kind === "live" && held === undefined) throw new RemoteRecordNotFoundError();
  const step = resourceId === undefined ? undefined : await deliverOnce(input, resourceId);
  const profile = step && profileOf(step, open);
  const outcome = step?.settlement.outcome;
  return {
    resourceType: await typeOf(input, of, resourceId),
    resourceId: of.kind === "sample" ? null : (resourceId ?? null),
    remoteId: remoteId ?? null,
    profile: profile === undefined ? null : shownProfile(profile),
    outcome: outcome?.kind ?? null,
    reason: outcome !== undefined && "reason" in outcome ? outcome.reason : null,
    notes: step === undefined ? [] : notesOf(step),
    vendor: held === undefined ? null : shownProfile(held),
    differences: profile === undefined || held === undefined ? [] : differencesOf(profile, held),
  };

  async function deliverOnce(input: PreviewInput, id: string): Promise<RehearsedStep | undefined> {
    const rehearsed = await rehearseDeliveries({
      trial,
      connectors: input.connectors,
      session: open.session,
      tenantId,
      connectionId,
      resourceIds: [id],
      now: input.clock.now(),
      correlationId: context.correlationId,
      maxSteps: MAX_STEPS,
    });
    return rehearsed.steps.findLast(({ delivery }) => delivery.resourceId === id);
  }
}

async function locate(
  { trial, open, clock, context, seed }: PreviewInput,
  of: PreviewOf,
): Promise<{ resourceId?: string; remoteId?: string }> {
  const { tenantId, id: connectionId } = open.connection;
  switch (of.kind) {
    case "sample": {
      const deps = { database: trial, clock, passwords: "discard", onFailure: () => undefined } as const;
      const [outcome] = await carryOutChange(deps, context, of.request, seed);
      if (outcome === undefined) return {};
      if ("error" in outcome) throw outcome.error;
      return { resourceId: outcome.id };
    }
    case "stored": {
      const resourceId = await requireResource(trial, tenantId, of.resourceId);
      const link = await findLink(trial, { tenantId, connectionId, resourceId });
      return { resourceId, ...(link && { remoteId: link.remoteId }) };
    }
    case "live": {
      const { remoteId, resourceType } = of;
      const link = await findLinkByRemoteId(trial, { tenantId, connectionId }, resourceType, remoteId);
      return { remoteId, ...(link && { resourceId: link.resourceId }) };
    }
  }
}

async function typeOf(
  { trial, open }: PreviewInput,
  of: PreviewOf,
  resourceId: string | undefined,
): Promise<ResourceTypeId> {
  if (of.kind !== "stored") return of.resourceType;
  const rows = await trial.query<{ type: ResourceTypeId }>(
    "select type from resource where tenant_id = $1 and id = $2",
    [open.connection.tenantId, resourceId],
  );
  return rows[0]?.type ?? "User";
}

async function readVendor(
  { open, context }: PreviewInput,
  type: ResourceTypeId,
  remoteId: string,
): Promise<JsonObject | undefined> {
  const { correlationId } = context;
  if (isRoleId(remoteId)) {
    const role = await open.session.roles.get({ correlationId, remoteId });
    return role && { name: role.name };
  }
  if (type === "Group") {
    const found = await open.session.departments.read({ correlationId, remoteId });
    return found && plain(found.contents);
  }
  const { userFields: granted } = await open.session.readScope({ correlationId });
  const found = await open.session.users.read({ correlationId, remoteId, granted });
  return found && plain(found.contents);
}

function profileOf({ decision, subject }: RehearsedStep, open: OpenRehearsal): JsonObject | undefined {
  switch (decision.kind) {
    case "write-user":
    case "write-department":
    case "write-role":
      return plain(decision.profile);
    case "remove":
    case "release":
    case "nothing":
      return undefined;
    case "skip":
    case "park":
    case "block":
    case "wait":
      // Why it goes no further is in the reason; the mapping is shown all the same.
      return subject.type === "User"
        ? plain(mapUser(subject.attributes, readMapping(open.connection.mapping)))
        : undefined;
  }
}

function notesOf({ decision, settlement }: RehearsedStep): string[] {
  if (settlement.outcome.kind === "synced") return settlement.outcome.notes;
  return "notes" in decision ? decision.notes : [];
}

function differencesOf(profile: JsonObject, held: JsonObject): FieldChange[] {
  const rules = { isOwn: () => false, isMapped: () => true };
  return compareRecord(profile, held, rules).differences.map(({ field, expected, found }) => ({
    field,
    before: shownValue(field, found),
    after: shownValue(field, expected),
  }));
}

/** As it would be stored: without what is undefined. */
function plain(profile: object): JsonObject {
  return JSON.parse(JSON.stringify(profile));
}
