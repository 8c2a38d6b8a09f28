import type { ConnectorSession } from "../../connectors/connector.js";
import type { Execution } from "./execution.js";
import { isToReturn } from "./intents.js";
import type { WriteUserInput } from "./write-user-input.js";
import { done } from "./written-user.js";

/** Makes the account. @throws ConnectorError */
export async function createUser(
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
 * What a person comes to who turned out not to be there, where they are not to be made. One whose account was removed for
 * the sake of its number is made again also when SCIM has stopped wanting them: what the rules do with such people, they
 * do with those who are there.
 */
export function leftOutIfAbsent({ ifAbsent, intents, link }: WriteUserInput): Execution | undefined {
  if (ifAbsent === undefined || isToReturn(intents)) return undefined;
  const { reason, awaited } = ifAbsent;
  return {
    action: "none",
    link: { kind: link === undefined ? "keep" : "delete" },
    notes: [],
    awaited,
    skipped: reason,
  };
}
