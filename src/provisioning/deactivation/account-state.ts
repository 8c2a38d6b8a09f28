import type { ConnectorSession } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import type { CallContext } from "../../connectors/operations.js";
import type { LinkMarks } from "../../persistence/link-store.js";
import type { Decision } from "../decide/decision.js";
import type { Link } from "../decide/subject.js";
import { reasonFor } from "../reasons.js";
import type { Execution } from "../write/execution.js";

/**
 * Lets an account sign in or stops it, as far as the decision says so and it is not known to be so already. An ordinary
 * member's account cannot be stopped: the delivery is parked and says so.
 * @param stillOurs throws if the delivery has passed to another worker
 */
export async function applyAccountState(
  session: Pick<ConnectorSession, "users">,
  decision: Extract<Decision, { kind: "write-user" }>,
  link: Link | undefined,
  done: Execution,
  context: CallContext,
  stillOurs: () => Promise<void>,
): Promise<Execution> {
  const { enabled } = decision;
  if (enabled === undefined || done.link.kind !== "set") return done;
  if (enabled === (link?.disabled !== true)) return done;
  await stillOurs();
  try {
    const { remoteId } = done.link;
    await session.users.setEnabled({ ...context, remoteId, enabled, reason: "Inactive in the directory" });
    return done.action === "none" ? { ...done, action: "update" } : done;
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind !== "rejected" || enabled) throw error;
    return { ...done, parked: reasonFor("disable-not-possible", { detail: error.facts.message }) };
  }
}

/** What the link notes after a write, beside what was sent; undefined where that is nothing new. */
export function marksAfter(
  decision: Decision,
  link: Link | undefined,
  done: Execution,
): LinkMarks | undefined {
  const writes = ["write-user", "write-department", "write-role"].includes(decision.kind);
  if (!writes) return undefined;
  const before = marksOf(link);
  const user = decision.kind === "write-user" ? decision : undefined;
  const since = user?.unwantedSince ?? null;
  const changed = user?.enabled !== undefined && done.parked === undefined;
  const after = {
    unwantedSince: since,
    disabled: changed ? user?.enabled === false : before.disabled,
    kept: since !== null && before.kept,
  };
  const same =
    before.unwantedSince?.getTime() === since?.getTime() &&
    before.disabled === after.disabled &&
    before.kept === after.kept;
  return same ? undefined : after;
}

/** What a link notes, in full. */
export function marksOf(link: Link | undefined): LinkMarks {
  return {
    unwantedSince: link?.unwantedSince ?? null,
    disabled: link?.disabled === true,
    kept: link?.kept === true,
  };
}
