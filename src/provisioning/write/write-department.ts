import type { ConnectorSession } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import type { CallContext, RemoteDepartment } from "../../connectors/operations.js";
import type { Changes, DepartmentProfile } from "../../connectors/profiles.js";
import type { Awaited } from "../../outbox/settle.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import type { Link } from "../decide/subject.js";
import { profileChanges } from "../mapping/profile-changes.js";
import { reasonFor } from "../reasons.js";
import { AdoptionRefused, type Execution, RemoteVanished } from "./execution.js";
import { mayHaveRemoved, profilesOf } from "./intents.js";
import { findProposedDepartment, judgeNamesake } from "./proposed-department.js";
import type { StandIn } from "./stand-in.js";
import type { MappedWriteInput } from "./write-input.js";

/**
 * The department that an earlier create made, if it did. It is looked for where it was meant to be, as the group may
 * have been renamed, moved or removed since; only our stamp makes it ours.
 */
export async function findIntended(
  session: ConnectorSession,
  intents: readonly JsonObject[],
  sourceId: string,
  context: CallContext,
  otherThan?: string,
): Promise<string | undefined> {
  for (const { name, parentRemoteId } of intents) {
    if (typeof name !== "string" || typeof parentRemoteId !== "string") continue;
    const found = await session.departments.find({ ...context, name, parentRemoteId, sourceId });
    if (found?.sourceId === sourceId && found.remoteId !== otherThan) return found.remoteId;
  }
  return undefined;
}

/** What the write of one department needs. */
export interface WriteDepartmentInput extends MappedWriteInput {
  profile: DepartmentProfile;
  /** References left out for now, or to be followed. */
  awaited: Awaited[];
  /** What to be called while this other resource of ours, which has to wait itself, has the name. */
  standInFor(holderResourceId: string): Promise<StandIn | undefined>;
}

/**
 * Makes the vendor hold this department: updates what changed, or creates it, or adopts the one that is there. Where
 * its name is held by a department of ours that waits itself, maybe for this one, it goes by another name until then.
 * @throws ConnectorError, AdoptionRefused, RemoteVanished
 */
export async function writeDepartment(
  session: ConnectorSession,
  given: WriteDepartmentInput,
): Promise<Execution> {
  const input = { ...given, intents: profilesOf(given.intents) };
  if (input.link !== undefined) await settleDoubts(session, input, input.link, mayHaveRemoved(given.intents));
  try {
    return await write(session, input);
  } catch (error) {
    const holder = holderOfName(error);
    const standIn = holder === undefined ? undefined : await input.standInFor(holder);
    if (standIn === undefined) throw error;
    const profile = { ...input.profile, name: standIn.name };
    // What was refused was noted as well, and may have been applied before the refusal was found.
    const intents = [...input.intents, { ...input.profile }];
    const done = await write(session, { ...input, profile, intents, notes: [...input.notes, standIn.note] });
    return { ...done, awaited: [...done.awaited, standIn.awaited] };
  }
}

/**
 * What writes that nobody saw answered may have done to a linked department after it was looked at: removed it, or made
 * a second one. Only our stamp makes that one ours to remove, and nobody was ever put into it by us.
 */
async function settleDoubts(
  session: ConnectorSession,
  input: WriteDepartmentInput,
  { remoteId }: Link,
  mayBeGone: boolean,
): Promise<void> {
  const { context, profile, intents } = input;
  if (mayBeGone && (await session.departments.get({ ...context, remoteId })) === undefined)
    throw new RemoteVanished(remoteId);
  const elsewhere = intents.filter(
    ({ name, parentRemoteId }) => name !== profile.name || parentRemoteId !== profile.parentRemoteId,
  );
  const second = await findIntended(session, elsewhere, profile.sourceId, context, remoteId);
  if (second === undefined) return;
  await input.recordIntent({ ...profile });
  await session.departments.remove({ ...context, remoteId: second });
}

