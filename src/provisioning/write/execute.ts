import type { VendorCall } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import type { CallContext } from "../../connectors/operations.js";
import { isRoleId } from "../../connectors/role-id.js";
import type { ClaimedDelivery } from "../../outbox/delivery.js";
import { recordIntent } from "../../outbox/intent.js";
import { findApprovedFor } from "../../persistence/adoption-proposal-store.js";
import { isApproved } from "../../persistence/approval-store.js";
import type { Database } from "../../persistence/database.js";
import { findLinkByRemoteId } from "../../persistence/link-store.js";
import { isId } from "../../platform/ids.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { NOTHING_PROPOSED } from "../adoption/adoption-verdict.js";
import type { ProposalChange } from "../adoption/proposal-changes.js";
import type { ConnectionAtWork } from "../connections/connection-at-work.js";
import { applyAccountState } from "../deactivation/account-state.js";
import { adoptedRemoteId } from "../decide/decide.js";
import type { Decision } from "../decide/decision.js";
import type { Subject } from "../decide/subject.js";
import { mapsDepartmentField, mapsUserField } from "../mapping/mapping.js";
import { mobileProposal } from "../mobile-change/mobile-proposal.js";
import { applyRoles } from "../roles/apply-roles.js";
import { forgetRole, makerOf } from "../roles/replaced-role.js";
import { dropRoleGroup, ensureRoleGroup, knownRoleGroup } from "../roles/role-groups.js";
import { isRoleProfile } from "../roles/role-link.js";
import { callContext } from "./call-context.js";
import type { Execution } from "./execution.js";
import { linkingOf, removalOf } from "./intents.js";
import { standBackForLinker } from "./one-linker.js";
import { standBackForChild, standBackForRemoval } from "./parent-and-child.js";
import { standInFor } from "./stand-in.js";
import { findIntended, writeDepartment } from "./write-department.js";
import { findIntendedRole, type RoleGroups, writeRole } from "./write-role.js";
import { writeUser } from "./write-user.js";

/** Decisions that need the vendor. */
export type VendorDecision = Extract<
  Decision,
  { kind: "write-department" | "write-role" | "write-user" | "remove" }
>;

/** Everything a vendor decision is carried out with. */
export interface ExecuteInput {
  database: Database;
  connection: ConnectionAtWork;
  delivery: ClaimedDelivery;
  subject: Subject;
  decision: VendorDecision;
  signal: AbortSignal;
  /** Gets every call that is made, also where it fails. */
  calls: VendorCall[];
  /** Gets every intent that was noted: what may have been written by then, however the execution ends. */
  noted: JsonObject[];
  now: Date;
  /** The account a new person had before, when they were deleted in SCIM meanwhile; used if it is still there. */
  formerRemoteId?: string | undefined;
  /** Takes what is found out about proposals to link. */
  proposalChanges: ProposalChange[];
}

/**
 * Carries out a decision at the vendor. Nothing is written there without the lease: each intent is noted first, which
 * is refused once the lease has passed on.
 * @throws ConnectorError, AdoptionRefused, RemoteVanished, NotYet, LeaseLostError
 */
export async function execute(input: ExecuteInput): Promise<Execution> {
  const { connection, delivery, subject, decision } = input;
  const context = callContext(input);
  if (decision.kind === "remove") return remove(input, context);

  const adopted = adoptedRemoteId(subject, connection);
  const shared = {
    notes: decision.notes,
    ...(subject.link === undefined ? {} : { link: subject.link }),
    ...(adopted === undefined ? {} : { adoptedRemoteId: adopted }),
    intents: delivery.intents,
    recordIntent: (profile: JsonObject) => note(input, profile),
    recordLinking: async (remoteId: string, profile: JsonObject) => {
      await note(input, linkingOf(remoteId, profile));
      await standBackForLinker(input.database, delivery, remoteId);
    },
    linkedElsewhere: (remoteId: string) => linkedElsewhere(input, remoteId),
    adoption: {
      rules: connection.policy.adoption,
      verdict: ("adoption" in decision ? decision.adoption : undefined) ?? NOTHING_PROPOSED,
      changes: input.proposalChanges,
    },
    context,
  };
  const { mapping } = connection;
  switch (decision.kind) {
    case "write-department":
      return writeDepartment(connection.session, {
        ...shared,
        recordIntent: async (profile) => {
          await shared.recordIntent(profile);
          await standBackForRemoval(input.database, delivery, decision.profile.parentRemoteId);
        },
        recordLinking: async (remoteId, profile) => {
          await shared.recordLinking(remoteId, profile);
          await standBackForRemoval(input.database, delivery, decision.profile.parentRemoteId);
        },
        profile: decision.profile,
        awaited: decision.awaited,
        isMapped: (field) => mapsDepartmentField(mapping, field),
        standInFor: (holder) =>
          standInFor(
            input.database,
            delivery,
            decision.profile.name,
            holder,
            connection.descriptor.departmentName,
          ),
      });
    case "write-role": {
      const { mode, witnesses } = connection.policy.adoption;
      return writeRole(connection.session, {
        ...shared,
        profile: decision.profile,
        groups: roleGroupsFor(input, context),
        makerOf: (made) => makerOf(input.database, delivery, made),
        // Nothing else tells a role: where departments are not taken by their name, no role is.
        adoptsByName: mode === "automatic" && witnesses.departments.length > 0,
        standInFor: (holder) =>
          standInFor(input.database, delivery, decision.profile.name, holder, connection.descriptor.roleName),
      });
    }
    case "write-user": {
      const former = adopted === undefined ? await formerAccount(input, context) : undefined;
      const { roleRemoteIds: wanted, ...profile } = decision.profile;
      const done = await writeUser(connection.session, {
        ...shared,
        ...(former === undefined ? {} : { adoptedRemoteId: former }),
        resourceId: delivery.resourceId,
        profile,
        awaited: decision.awaited,
        ...(decision.ifAbsent !== undefined && { ifAbsent: decision.ifAbsent }),
        isMapped: (field) => field !== "roleRemoteIds" && mapsUserField(mapping, field),
        mobileChange: connection.policy.mobileChange,
        proposalFor: (before, after) => mobileProposal(connection.id, before, after),
        isApproved: (proposal) => isApproved(input.database, delivery, proposal),
        firstPassword: connection.policy.accounts.firstPassword,
        ownDepartments: (remoteIds) => ownDepartments(input, remoteIds),
      });
      const written = await applyRoles({
        session: connection.session,
        wanted,
        link: subject.link,
        intents: delivery.intents,
        done,
        context,
        recordIntent: shared.recordIntent,
        forgetRole: (remoteId) => forgetRole(input.database, delivery, remoteId, input.now),
      });
      if (written.failed !== undefined) return written;
      const stillOurs = () => note(input, { ...decision.profile } as unknown as JsonObject);
      return applyAccountState(connection.session, decision, subject.link, written, context, stillOurs);
    }
  }
}

