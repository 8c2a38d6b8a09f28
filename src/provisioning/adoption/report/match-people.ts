import {
  type AdoptionPair,
  type Encounter,
  insertPairs,
  type Keys,
  listCompared,
  listEncounters,
  MOST_SHARED,
} from "../../../persistence/adoption-pair-store.js";
import type { AdoptionRules } from "../adoption-rules.js";
import { compareWitnesses, type Strength, strengthOf, type WitnessValues } from "../witnesses.js";
import type { ReportWork } from "./report-work.js";

/** People who are compared at once. */
const PAGE = 500;

const RANKS: Record<Strength, number> = { certain: 1, probable: 2, weak: 3 };
/** The words for the ranks of pairs. */
export const STRENGTHS: readonly Strength[] = ["certain", "probable", "weak"];

/**
 * Pairs people with the accounts that share something with them, as far as it speaks for anything. Where not everything
 * was read, only the mobile number tells: no two accounts of a company have the same.
 */
export async function matchPeople({ database, key, connection, unread, signal }: ReportWork): Promise<void> {
  let after: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    const page = await listCompared(database, key, { after, limit: PAGE });
    const encounters = await listEncounters(database, key, page);
    const pairs = pairsOf(encounters, connection.policy.adoption);
    const told = unread.size === 0 ? pairs : pairs.filter(({ agree }) => agree.includes("mobile"));
    await insertPairs(database, key, told);
    after = page.at(-1);
    if (page.length < PAGE) return;
  }
}

/** Judges encounters: each pair once, without those that met by a value that many share. Pure. */
export function pairsOf(encounters: readonly Encounter[], rules: AdoptionRules): AdoptionPair[] {
  const counts = new Map<string, number>();
  for (const { resourceId, by } of encounters) {
    counts.set(`${resourceId} ${by}`, (counts.get(`${resourceId} ${by}`) ?? 0) + 1);
  }
  const most = (by: Encounter["by"]) => (by === "name" ? 1 : MOST_SHARED);
  const pairs = new Map<string, AdoptionPair>();
  for (const { resourceId, remoteId, by, scim, vendor } of encounters) {
    if ((counts.get(`${resourceId} ${by}`) ?? 0) > most(by)) continue;
    const agreement = compareWitnesses(known(scim), known(vendor));
    const strength = strengthOf(rules, agreement);
    if (strength === undefined) continue;
    const rank = RANKS[strength];
    pairs.set(`${resourceId} ${remoteId}`, {
      resourceType: "User",
      resourceId,
      remoteId,
      ...agreement,
      rank,
    });
  }
  return [...pairs.values()];
}

function known(keys: Keys): WitnessValues {
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== null));
}
