import {
  type AdoptionReport,
  claimReport,
  endReport,
} from "../../../src/persistence/adoption-report-store.js";
import type { Database } from "../../../src/persistence/database.js";
import type { Clock } from "../../../src/platform/clock.js";
import { type Adoption, createAdoption } from "../../../src/provisioning/adoption/adoption.js";
import { performReport } from "../../../src/provisioning/adoption/report/perform-report.js";
import type { OpenConnections } from "../../../src/provisioning/connections/connection-at-work.js";
import type { FakeClock } from "../../support/fake-clock.js";

/** What reports of a test are made with. */
export interface Reporting {
  database: Database;
  clock: FakeClock;
  connections: OpenConnections;
  context: { tenantId: string; actor: string; correlationId: string };
  connectionId: string;
}

/** Asks for a report and makes it, as a worker would; time passes only where the report waits. */
export async function makeReport(given: Reporting): Promise<{ report: AdoptionReport; adoption: Adoption }> {
  const { database, clock, context, connectionId } = given;
  const adoption = createAdoption({ database, clock });
  await adoption.reports.start(context, connectionId);
  await carryOut(given);
  const { report } = await adoption.reports.overview(context.tenantId, connectionId);
  if (report === undefined) throw new Error("there is no report");
  return { report, adoption };
}

async function carryOut({ database, clock, connections }: Reporting): Promise<void> {
  const report = await claimReport(database, clock.now(), 60_000);
  if (report === undefined) throw new Error("the report was not queued");
  let over = false;
  const making = performReport(
    { database, clock: clock satisfies Clock, connections },
    report,
    new AbortController().signal,
  ).finally(() => {
    over = true;
  });
  while (!over) {
    if (clock.sleeping() > 0) await clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { end, written } = await making;
  if (!written) await endReport(database, report, end, clock.now());
}
