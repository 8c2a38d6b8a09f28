import type { Connector } from "./connectors/connector.js";
import { createEventRouter } from "./http/connectors/event-router.js";
import type { Logger } from "./observability/logger.js";
import type { Metrics } from "./observability/metrics.js";
import type { Database } from "./persistence/database.js";
import type { Clock } from "./platform/clock.js";
import type { SecretBox } from "./platform/secret-box.js";
import { observePush } from "./process-reports.js";
import { createEventAddresses, type EventAddresses } from "./provisioning/events/event-address.js";
import { createEventIntake } from "./provisioning/events/event-intake.js";

/** What the reception of events is put together from. */
export interface EventSurfaceDeps {
  database: Database;
  clock: Clock;
  secretBox: SecretBox;
  connectors: { get(id: string): Connector | undefined };
  metrics: Metrics;
  logger: Logger;
}

/** The parts of the HTTP surface that have to do with events. */
export interface EventSurface {
  eventRouter: ReturnType<typeof createEventRouter>;
  eventAddresses: EventAddresses;
}

/** Where vendors push events, and what administrators are told about it. */
export function createEventSurface(deps: EventSurfaceDeps, publicUrl: string): EventSurface {
  const { metrics, logger } = deps;
  const intake = createEventIntake({ ...deps, onPush: (note) => observePush(metrics, logger, note) });
  return {
    eventRouter: createEventRouter({ intake, clock: deps.clock }),
    eventAddresses: createEventAddresses({ ...deps, publicUrl }),
  };
}
