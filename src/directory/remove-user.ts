import { DELIVERY_CHANNEL } from "../outbox/delivery.js";
import { readUser } from "../persistence/hot/change-user.js";
import { removeUserRow } from "../persistence/hot/remove-user.js";
import { retryingContention } from "../persistence/retry-contention.js";
import { ScimError } from "../scim/errors.js";
import { causeOf, type DirectoryParts, missing } from "./directory-parts.js";
import { managerNames } from "./manager-references.js";
import { checkPrecondition } from "./precondition.js";
import type { RequestContext } from "./request-context.js";

/** A removal that lost so often against changes of the same user meets a client in a loop. */
const TRIES = 10;

/**
 * Removes a user in two statements: reading it says what is in the search index and which names others know it by.
 * @throws ScimError 404, 412; 503 when the user changed at each of many tries
 */
export function removeUser(
  parts: DirectoryParts,
  context: RequestContext,
  id: string,
  ifMatch: string | undefined,
): Promise<void> {
  return parts.turns(id, () => removeInTurn(parts, context, id, ifMatch));
}

async function removeInTurn(
  parts: DirectoryParts,
  context: RequestContext,
  id: string,
  ifMatch: string | undefined,
): Promise<void> {
  const { database } = parts;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const stored = await readUser(database, context.tenantId, id);
    if (!stored) throw missing("User", id);
    checkPrecondition(ifMatch, stored.version);
    const names = managerNames(id, stored.doc);
    const cause = causeOf(context, parts.clock.now());
    if (await retryingContention(() => removeUserRow(database, cause, stored, names))) {
      database.hint(DELIVERY_CHANNEL);
      return;
    }
  }
  throw new ScimError(503, "The user is being changed by others all the time; try again.");
}
