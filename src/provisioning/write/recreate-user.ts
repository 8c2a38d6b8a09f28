import type { ConnectorSession } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import type { CallContext } from "../../connectors/operations.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import type { Link } from "../decide/subject.js";
import { reasonFor } from "../reasons.js";
import { AdoptionRefused } from "./execution.js";
import { mayHaveRemoved, recreationOf } from "./intents.js";

/** What removing an account and creating it anew needs. */
export interface RecreateInput {
  context: CallContext;
  profile: JsonObject;
  intents: readonly JsonObject[];
  link: Link;
  recordIntent(profile: JsonObject): Promise<void>;
  linkedElsewhere(remoteId: string): Promise<string | undefined>;
}

/**
 * What an interrupted {@link recreateUser} left behind: the link with the number the account has by now, or "gone"
 * where it was removed and not created any more.
 */
export async function afterInterruption(
  session: ConnectorSession,
  { context, intents, link }: RecreateInput,
): Promise<Link | "gone"> {
  if (!mayHaveRemoved(intents)) return link;
  const found = await session.users.get({ ...context, remoteId: link.remoteId });
  if (found === undefined) return "gone";
  return found.mobile === undefined
    ? link
    : { ...link, lastSent: { ...link.lastSent, mobile: found.mobile } };
}

/**
 * Gives a person another mobile number the only way there is: the account is removed and created under the same id.
 * Whoever holds the new number is looked for first, so a number of somebody else removes nobody.
 * @returns whether the account was created; false where it has the number already
 * @throws ConnectorError, AdoptionRefused
 */
export async function recreateUser(
  session: ConnectorSession,
  input: RecreateInput,
  mobile: string,
  create: () => Promise<void>,
): Promise<boolean> {
  const { context, link } = input;
  const { remoteId } = link;
  const holder = await session.users.findByMobile({ ...context, mobile });
  if (holder?.remoteId === remoteId) return false;
  if (holder !== undefined) {
    const reason = reasonFor("mobile-held", { account: holder.remoteId, name: holder.name });
    throw new AdoptionRefused(reason, (await input.linkedElsewhere(holder.remoteId)) ?? holder.remoteId);
  }
  await createAnew(input, async () => {
    await session.users.remove({ ...context, remoteId });
    await create();
  });
  return true;
}

/** Runs calls during which the account may be missing, so that neither a crash nor a refusal lets it be forgotten. */
export async function createAnew(
  input: Pick<RecreateInput, "profile" | "recordIntent">,
  calls: () => Promise<void>,
): Promise<void> {
  await input.recordIntent(recreationOf(input.profile));
  try {
    await calls();
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    throw new ConnectorError(error.kind, { ...error.facts, mayHaveApplied: true }, { cause: error.cause });
  }
}
