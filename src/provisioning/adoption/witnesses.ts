import { mobileDigits } from "../mapping/mobile-digits.js";
import { type AdoptionRules, WITNESSES, type Witness } from "./adoption-rules.js";

/** What is known of a person on one side, each in the form in which it is compared. */
export type WitnessValues = Partial<Record<Witness, string>>;

/** A person as a profile or as a record of the vendor has them. */
export interface Witnessed {
  name?: string | null | undefined;
  mobile?: string | null | undefined;
  jobNumber?: string | null | undefined;
  email?: string | null | undefined;
}

/** The witnesses of a person, written so that two spellings of the same are the same text. */
export function witnessesOf({ name, mobile, jobNumber, email }: Witnessed): WitnessValues {
  const given = {
    mobile: mobileDigits(mobile ?? ""),
    name: (name ?? "").normalize("NFC").trim(),
    jobNumber: (jobNumber ?? "").trim(),
    email: (email ?? "").trim().toLowerCase(),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
}

/** How two people compare; a witness that one side does not have is in neither list. */
export interface Agreement {
  agree: Witness[];
  disagree: Witness[];
}

/** Compares what is known of two people. */
export function compareWitnesses(one: WitnessValues, other: WitnessValues): Agreement {
  const known = WITNESSES.filter((witness) => one[witness] !== undefined && other[witness] !== undefined);
  return {
    agree: known.filter((witness) => one[witness] === other[witness]),
    disagree: known.filter((witness) => one[witness] !== other[witness]),
  };
}

/** Whether what agrees is enough, by the rules of the connection, to take two people for the same. */
export function isEnough(rules: AdoptionRules, { agree }: Agreement): boolean {
  return rules.witnesses.people.some((combination) =>
    combination.every((witness) => agree.includes(witness)),
  );
}

/** How much speaks for two people being the same. */
export type Strength = "certain" | "probable" | "weak";

/**
 * How much speaks for it: `certain` where enough agrees and nothing differs, `probable` where enough agrees, `weak` where
 * that is not so but somebody should look: the mobile number agrees, or no more differs than agrees. Undefined: nothing.
 */
export function strengthOf(rules: AdoptionRules, agreement: Agreement): Strength | undefined {
  const { agree, disagree } = agreement;
  if (isEnough(rules, agreement)) return disagree.length === 0 ? "certain" : "probable";
  if (agree.includes("mobile")) return "weak";
  return agree.length > 0 && agree.length >= disagree.length ? "weak" : undefined;
}
