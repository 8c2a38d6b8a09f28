import type { ConnectorSession } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import type { CallContext } from "../../connectors/operations.js";
import type { Awaited } from "../../outbox/settle.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import type { Link } from "../decide/subject.js";
import { type Execution, RemoteVanished } from "../write/execution.js";
import { mayHaveRemoved } from "../write/intents.js";
import { rolesIn } from "./role-link.js";

/** What giving a person their roles needs. */
export interface ApplyRolesInput {
  session: Pick<ConnectorSession, "roles">;
  /** The roles that the person should hold because of us; undefined: that is not for us to say at present. */
  wanted: readonly string[] | undefined;
  link: Link | undefined;
  /** What earlier writes of ours may have made of the account without our knowing. */
  intents: readonly JsonObject[];
  /** The write of the person, which comes first. */
  done: Execution;
  /** Notes a write before it is called. */
  recordIntent(profile: JsonObject): Promise<void>;
  /** A role is gone at the vendor: its group is to make another one. Answers what to wait for. */
  forgetRole(roleRemoteId: string): Promise<Awaited[]>;
  context: CallContext;
}

/**
 * Gives a person the roles that they should hold and takes away those that we gave and that are wanted no more; what
 * others gave them stays. A failure does not undo the write of the person: it comes back as `failed`, beside what is held
 * by then.
 * @throws RemoteVanished
 */
export async function applyRoles(input: ApplyRolesInput): Promise<Execution> {
  const { done, wanted, context } = input;
  if (done.link.kind !== "set") return done;
  const { surely, maybe } = heldBefore(input);
  if (wanted === undefined) return holding(done, surely);
  const missing = wanted.filter((id) => !surely.includes(id));
  const surplus = maybe.filter((id) => !wanted.includes(id));
  if (missing.length === 0 && surplus.length === 0) return holding(done, wanted);

  const { remoteId: userRemoteId, lastSent } = done.link;
  await input.recordIntent({ ...lastSent, roleRemoteIds: [...wanted] });
  const held = new Set(surely);
  const changed: Execution = done.action === "none" ? { ...done, action: "update" } : done;
  const awaited = [...done.awaited];
  const notes = [...done.notes];
  try {
    const gone = await give(input, userRemoteId, missing);
    for (const id of missing) if (!gone.includes(id)) held.add(id);
    for (const id of gone) {
      awaited.push(...(await input.forgetRole(id)));
      notes.push(`The role ${id} does not exist any more; the person gets the one that takes its place.`);
    }
    if (surplus.length > 0) {
      await input.session.roles.withdraw({ ...context, userRemoteId, roleRemoteIds: surplus });
      for (const id of surplus) held.delete(id);
    }
    return holding({ ...changed, awaited, notes }, [...held]);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    if (error.kind === "not-found") throw new RemoteVanished(userRemoteId);
    return { ...holding(changed, [...held]), failed: error };
  }
}

/** Gives roles; answers those that are gone, which keeps nobody from the others. */
async function give(
  { session, context }: ApplyRolesInput,
  userRemoteId: string,
  roleRemoteIds: readonly string[],
): Promise<string[]> {
  if (roleRemoteIds.length === 0) return [];
  try {
    await session.roles.assign({ ...context, userRemoteId, roleRemoteIds });
    return [];
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.facts.field !== "roleRemoteIds") throw error;
    const gone: string[] = [];
    for (const remoteId of roleRemoteIds) {
      if ((await session.roles.get({ ...context, remoteId })) === undefined) gone.push(remoteId);
    }
    if (gone.length === 0) throw error;
    const left = roleRemoteIds.filter((id) => !gone.includes(id));
    if (left.length > 0) await session.roles.assign({ ...context, userRemoteId, roleRemoteIds: left });
    return gone;
  }
}

/**
 * The roles that the account holds because of us: surely so, or maybe, as the answer to an earlier call was lost. A new
 * account holds none.
 */
function heldBefore({ link, intents, done }: ApplyRolesInput): { surely: string[]; maybe: string[] } {
  const intended = intents.map(rolesIn).filter((roles) => roles !== undefined);
  const isNew = done.action === "create" || mayHaveRemoved(intents);
  const sent = isNew ? [] : (link && rolesIn(link.lastSent)) || [];
  return {
    surely: sent.filter((id) => intended.every((roles) => roles.includes(id))),
    maybe: [...new Set([...sent, ...intended.flat()])],
  };
}

/** The execution with these roles as what was sent; none are left out. */
function holding(done: Execution, roles: readonly string[]): Execution {
  if (done.link.kind !== "set") return done;
  const { roleRemoteIds: _before, ...profile } = done.link.lastSent;
  const lastSent = roles.length === 0 ? profile : { ...profile, roleRemoteIds: [...roles] };
  return { ...done, link: { ...done.link, lastSent } };
}
