import { z } from "zod";
import { ConnectorError } from "../errors.js";
import type { CallContext } from "../operations.js";
import type { DingTalkClient } from "./client.js";

const heldTextsGuard = z.object({ result: z.record(z.string(), z.unknown()) });

/**
 * Whether DingTalk clears a text for an empty one is not documented, so it is read back. Answers a warning for each
 * field that still has a value, and one where the person can not be read; a field that the app may not read counts
 * as cleared. The update before was made all the same, so this never fails.
 * @param cleared fields by our name and their name on the wire
 */
export async function warnOfKeptTexts(
  client: DingTalkClient,
  remoteId: string,
  cleared: readonly (readonly [field: string, wireName: string])[],
  context: CallContext,
): Promise<string[]> {
  const path = "/topapi/v2/user/get";
  const request = { host: "old", method: "POST", path, subject: "user", write: false } as const;
  try {
    const { result } = await client.call(
      { ...request, body: { userid: remoteId }, guard: heldTextsGuard },
      context,
    );
    return cleared
      .filter(([, wireName]) => typeof result[wireName] === "string" && result[wireName] !== "")
      .map(([field]) => `The ${field} was kept: DingTalk did not clear it. Remove it in DingTalk's console.`);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const names = cleared.map(([field]) => field).join(", ");
    return [
      `Whether DingTalk cleared ${names} is not known: reading the person failed (${error.facts.code}).`,
    ];
  }
}
