import type { ConnectorSession } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import type { RemoteUser } from "../../connectors/operations.js";
import { reasonFor } from "../reasons.js";
import { adoptUser } from "./adopt-user.js";
import { createUser, leftOutIfAbsent } from "./create-user.js";
import { AdoptionRefused, type Execution } from "./execution.js";
import { profilesOf } from "./intents.js";
import { findProposedUser, judgeHolder } from "./proposed-user.js";
import { updateLinked } from "./update-user.js";
import type { WriteUserInput } from "./write-user-input.js";
import { asJson } from "./written-user.js";

/**
 * Makes the vendor hold this person: updates what changed, or creates them, or adopts the account that is there.
 * @throws ConnectorError, AdoptionRefused, RemoteVanished
 */
export async function writeUser(session: ConnectorSession, given: WriteUserInput): Promise<Execution> {
  if (given.link !== undefined) return updateLinked(session, given, given.link);
  const input = { ...given, intents: profilesOf(given.intents) };
  if (input.adoptedRemoteId !== undefined) {
    const account = await session.users.get({ ...input.context, remoteId: input.adoptedRemoteId });
    if (account !== undefined) return adoptUser(session, input, account);
    if (input.profile.mobile === undefined && input.profile.account === undefined) {
      throw new AdoptionRefused(reasonFor("account-unknown", { account: input.adoptedRemoteId }));
    }
  }
  const remoteId = input.adoptedRemoteId ?? input.resourceId;
  if (input.intents.length > 0) {
    const found = await session.users.get({ ...input.context, remoteId });
    if (found !== undefined) return adoptUser(session, input, found);
  }
  const proposed = await findProposedUser(session, input);
  if (proposed !== undefined) return adoptUser(session, input, proposed);
  const leftOut = leftOutIfAbsent(given);
  if (leftOut !== undefined) return leftOut;
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
    return await createUser(session, input, remoteId);
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind !== "conflict") throw error;
    const found = await findConflicting(session, input, remoteId, error);
    if (found === undefined) throw error;
    return adoptUser(session, input, found);
  }
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
