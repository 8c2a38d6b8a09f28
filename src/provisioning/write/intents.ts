import type { JsonObject } from "../../scim/schema/attribute.js";

/** In an intent: what is held at the vendor was about to be removed. No field of a profile. */
const REMOVING = "accountRemoved";

/** In an intent, beside that: it was to be made anew at once. */
const RETURNING = "accountToReturn";

/** In an intent: which remote object was about to be linked. No field of a profile either. */
const LINKING = "linkedRemoteId";

/** Intents as profiles, without the marks. */
export function profilesOf(intents: readonly JsonObject[]): JsonObject[] {
  return intents.map(
    ({ [REMOVING]: _removing, [RETURNING]: _returning, [LINKING]: _linking, ...profile }) => profile,
  );
}

/** The intent to link a remote object that is there, and to write this profile to it. */
export function linkingOf(remoteId: string, profile: JsonObject = {}): JsonObject {
  return { ...profile, [LINKING]: remoteId };
}

/** The intent to remove what holds this profile. */
export function removalOf(profile: JsonObject): JsonObject {
  return { ...profile, [REMOVING]: true };
}

/** The intent to make anew, with this profile, what is removed before that, or was removed already. */
export function recreationOf(profile: JsonObject): JsonObject {
  return { ...removalOf(profile), [RETURNING]: true };
}

/** Whether any of these writes may have removed the remote object. */
export function mayHaveRemoved(intents: readonly JsonObject[]): boolean {
  return intents.some((intent) => intent[REMOVING] === true);
}

/** Whether what is missing was about to be there again: the last removal was one for the sake of a new beginning. */
export function isToReturn(intents: readonly JsonObject[]): boolean {
  return intents.findLast((intent) => intent[REMOVING] === true)?.[RETURNING] === true;
}
