import type { ConnectorSession } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import type { CallContext, RemoteUser } from "../../connectors/operations.js";
import type { CompanyAccount, FirstPassword, UserProfile } from "../../connectors/profiles.js";
import type { DeliveryReason } from "../../outbox/delivery.js";
import type { Awaited } from "../../outbox/settle.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { accountIn } from "../accounts/account-of.js";
import type { Link } from "../decide/subject.js";
import { profileChanges } from "../mapping/profile-changes.js";
import type { MobileChangeRule } from "../mobile-change/mobile-change-rules.js";
import { reasonFor } from "../reasons.js";
import { AdoptionRefused, type Execution, RemoteVanished } from "./execution.js";
import { profilesOf } from "./intents.js";
import { type AdoptionInput, findProposedUser, judgeHolder } from "./proposed-user.js";
import { afterInterruption, createAnew, recreateUser } from "./recreate-user.js";

/** What the write of one person needs. */
export interface WriteUserInput {
  /** The SCIM id, which is also the remote id that we choose for people we create. */
  resourceId: string;
  profile: UserProfile;
  notes: string[];
  /** Whether the connection's mapping fills a field of the profile; one that it does not is left as it is. */
  isMapped(field: string): boolean;
  awaited: Awaited[];
  /** What a changed mobile number leads to. */
  mobileChange: MobileChangeRule;
  /** The fingerprint of a change of number. */
  proposalFor(before: string | undefined, after: string): string;
  /** Whether an administrator approved it. */
  isApproved(proposal: string): Promise<boolean>;
  /** Who decides about linking to an account that nobody named, and what is proposed. */
  adoption: AdoptionInput;
  /** For company accounts whose password the vendor keeps. */
  firstPassword: FirstPassword;
  link?: Link;
  /** A remote id given from outside (the dictionary attribute), to be adopted when there is no link. */
  adoptedRemoteId?: string;
  /** What earlier writes of ours may have made of the account without our knowing, oldest first. */
  intents: readonly JsonObject[];
  /** Notes a write before it is called. */
  recordIntent(profile: JsonObject): Promise<void>;
  /** Notes that an account is about to be linked and written. @throws NotYet while somebody else is at that */
  recordLinking(remoteId: string, profile: JsonObject): Promise<void>;
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
export async function writeUser(session: ConnectorSession, given: WriteUserInput): Promise<Execution> {
  if (given.link !== undefined) return updateLinked(session, given, given.link);
  const input = { ...given, intents: profilesOf(given.intents) };
  if (input.adoptedRemoteId !== undefined) {
    const account = await session.users.get({ ...input.context, remoteId: input.adoptedRemoteId });
    if (account !== undefined) return adopt(session, input, account);
    if (input.profile.mobile === undefined && input.profile.account === undefined) {
      throw new AdoptionRefused(reasonFor("account-unknown", { account: input.adoptedRemoteId }));
    }
  }
  const remoteId = input.adoptedRemoteId ?? input.resourceId;
  if (input.intents.length > 0) {
    const found = await session.users.get({ ...input.context, remoteId });
    if (found !== undefined) return adopt(session, input, found);
  }
  const proposed = await findProposedUser(session, input);
  if (proposed !== undefined) return adopt(session, input, proposed);
  // Only for linking, nothing was missing.
  if (
    input.adoption.verdict.kind === "adopt" &&
    input.profile.mobile === undefined &&
    !input.profile.account
  ) {
    throw new AdoptionRefused(reasonFor("mobile-missing"));
  }
  await input.recordIntent(asJson(input.profile));
  try {
    return await create(session, input, remoteId);
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind !== "conflict") throw error;
    const found = await findConflicting(session, input, remoteId, error);
    if (found === undefined) throw error;
    return adopt(session, input, found);
  }
}

async function create(
  session: ConnectorSession,
  input: WriteUserInput,
  remoteId: string,
): Promise<Execution> {
  const { profile, firstPassword, context } = input;
  const created = await session.users.create({
    ...context,
    remoteId,
    profile,
    ...(profile.account === undefined ? {} : { firstPassword }),
  });
  return done("create", created.remoteId, input, created.warnings);
}

/**
 * Who stands in the way of a create. The account of our own choosing is ours. Whoever holds the mobile number is
 * taken for the same person only with what else the rules of the connection ask for: numbers are handed on.
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
  return judgeHolder({ ...input, profile: { ...input.profile, mobile } }, holder, conflict.facts.code);
}

/**
 * A changed number that the rules do not just keep is a proposal first: until it is approved, everything else is
 * written and the delivery parked.
 */
