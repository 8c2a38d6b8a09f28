import type { Database } from "../../persistence/database.js";
import type { Clock } from "../../platform/clock.js";
import { type AdoptionProposals, createAdoptionProposals } from "./proposals.js";

/** Linking to what exists at a vendor already, as administrators see to it. */
export interface Adoption {
  proposals: AdoptionProposals;
}

/** Makes the service. */
export function createAdoption(deps: { database: Database; clock: Clock }): Adoption {
  return { proposals: createAdoptionProposals(deps) };
}
