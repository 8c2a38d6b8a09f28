import { PROFILES, type Profile, type Quirk, quirksOf } from "./quirks.js";

/** What many requests of one client say together. */
export interface ProfileJudgement {
  /** The narrowest profile that fits the client; undefined without requests. */
  recognised: Exclude<Profile, "auto"> | undefined;
  /** For each profile, which of the client's quirks it would refuse: none where it can be chosen without harm. */
  wouldRefuse: Record<Profile, Quirk[]>;
}

/**
 * Judges a client by its requests: a vendor's profile where one gave the vendor away, the most frequent first; else
 * `interop` where a quirk was needed; else `rfc`.
 *
 * @param recognised how many requests spoke for which profile
 * @param quirks what its requests needed
 */
export function judgeProfile(
  recognised: readonly { name: string; requests: number }[],
  quirks: readonly Quirk[],
): ProfileJudgement {
  const refusals = PROFILES.map((profile): [Profile, Quirk[]] => [
    profile,
    quirks.filter((quirk) => !quirksOf(profile).has(quirk)),
  ]);
  const mostFrequentFirst = [...recognised].sort((left, right) => right.requests - left.requests);
  const vendor = mostFrequentFirst
    .map(({ name }) => VENDORS.find((candidate) => candidate === name))
    .find((candidate) => candidate !== undefined);
  const isInterop = quirks.length > 0 || recognised.some(({ name }) => name === "interop");
  const other = isInterop ? "interop" : "rfc";
  return {
    recognised: recognised.length === 0 ? undefined : (vendor ?? other),
    wouldRefuse: Object.fromEntries(refusals) as Record<Profile, Quirk[]>,
  };
}

const VENDORS = ["entra", "okta", "idaas"] as const satisfies readonly Profile[];