async function note({ database, delivery, noted }: ExecuteInput, intent: JsonObject): Promise<void> {
  await recordIntent(database, delivery, intent);
  noted.push(intent);
}

function roleGroupsFor(input: ExecuteInput, context: CallContext): RoleGroups {
  const { database, connection, delivery, now } = input;
  const { tenantId, connectionId } = delivery;
  const deps = { database, session: connection.session, tenantId, connectionId, now, context };
  return {
    ensure: (name) => ensureRoleGroup(deps, name),
    known: (name) => knownRoleGroup(deps, name),
    drop: (name, remoteId) => dropRoleGroup(deps, name, remoteId),
  };
}

/** The account of a person who returned, if the vendor still has it; otherwise they get a new one. */
async function formerAccount(input: ExecuteInput, context: CallContext): Promise<string | undefined> {
  const { formerRemoteId: remoteId, subject, connection } = input;
  if (remoteId === undefined || subject.link !== undefined) return undefined;
  const account = await connection.session.users.get({ ...context, remoteId });
  return account?.remoteId;
}

/** Only what carries our link or our stamp is ever removed. */
async function remove(input: ExecuteInput, context: CallContext): Promise<Execution> {
  const { connection, subject } = input;
  const { users, departments, roles } = connection.session;
  const found = subject.link === undefined ? await findUnlinked(input, context) : [subject.link.remoteId];
  for (const remoteId of found) {
    const request = { ...context, remoteId };
    const operations = subject.type === "User" ? users : isRoleId(remoteId) ? roles : departments;
    await note(input, removalOf(subject.link?.lastSent ?? {}));
    if (operations === departments) await standBackForChild(input.database, input.delivery, remoteId);
    try {
      await operations.remove(request);
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.kind !== "not-found") throw error;
    }
  }
  return { action: "remove", link: { kind: "delete" }, notes: [], awaited: [] };
}

/** What a create whose answer was lost may have left behind for a resource that is gone by now. */
async function findUnlinked(input: ExecuteInput, context: CallContext): Promise<string[]> {
  const { session } = input.connection;
  const { resourceId, resourceType } = input.delivery;
  if (resourceType === "User") {
    const account = await session.users.get({ ...context, remoteId: resourceId });
    // Somebody of the same name and number may have taken the account over meanwhile.
    const heir = await findLinkByRemoteId(input.database, input.delivery, resourceType, resourceId);
    return heir === undefined && account !== undefined ? [account.remoteId] : [];
  }
  const { intents } = input.delivery;
  const ofDepartments = intents.filter((intent) => !isRoleProfile(intent));
  const role = await findIntendedRole(session, {
    ...{ intents, context, groups: roleGroupsFor(input, context) },
    linkedElsewhere: (remoteId) => linkedElsewhere(input, remoteId),
  });
  const department = await findIntended(session, ofDepartments, resourceId, context);
  return [role?.remoteId, department].filter((id) => id !== undefined);
}

/**
 * The other resource that a remote object belongs to: the one that is linked to it, the one for which an administrator
 * approved that, or the one that chose its id and whose own delivery is not over. An account of the last kind may be on
 * its way to removal.
 */
async function linkedElsewhere(input: ExecuteInput, remoteId: string): Promise<string | undefined> {
  const { tenantId, connectionId, resourceId, resourceType } = input.delivery;
  if (remoteId === resourceId) return undefined;
  const link = await findLinkByRemoteId(input.database, { tenantId, connectionId }, resourceType, remoteId);
  if (link !== undefined) return link.resourceId === resourceId ? undefined : link.resourceId;
  const record = { tenantId, connectionId, resourceType, remoteId };
  const promisedTo = await findApprovedFor(input.database, record, resourceId);
  if (promisedTo !== undefined) return promisedTo;
  if (!isId(remoteId)) return undefined;
  const rows = await input.database.query(
    `select 1 from delivery
      where tenant_id = $1 and connection_id = $2 and resource_id = $3 and state in ('pending', 'claimed', 'blocked')`,
    [tenantId, connectionId, remoteId],
  );
  return rows.length > 0 ? remoteId : undefined;
}

async function ownDepartments(input: ExecuteInput, remoteIds: string[]): Promise<string[]> {
  const { tenantId, connectionId } = input.delivery;
  const rows = await input.database.query<{ remote_id: string }>(
    `select remote_id from link
      where tenant_id = $1 and connection_id = $2 and resource_type = 'Group' and remote_id = any($3::text[])`,
    [tenantId, connectionId, remoteIds],
  );
  return rows.map((row) => row.remote_id);
}
