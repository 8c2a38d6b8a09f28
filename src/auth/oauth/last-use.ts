import { noteClientUse } from "../../persistence/client-store.js";
import type { Queryable } from "../../persistence/database.js";
import { noteLongLivedTokenUse } from "../../persistence/long-lived-token-store.js";
import type { Clock } from "../../platform/clock.js";

/** How exactly the last use of a client or token is known, in milliseconds. */
const RESOLUTION_MS = 300_000;

interface Used {
  tenantId: string;
  id: string;
  lastUsedAt: Date | null;
}

/** Notes that a client, and its long-lived token where one was sent, was seen: one write in five minutes for each. */
export async function noteUse(
  deps: { database: Queryable; clock: Clock },
  client: Used,
  token?: Used,
): Promise<void> {
  const now = deps.clock.now();
  const since = new Date(now.getTime() - RESOLUTION_MS);
  const isDue = ({ lastUsedAt }: Used) => lastUsedAt === null || lastUsedAt <= since;
  if (isDue(client)) await noteClientUse(deps.database, client, now, since);
  if (token && isDue(token)) await noteLongLivedTokenUse(deps.database, token, now, since);
}
