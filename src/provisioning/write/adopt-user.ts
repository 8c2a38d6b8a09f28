import type { ConnectorSession } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import type { RemoteUser } from "../../connectors/operations.js";
import { profileChanges } from "../mapping/profile-changes.js";
import { reasonFor } from "../reasons.js";
import { AdoptionRefused, type Execution } from "./execution.js";
import { newMobile, proposalOf } from "./number-change.js";
import type { WriteUserInput } from "./write-user-input.js";
import { asJson, departmentsIn, done, withAccount, withMobile } from "./written-user.js";

/** Links an account that is there and writes the person to it. @throws ConnectorError, AdoptionRefused, NotYet */
export async function adoptUser(
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
  const request = { ...input.context, remoteId, changes, previousDepartmentRemoteIds };
  const result = await session.users
    .update({ ...request, ...(account !== undefined && { account }) })
    .catch(goneSinceItWasFound);
  const executed = withAccount(done("adopt", remoteId, input, result.warnings), account);
  if (found.mobile === undefined) return executed;
  return withProposal(withMobile(executed, found.mobile), input);
}

/** Whoever had the account may have removed it meanwhile: another look tells, so the person need not be parked. */
function goneSinceItWasFound(error: unknown): never {
  if (!(error instanceof ConnectorError) || error.kind !== "not-found") throw error;
  throw new ConnectorError("conflict", error.facts, { cause: error });
}

/** An account that was found has another number than the person: what the rules say about that waits for its approval. */
function withProposal(adopted: Execution, input: WriteUserInput): Execution {
  if (adopted.link.kind !== "set" || input.mobileChange === "keep") return adopted;
  const { lastSent } = adopted.link;
  const mobile = newMobile(input, lastSent);
  return mobile === undefined ? adopted : { ...adopted, parked: proposalOf(input, lastSent, mobile) };
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
