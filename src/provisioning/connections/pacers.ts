import type { Pacer } from "../../connectors/connector.js";
import { createPacer, DEFAULT_RATE_PER_SECOND } from "../../connectors/pacer.js";
import type { Connection } from "../../persistence/connection-store.js";
import type { Database } from "../../persistence/database.js";
import type { Clock } from "../../platform/clock.js";
import { createSharedPacer } from "./shared-pacer.js";

/** Gives the pacer that all sessions of a connection share. */
export type PacerFor = (
  connection: Pick<Connection, "tenantId" | "id">,
  settings: Readonly<Record<string, string>>,
) => Pacer;

/**
 * Pacers by connection. On PostgreSQL the database hands out starting times, as other processes call the same
 * vendor; the embedded database has one process, whose memory is enough.
 */
export function createPacers(deps: { database: Database; clock: Clock }): PacerFor {
  const { database, clock } = deps;
  const pacers = new Map<string, Pacer>();
  return ({ tenantId, id }, settings) => {
    const given = Number(settings["ratePerSecond"]);
    const ratePerSecond = given > 0 ? given : DEFAULT_RATE_PER_SECOND;
    const key = `${id} ${ratePerSecond}`;
    const pacer =
      pacers.get(key) ??
      (database.kind === "embedded"
        ? createPacer({ clock, ratePerSecond })
        : createSharedPacer({ database, clock, tenantId, connectionId: id, ratePerSecond }));
    pacers.set(key, pacer);
    return pacer;
  };
}
