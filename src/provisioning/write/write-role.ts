import type { ConnectorSession } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import type { RemoteRole } from "../../connectors/operations.js";
import type { RoleProfile } from "../../connectors/profiles.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import type { Link } from "../decide/subject.js";
import { reasonFor } from "../reasons.js";
import { AdoptionRefused, type Execution, RemoteVanished } from "./execution.js";
import { mayHaveRemoved } from "./intents.js";
import type { StandIn } from "./stand-in.js";
import type { WriteInput } from "./write-input.js";

/** What the write of one role needs. */
export interface WriteRoleInput extends WriteInput {
  profile: RoleProfile;
  /** The other resource that is about to make a role of this name, or has made it and is not settled yet. */
  makerOf(made: JsonObject): Promise<string | undefined>;
  /** What to be called while this other resource of ours, which has to wait itself, has the name. */
  standInFor(holderResourceId: string): Promise<StandIn | undefined>;
  groups: RoleGroups;
  /** Whether a role that exists may be taken for the group's by its name. */
  adoptsByName: boolean;
}

/** In an intent: a role of this name was about to be made. No field of a profile. */
const CREATING = "roleCreated";

/** The groups of roles, by name. */
export interface RoleGroups {
  /** Its remote id; it is made where there is none. */
  ensure(name: string): Promise<string>;
  /** Its remote id, where it is known. */
  known(name: string): Promise<string | undefined>;
  /** It is gone at the vendor. */
  drop(name: string, remoteId: string): Promise<void>;
}

/**
 * Makes the vendor hold this role: renames it, or makes it, or adopts the one of its name. A role carries no stamp, so
 * before one is made it is looked for by its name, and what is about to be made is noted only when there is none: one that
 * is found after that is ours.
 * @throws ConnectorError, AdoptionRefused, RemoteVanished, NotYet
 */
export async function writeRole(
  session: Pick<ConnectorSession, "roles">,
  input: WriteRoleInput,
): Promise<Execution> {
  try {
    return await write(session, input);
  } catch (error) {
    const standIn = await standInAfter(error, input);
    if (standIn === undefined) throw error;
    const profile = { ...input.profile, name: standIn.name };
    const intents = [...input.intents, { ...input.profile }];
    const done = await write(session, { ...input, profile, intents, notes: [...input.notes, standIn.note] });
    return { ...done, awaited: [...done.awaited, standIn.awaited] };
  }
}

/**
 * The role that an earlier create made, if it did: one of a name that was about to be made, which nothing of ours is
 * linked to.
 */
