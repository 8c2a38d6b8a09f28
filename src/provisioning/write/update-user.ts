import type { ConnectorSession } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import { accountIn } from "../accounts/account-of.js";
import type { Link } from "../decide/subject.js";
import { profileChanges } from "../mapping/profile-changes.js";
import { createUser, leftOutIfAbsent } from "./create-user.js";
import { type Execution, RemoteVanished } from "./execution.js";
import { profilesOf } from "./intents.js";
import { newMobile, proposalOf } from "./number-change.js";
import { afterInterruption, createAnew, recreateUser } from "./recreate-user.js";
import type { WriteUserInput } from "./write-user-input.js";
import { asJson, departmentsIn, done, withMobile } from "./written-user.js";

/**
 * A changed number that the rules do not just keep is a proposal first: until it is approved, everything else is
 * written and the delivery parked.
 */
export async function updateLinked(
  session: ConnectorSession,
  input: WriteUserInput,
  given: Link,
): Promise<Execution> {
  const { remoteId } = given;
  const known = { ...input, intents: profilesOf(input.intents) };
  const anew = { ...input, profile: asJson(input.profile), link: given };
  let created: Execution | undefined;
  const createHere = async () => {
    created = await createUser(session, known, remoteId);
  };
  const link = await afterInterruption(session, anew);
  const leftOut = link === "gone" ? leftOutIfAbsent(input) : undefined;
  if (leftOut !== undefined) return leftOut;
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