function holderOfName(error: unknown): string | undefined {
  return error instanceof AdoptionRefused && error.reason.code === "name-taken"
    ? error.holderResourceId
    : undefined;
}

async function write(session: ConnectorSession, input: WriteDepartmentInput): Promise<Execution> {
  if (input.link !== undefined) return update(session, input, input.link);
  if (input.adoptedRemoteId !== undefined) return adopt(session, input, input.adoptedRemoteId);
  const earlier = await findIntended(session, input.intents, input.profile.sourceId, input.context);
  if (earlier !== undefined) return adopt(session, input, earlier);
  const proposed = await findProposedDepartment(session, input);
  if (proposed !== undefined) return adopt(session, input, proposed);
  await input.recordIntent({ ...input.profile });
  try {
    const created = await session.departments.create({ ...input.context, profile: input.profile });
    return done("create", created.remoteId, input, created.warnings);
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind !== "conflict") throw error;
    const found = await find(session, input);
    if (found === undefined) throw error;
    const isOurs = found.sourceId === input.profile.sourceId;
    return adopt(session, input, isOurs ? found.remoteId : await judgeNamesake(input, found));
  }
}

/** The department that carries our stamp, else an unstamped one of the same name below the same parent. */
async function find(
  session: ConnectorSession,
  input: WriteDepartmentInput,
): Promise<RemoteDepartment | undefined> {
  const { parentRemoteId, name, sourceId } = input.profile;
  const found = await session.departments.find({ ...input.context, parentRemoteId, name, sourceId });
  if (found === undefined) return undefined;
  if (found.sourceId !== undefined && found.sourceId !== sourceId) {
    throw new AdoptionRefused(
      reasonFor("name-taken", { name: found.name, department: found.remoteId, owner: found.sourceId }),
      (await input.linkedElsewhere(found.remoteId)) ?? found.sourceId,
    );
  }
  return found;
}

async function update(
  session: ConnectorSession,
  input: WriteDepartmentInput,
  link: Link,
): Promise<Execution> {
  const changes = profileChanges([link.lastSent, ...input.intents], input.profile, input.isMapped);
  if (Object.keys(changes).length === 0) return done("none", link.remoteId, input, []);
  await input.recordIntent({ ...input.profile });
  try {
    const warnings = await change(session, input, link.remoteId, changes);
    return done("update", link.remoteId, input, warnings);
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === "not-found")
      throw new RemoteVanished(link.remoteId);
    throw error;
  }
}

/** Changes a department; where its new name is taken, the refusal says by whom. */
async function change(
  session: ConnectorSession,
  input: WriteDepartmentInput,
  remoteId: string,
  changes: Changes<DepartmentProfile>,
): Promise<string[]> {
  try {
    return (await session.departments.update({ ...input.context, remoteId, changes })).warnings;
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === "conflict") await find(session, input);
    throw error;
  }
}

async function adopt(
  session: ConnectorSession,
  input: WriteDepartmentInput,
  remoteId: string,
): Promise<Execution> {
  // In this order: whoever was at it and is settled meanwhile is linked by then.
  await input.recordLinking(remoteId, { ...input.profile });
  const holder = await input.linkedElsewhere(remoteId);
  if (holder !== undefined) {
    const reason = reasonFor("department-linked-elsewhere", { department: remoteId });
    throw new AdoptionRefused({ ...reason, code: "linked-elsewhere" }, holder);
  }
  const changes = { ...profileChanges(input.intents, input.profile, input.isMapped), ...input.profile };
  const warnings = await change(session, input, remoteId, changes);
  return done("adopt", remoteId, input, warnings);
}

function done(
  action: Execution["action"],
  remoteId: string,
  input: WriteDepartmentInput,
  warnings: string[],
): Execution {
  return {
    action,
    link: { kind: "set", remoteId, lastSent: { ...input.profile } as JsonObject },
    notes: [...input.notes, ...warnings],
    awaited: input.awaited,
  };
}
