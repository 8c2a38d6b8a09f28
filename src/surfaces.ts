import { createAuditLog } from "./audit/audit-log.js";
import { createClients } from "./auth/clients/clients.js";
import type { Authorization } from "./auth/oauth/authorization.js";
import { createRequestBudget } from "./auth/request-budget.js";
import type { Config } from "./config/config.js";
import type { Dictionary } from "./dictionary/dictionary.js";
import { createDictionaryFields } from "./dictionary/dictionary-fields.js";
import { CURSOR_PURPOSE, createDirectory } from "./directory/directory.js";
import type { EventSurface } from "./event-surface.js";
import { createAdminRouter } from "./http/admin/router.js";
import { createHttpApp, createProbeApp, type ProbeDeps } from "./http/app.js";
import { createReadiness } from "./http/health.js";
import { createIdaasRouter } from "./http/idaas/router.js";
import type { CallerChecks } from "./http/middleware/authentication.js";
import { createScimRouter } from "./http/scim/router.js";
import { type HttpServer, startHttpServer } from "./http/server.js";
import type { Notifications } from "./notifications/notifications.js";
import type { Logger } from "./observability/logger.js";
import type { Metrics } from "./observability/metrics.js";
import { type Database, DatabaseUnavailableError } from "./persistence/database.js";
import { DEFAULT_TENANT_ID } from "./persistence/tenant.js";
import type { Clock } from "./platform/clock.js";
import { createTextSigner } from "./platform/text-signer.js";
import { logDictionaryChange } from "./process-reports.js";
import { createAdoption } from "./provisioning/adoption/adoption.js";
import type { Connections } from "./provisioning/connections/connections.js";
import { createDeliveryLog } from "./provisioning/delivery-log.js";
import type { Plans } from "./provisioning/plan/plans.js";
import { createHeldRemovals } from "./provisioning/protection/held-removals.js";
import { provisioningStates } from "./provisioning/provisioning-states.js";
import type { RowDecisions } from "./provisioning/reconciliation/decide-row.js";
import { createRuns } from "./provisioning/reconciliation/runs.js";
import { createUnknownCodes } from "./provisioning/trouble/unknown-codes.js";
import type { RequestLog } from "./request-log/request-log.js";
import { createTimelines } from "./timeline/timeline.js";

/** What the HTTP surfaces are put together from. */
export interface Parts {
  config: Config;
  secretKeys: readonly string[];
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  database: Database;
  authorization: Authorization;
  connections: Connections;
  openEvents(publicUrl: string): EventSurface;
  plans: Plans;
  rowDecisions: RowDecisions;
  dictionary: Dictionary;
  notifications: Notifications;
  requestLog: RequestLog;
}

/**
 * Listens, and serves what ROLE says: health alone, or everything. The listener comes first, since only it knows which
 * port a configured 0 became.
 * @throws ListenError when the address cannot be listened on
 */
export async function listen(parts: Parts): Promise<HttpServer> {
  const { config, clock, logger, metrics, database } = parts;
  const readiness = createReadiness({ checks: { database: () => database.ping() }, clock, logger });
  const isTemporary = (error: unknown) => error instanceof DatabaseUnavailableError;
  const { trustProxy } = config;
  const probe: ProbeDeps = { clock, logger, metrics, readiness, isTemporary, trustProxy };
  const server = await startHttpServer(createProbeApp(probe), {
    host: config.host,
    port: config.port,
    clock,
    onStopping: () => readiness.stop(),
    stopDelayMs: config.stopDelayMs,
    stopTimeoutMs: config.stopTimeoutMs,
  });
  if (config.role !== "worker") server.serve(createSurfaces(parts, probe, publicUrlOf(config, server)));
  return server;
}

function createSurfaces(parts: Parts, probe: ProbeDeps, publicUrl: string) {
  const { config, clock, logger, database, authorization, connections, dictionary, requestLog } = parts;
  const { eventRouter, eventAddresses } = parts.openEvents(publicUrl);
  const callers: CallerChecks = {
    checkToken: authorization.authenticate,
    knownGrant: authorization.knownGrant,
    checkBasic: authorization.authenticateBasic,
    basicIsUsed: authorization.basicIsUsed,
    budget: createRequestBudget({ clock }),
  };
  const directory = createDirectory({
    database,
    clock,
    dictionary,
    cursorSigner: createTextSigner(parts.secretKeys, CURSOR_PURPOSE),
    passwords: config.passwords,
    provisioningStates,
  });
  return createHttpApp({
    ...probe,
    authorization,
    publicUrl,
    scimRouter: createScimRouter({
      directory,
      publicUrl,
      ...callers,
      defaultTenantId: DEFAULT_TENANT_ID,
      passwords: config.passwords,
    }),
    idaasRouter: createIdaasRouter({ ...callers, directory }),
    eventRouter,
    adminRouter: createAdminRouter({
      unknownCodes: createUnknownCodes({ database }),
      directory,
      audit: createAuditLog({ database }),
      clients: createClients({ database, clock, clientChanged: authorization.clientChanged }),
      connections,
      deliveries: createDeliveryLog({ database, clock }),
      heldRemovals: createHeldRemovals({ database, clock, directory }),
      plans: parts.plans,
      runs: createRuns({ database, clock }),
      adoption: createAdoption({ database, clock }),
      eventAddresses,
      rowDecisions: parts.rowDecisions,
      dictionaryFields: createDictionaryFields({
        database,
        clock,
        dictionary,
        onChange: (change) => logDictionaryChange(logger, change),
      }),
      notifications: parts.notifications,
      requestLog,
      timelines: createTimelines({ database }),
      clock,
      publicUrl,
      ...callers,
    }),
    recordRequest: requestLog.record,
  });
}

/** The base of the addresses in answers: that of the configuration, or the listener's own where its port was left open. */
export function publicUrlOf(config: Config, server: HttpServer): string {
  return config.port === 0 && config.publicUrl.endsWith(":0") ? server.url : config.publicUrl;
}
