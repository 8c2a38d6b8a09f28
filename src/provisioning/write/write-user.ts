import type { CallContext, ConnectorSession, RemoteUser, UserProfile } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import type { Awaited } from "../../outbox/settle.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import type { Link } from "../decide/subject.js";
import { profileChanges } from "../mapping/profile-changes.js";
import { reasonFor } from "../reasons.js";
import { AdoptionRefused, type Execution, RemoteVanished } from "./execution.js";

/** What the write of one person needs. */
export interface WriteUserInput {
  /** The SCIM id, which is also the remote id that we choose for people we create. */
  resourceId: string;
  profile: UserProfile;
  notes: string[];
  /** Whether the connection's mapping fills a field of the profile; one that it does not is left as it is. */
  isMapped(field: string): boolean;
  awaited: Awaited[];
  link?: Link;
  /** A remote id given from outside (the dictionary attribute), to be adopted when there is no link. */
  adoptedRemoteId?: string;
  /** What earlier writes of ours may have made of the account without our knowing, oldest first. */
  intents: readonly JsonObject[];
  /** Notes a write before it is called. */
  recordIntent(profile: JsonObject): Promise<void>;
  /** The other resource that a remote account is linked to, if there is one. */
  linkedElsewhere(remoteId: string): Promise<string | undefined>;
  /** Which of these remote departments are linked to groups of ours. */
  ownDepartments(remoteIds: string[]): Promise<string[]>;
  context: CallContext;
}

/**
 * Makes the vendor hold this person: updates what changed, or creates them, or adopts the account that is there.
 * @throws ConnectorError, AdoptionRefused, RemoteVanished
 */
export async function writeUser(session: ConnectorSession, input: WriteUserInput): Promise<Execution> {
  if (input.link !== undefined) return update(session, input, input.link);
  if (input.adoptedRemoteId !== undefined) {
    const given = await session.users.get({ ...input.context, remoteId: input.adoptedRemoteId });
    if (given !== undefined) return adopt(session, input, given);
    if (input.profile.mobile === undefined) {
      throw new AdoptionRefused(reasonFor("account-unknown", { account: input.adoptedRemoteId }));
    }
  }
  const remoteId = input.adoptedRemoteId ?? input.resourceId;
  if (input.intents.length > 0) {
    const found = await session.users.get({ ...input.context, remoteId });
    if (found !== undefined) return adopt(session, input, found);
  }
  await input.recordIntent(asJson(input.profile));
  try {
    const created = await session.users.create({ ...input.context, remoteId, profile: input.profile });
    return done("create", created.remoteId, input, created.warnings);
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind !== "conflict") throw error;
    const found = await findConflicting(session, input, remoteId, error);
    if (found === undefined) throw error;
    return adopt(session, input, found);
  }
}

/**
 * Who stands in the way of a create. The account of our own choosing is ours. Whoever holds the mobile number is
 * taken for the same person only with a second witness, the name or the job number: numbers are handed on.
 */
async function findConflicting(
  session: ConnectorSession,
  input: WriteUserInput,
  remoteId: string,
  conflict: ConnectorError,
): Promise<RemoteUser | undefined> {
  const own = await session.users.get({ ...input.context, remoteId });
  if (own !== undefined) return own;
  const { mobile } = input.profile;
  if (mobile === undefined || conflict.facts.field !== "mobile") return undefined;
  const holder = await session.users.findByMobile({ ...input.context, mobile });
  if (holder === undefined) return undefined;
  const sameName = holder.name === input.profile.name;
  const sameJobNumber = holder.jobNumber !== undefined && holder.jobNumber === input.profile.jobNumber;
  if (sameName || sameJobNumber) return holder;
  const reason = reasonFor("mobile-held", { account: holder.remoteId, name: holder.name });
  throw new AdoptionRefused(
    { ...reason, code: conflict.facts.code },
    (await input.linkedElsewhere(holder.remoteId)) ?? holder.remoteId,
  );
}

async function update(session: ConnectorSession, input: WriteUserInput, link: Link): Promise<Execution> {
  const held = [link.lastSent, ...input.intents];
  const changes = profileChanges(held, input.profile, input.isMapped);
  // The vendor keeps the number it was created with: that stays "last sent", and a warning about it stays visible.
  const keepsMobile = "mobile" in changes || !input.isMapped("mobile");
  const settled = (executed: Execution) =>
    keepsMobile ? withMobile(executed, link.lastSent["mobile"]) : executed;
  if (Object.keys(changes).length === 0) return settled(done("none", link.remoteId, input, []));
  await input.recordIntent(asJson(input.profile));
  try {
    const result = await session.users.update({
      ...input.context,
      remoteId: link.remoteId,
      changes,
      previousDepartmentRemoteIds: held.flatMap(departmentsIn),
    });
    return settled(done("update", link.remoteId, input, result.warnings));
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === "not-found")
      throw new RemoteVanished(link.remoteId);
    throw error;
  }
}

async function adopt(
  session: ConnectorSession,
  input: WriteUserInput,
  found: RemoteUser,
): Promise<Execution> {
  const { remoteId } = found;
  const holder = await input.linkedElsewhere(remoteId);
  if (holder !== undefined) {
    const reason = reasonFor("account-linked-elsewhere", { account: remoteId });
    throw new AdoptionRefused({ ...reason, code: "linked-elsewhere" }, holder);
  }
  // All departments of an account that we made ourselves are ours; of another's, those that are our groups.
  const previousDepartmentRemoteIds =
    remoteId === input.resourceId
      ? found.departmentRemoteIds
      : await input.ownDepartments(found.departmentRemoteIds);
  await input.recordIntent(asJson(input.profile));
  const { mobile: _unchangeable, ...changes } = {
    ...profileChanges(input.intents, input.profile, input.isMapped),
    ...input.profile,
  };
  const result = await session.users.update({
    ...input.context,
    remoteId,
    changes,
    previousDepartmentRemoteIds,
  });
  const executed = done("adopt", remoteId, input, result.warnings);
  return found.mobile === undefined ? executed : withMobile(executed, found.mobile);
}

function asJson(profile: UserProfile): JsonObject {
  return { ...profile } as unknown as JsonObject;
}

function departmentsIn(profile: JsonObject): string[] {
  const ids = profile["departmentRemoteIds"];
  return Array.isArray(ids) ? ids.map(String) : [];
}

function withMobile(executed: Execution, mobile: JsonObject[string] | undefined): Execution {
  if (executed.link.kind !== "set") return executed;
  const { mobile: _dropped, ...rest } = executed.link.lastSent;
  const lastSent = mobile === undefined ? rest : { ...rest, mobile };
  return { ...executed, link: { ...executed.link, lastSent } };
}

function done(
  action: Execution["action"],
  remoteId: string,
  input: WriteUserInput,
  warnings: string[],
): Execution {
  return {
    action,
    link: { kind: "set", remoteId, lastSent: asJson(input.profile) },
    notes: [...input.notes, ...warnings],
    awaited: input.awaited,
  };
}
