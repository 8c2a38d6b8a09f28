import { DELIVERY_CHANNEL } from "../outbox/delivery.js";
import { type ChangedGroup, changeMembers } from "../persistence/hot/change-members.js";
import { retryingContention } from "../persistence/retry-contention.js";
import { isId } from "../platform/ids.js";
import type { MembershipChange } from "../scim/patch/membership.js";
import { causeOf, type DirectoryParts } from "./directory-parts.js";
import type { RequestContext } from "./request-context.js";

/**
 * Carries out, in one statement, a membership change that only names users to be added or removed: what identity
 * providers send all day. Returns undefined, with nothing changed, for any other change; the transaction that knows
 * groups below groups, filters and refusals takes those.
 */
export async function changeNamedMembers(
  { database, clock }: DirectoryParts,
  context: RequestContext,
  groupId: string,
  changes: readonly MembershipChange[],
): Promise<ChangedGroup | undefined> {
  const added = new Set<string>();
  const removed = new Set<string>();
  for (const change of changes) {
    if (change.kind === "add") for (const member of change.members) added.add(member.value);
    else if (change.kind === "remove") for (const id of change.ids) removed.add(id);
    else return undefined;
  }
  // Somebody named twice is a question of order.
  if ([...added].some((id) => !isId(id) || removed.has(id))) return undefined;
  const cause = causeOf(context, clock.now());
  const delta = { groupId, added: [...added], removed: [...removed].filter(isId) };
  const group = await retryingContention(() => changeMembers(database, cause, delta));
  if (group?.isChanged) database.hint(DELIVERY_CHANNEL);
  return group;
}