export async function findIntendedRole(
  session: Pick<ConnectorSession, "roles">,
  input: Pick<WriteRoleInput, "intents" | "groups" | "linkedElsewhere" | "context">,
): Promise<RemoteRole | undefined> {
  for (const intent of input.intents.filter((one) => one[CREATING] === true)) {
    const found = await findMade(session, input, intent);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function findMade(
  session: Pick<ConnectorSession, "roles">,
  input: Pick<WriteRoleInput, "groups" | "linkedElsewhere" | "context">,
  intent: JsonObject,
): Promise<RemoteRole | undefined> {
  const groupRemoteId = await input.groups.known(String(intent["roleGroup"]));
  if (groupRemoteId === undefined) return undefined;
  const request = { ...input.context, groupRemoteId, name: String(intent["name"]) };
  const found = await session.roles.find(request).catch(absentWithItsGroup);
  if (found === undefined || (await input.linkedElsewhere(found.remoteId)) !== undefined) return undefined;
  return found;
}

/**
 * A create that came through late, when the role was there and had another name already, made a second one, which nobody
 * holds.
 */
async function removeSecond(
  session: Pick<ConnectorSession, "roles">,
  input: WriteRoleInput,
  link: Link,
): Promise<void> {
  for (const intent of input.intents) {
    if (intent[CREATING] !== true || intent["name"] === link.lastSent["name"]) continue;
    const found = await findMade(session, input, intent);
    if (found === undefined || found.remoteId === link.remoteId) continue;
    await input.recordIntent({ ...input.profile });
    await session.roles.remove({ ...input.context, remoteId: found.remoteId });
  }
}

async function standInAfter(error: unknown, input: WriteRoleInput): Promise<StandIn | undefined> {
  if (!(error instanceof AdoptionRefused) || error.holderResourceId === undefined) return undefined;
  return input.standInFor(error.holderResourceId);
}

async function write(session: Pick<ConnectorSession, "roles">, input: WriteRoleInput): Promise<Execution> {
  const { profile, link, context } = input;
  if (link !== undefined) return rename(session, input, link);
  const intended = await findIntendedRole(session, input);
  if (intended !== undefined) return take(session, input, intended, "create");
  const groupRemoteId = await input.groups.ensure(profile.roleGroup);
  try {
    const present = await session.roles.find({ ...context, groupRemoteId, name: profile.name });
    const adopted = present && (await adopt(session, input, present));
    if (adopted !== undefined) return adopted;
    await input.recordIntent({ ...profile, [CREATING]: true });
    const created = await session.roles.create({ ...context, groupRemoteId, name: profile.name });
    return done("create", created.remoteId, input);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    if (error.facts.field === "roleGroup") await input.groups.drop(profile.roleGroup, groupRemoteId);
    if (error.kind !== "conflict") throw error;
    // Made in the meantime, by a delivery of ours or by somebody.
    const found = await session.roles.find({ ...context, groupRemoteId, name: profile.name });
    const adopted = found && (await adopt(session, input, found));
    if (adopted === undefined) throw error;
    return adopted;
  }
}

async function rename(
  session: Pick<ConnectorSession, "roles">,
  input: WriteRoleInput,
  link: Link,
): Promise<Execution> {
  const { profile, context } = input;
  if (mayHaveRemoved(input.intents)) {
    const present = await session.roles.get({ ...context, remoteId: link.remoteId });
    if (present === undefined) throw new RemoteVanished(link.remoteId);
  }
  await removeSecond(session, input, link);
  const held = [link.lastSent, ...input.intents].map(({ name }) => name);
  if (held.every((name) => name === profile.name)) return done("none", link.remoteId, input);
  await input.recordIntent({ ...profile });
  try {
    await session.roles.rename({ ...context, remoteId: link.remoteId, name: profile.name });
    return done("update", link.remoteId, input);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    if (error.kind === "not-found") throw new RemoteVanished(link.remoteId);
    if (error.kind === "conflict") await refuseHeldName(session, input);
    throw error;
  }
}

/** Says which of our groups has the name, where one has. @throws AdoptionRefused */
async function refuseHeldName(
  session: Pick<ConnectorSession, "roles">,
  { profile, groups, linkedElsewhere, context }: WriteRoleInput,
): Promise<void> {
  const groupRemoteId = await groups.known(profile.roleGroup);
  if (groupRemoteId === undefined) return;
  const found = await session.roles.find({ ...context, groupRemoteId, name: profile.name });
  const holder = found && (await linkedElsewhere(found.remoteId));
  if (found === undefined || holder === undefined) return;
  throw new AdoptionRefused(reasonFor("role-name-taken", { name: found.name, role: found.remoteId }), holder);
}

/** Takes a role of this name that was there before us; undefined where it is gone by now. @throws AdoptionRefused, NotYet */
async function adopt(
  session: Pick<ConnectorSession, "roles">,
  input: WriteRoleInput,
  found: { remoteId: string; name: string },
): Promise<Execution | undefined> {
  // In this order: whoever was at it, or is settled in between, is linked by then.
  if (input.adoptsByName) await input.recordLinking(found.remoteId, { ...input.profile });
  const maker = await input.makerOf({
    name: found.name,
    roleGroup: input.profile.roleGroup,
    [CREATING]: true,
  });
  const holder = (await input.linkedElsewhere(found.remoteId)) ?? maker;
  if (holder !== undefined) {
    const reason = reasonFor("role-name-taken", { name: found.name, role: found.remoteId });
    throw new AdoptionRefused(reason, holder);
  }
  if (!input.adoptsByName) {
    throw new AdoptionRefused(reasonFor("role-exists", { name: found.name, role: found.remoteId }));
  }
  // Nothing is written to it that would tell: whoever had it may have removed it, and have been settled, since it was found.
  if ((await session.roles.get({ ...input.context, remoteId: found.remoteId })) === undefined)
    return undefined;
  const note = `A role "${found.name}" was there already and is used; whoever holds it keeps it.`;
  return take(session, { ...input, notes: [...input.notes, note] }, found, "adopt");
}

async function take(
  session: Pick<ConnectorSession, "roles">,
  input: WriteRoleInput,
  found: { remoteId: string; name: string },
  action: "adopt" | "create",
): Promise<Execution> {
  const { profile } = input;
  if (found.name !== profile.name) {
    const lastSent = { ...profile, name: found.name };
    const renamed = await rename(session, input, { remoteId: found.remoteId, lastSent });
    return { ...renamed, action };
  }
  return done(action, found.remoteId, input);
}

function absentWithItsGroup(error: unknown): undefined {
  if (error instanceof ConnectorError && error.facts.field === "roleGroup") return undefined;
  throw error;
}

function done(action: Execution["action"], remoteId: string, input: WriteRoleInput): Execution {
  return {
    action,
    link: { kind: "set", remoteId, lastSent: { ...input.profile } },
    notes: input.notes,
    awaited: [],
  };
}
