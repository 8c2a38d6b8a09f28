import type { Database } from "../../persistence/database.js";
import type { Clock } from "../../platform/clock.js";
import { type AdoptionProposals, createAdoptionProposals } from "./proposals.js";
import { type AdoptionReports, createAdoptionReports } from "./report/reports.js";

/** Linking to what exists at a vendor already, as administrators see to it. */
export interface Adoption {
  proposals: AdoptionProposals;
  reports: AdoptionReports;
}

/** Makes the service. */
export function createAdoption(deps: { database: Database; clock: Clock }): Adoption {
  return { proposals: createAdoptionProposals(deps), reports: createAdoptionReports(deps) };
}
