import type { Metrics } from "./observability/metrics.js";
import { countDeliveries } from "./outbox/count.js";
import type { Database } from "./persistence/database.js";
import { observeConnections } from "./provisioning/connections/connection-state.js";

/** Queues are counted, and connections looked at, when somebody asks for the metrics, not on a timer. */
export function withGauges(metrics: Metrics, database: Database): Metrics {
  return {
    ...metrics,
    async expose() {
      metrics.setQueueDepths(await countDeliveries(database));
      metrics.setConnectionStates(await observeConnections(database));
      return metrics.expose();
    },
  };
}