async function updateLinked(
  session: ConnectorSession,
  input: WriteUserInput,
  given: Link,
): Promise<Execution> {
  const { remoteId } = given;
  const known = { ...input, intents: profilesOf(input.intents) };
  const anew = { ...input, profile: asJson(input.profile), link: given };
  let created: Execution | undefined;
  const createHere = async () => {
    created = await create(session, known, remoteId);
  };
  const link = await afterInterruption(session, anew);
  if (link === "gone") await createAnew(anew, createHere);
  if (created !== undefined) return { ...created, approvalUsed: true };
  if (link === "gone") throw new RemoteVanished(remoteId);

  const mobile = input.mobileChange === "keep" ? undefined : newMobile(known, link.lastSent);
  if (mobile === undefined) return update(session, known, link);
  const parked = proposalOf(input, link.lastSent, mobile);
  if (!(await input.isApproved(parked.proposal ?? "")))
    return { ...(await update(session, known, link)), parked };
  await recreateUser(session, { ...anew, link }, mobile, createHere);
  const renumbered = { remoteId, lastSent: { ...link.lastSent, mobile } };
  return { ...(created ?? (await update(session, known, renumbered))), approvalUsed: true };
}

/** The number of an ordinary member, where it should be another one than they have. */
function newMobile({ profile, isMapped }: WriteUserInput, lastSent: JsonObject): string | undefined {
  if (accountIn(lastSent) !== undefined) return undefined;
  const { mobile } = profileChanges([lastSent], profile, isMapped);
  return mobile ?? undefined;
}

async function update(session: ConnectorSession, input: WriteUserInput, link: Link): Promise<Execution> {
  const held = [link.lastSent, ...input.intents];
  const changes = profileChanges(held, input.profile, input.isMapped);
  const account = accountIn(link.lastSent);
  // The vendor keeps the number it was created with: that stays "last sent", and a warning about it stays visible.
  // Only an account of the company that signs in at the vendor has a number that can be changed.
  const keepsMobile =
    !input.isMapped("mobile") || ("mobile" in changes && !(account?.signIn === "vendor" && changes.mobile));
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
      ...(account === undefined ? {} : { account }),
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
  // In this order: whoever was at it and is settled meanwhile is linked by then.
  await input.recordLinking(remoteId, asJson(input.profile));
  const holder = await input.linkedElsewhere(remoteId);
  if (holder !== undefined) {
    const reason = reasonFor("account-linked-elsewhere", { account: remoteId });
    throw new AdoptionRefused({ ...reason, code: "linked-elsewhere" }, holder);
  }
  const previousDepartmentRemoteIds = await departmentsOfOurs(input, found);
  const {
    mobile: _unchangeable,
    account: wantedAccount,
    ...others
  } = { ...profileChanges(input.intents, input.profile, input.isMapped), ...input.profile };
  // What kind of account it is was decided by whoever made it.
  const { account } = found;
  const changes = account === undefined || !wantedAccount ? others : { ...others, account: wantedAccount };
  const result = await session.users.update({
    ...input.context,
    remoteId,
    changes,
    previousDepartmentRemoteIds,
    ...(account === undefined ? {} : { account }),
  });
  const executed = withAccount(done("adopt", remoteId, input, result.warnings), account);
  if (found.mobile === undefined) return executed;
  return withProposal(withMobile(executed, found.mobile), input);
}

/** An account that was found has another number than the person: what the rules say about that waits for its approval. */
function withProposal(adopted: Execution, input: WriteUserInput): Execution {
  if (adopted.link.kind !== "set" || input.mobileChange === "keep") return adopted;
  const { lastSent } = adopted.link;
  const mobile = newMobile(input, lastSent);
  return mobile === undefined ? adopted : { ...adopted, parked: proposalOf(input, lastSent, mobile) };
}

function proposalOf(input: WriteUserInput, lastSent: JsonObject, mobile: string): DeliveryReason {
  const before = lastSent["mobile"];
  const proposal = input.proposalFor(typeof before === "string" ? before : undefined, mobile);
  return { ...reasonFor("mobile-change-approval"), proposal };
}

/**
 * Which departments of an account we gave it: those that are our groups, and those that earlier writes were about to
 * give it. Of an account that carries the id we chose, without a note of a write of ours, all count as ours.
 */
async function departmentsOfOurs(input: WriteUserInput, found: RemoteUser): Promise<string[]> {
  if (found.remoteId === input.resourceId && input.intents.length === 0) return found.departmentRemoteIds;
  const ours = await input.ownDepartments(found.departmentRemoteIds);
  return [...ours, ...input.intents.flatMap(departmentsIn)];
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

function withAccount(executed: Execution, account: CompanyAccount | undefined): Execution {
  if (executed.link.kind !== "set") return executed;
  const { account: wanted, ...rest } = executed.link.lastSent;
  if (account === undefined) return { ...executed, link: { ...executed.link, lastSent: rest } };
  const lastSent = {
    ...rest,
    account: { ...account, ...accountIn({ account: wanted ?? null }), signIn: account.signIn },
  };
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
