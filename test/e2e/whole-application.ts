import { Agent, type IncomingHttpHeaders, request as openRequest } from "node:http";
import { createAuditLog } from "../../src/audit/audit-log.js";
import { createClients } from "../../src/auth/clients/clients.js";
import { type Authorization, createAuthorization } from "../../src/auth/oauth/authorization.js";
import { SCOPES } from "../../src/auth/scopes.js";
import { createConnectorRegistry } from "../../src/connectors/registry.js";
import { createDictionary } from "../../src/dictionary/dictionary.js";
import { createDictionaryFields } from "../../src/dictionary/dictionary-fields.js";
import { createDirectory } from "../../src/directory/directory.js";
import { createEventSurface } from "../../src/event-surface.js";
import { createAdminRouter } from "../../src/http/admin/router.js";
import { createHttpApp } from "../../src/http/app.js";
import { createReadiness } from "../../src/http/health.js";
import { createIdaasRouter } from "../../src/http/idaas/router.js";
import { createScimRouter } from "../../src/http/scim/router.js";
import { startHttpServer } from "../../src/http/server.js";
import { createLogger } from "../../src/observability/logger.js";
import { createMetrics } from "../../src/observability/metrics.js";
import { appendBacklog } from "../../src/outbox/append-backlog.js";
import type { Database } from "../../src/persistence/database.js";
import { systemClock } from "../../src/platform/clock.js";
import { createSecretBox } from "../../src/platform/secret-box.js";
import { createAdoption } from "../../src/provisioning/adoption/adoption.js";
import { createConnections } from "../../src/provisioning/connections/connections.js";
import { createPacers } from "../../src/provisioning/connections/pacers.js";
import { createDeliveryLog } from "../../src/provisioning/delivery-log.js";
import { createPlans } from "../../src/provisioning/plan/plans.js";
import { createHeldRemovals } from "../../src/provisioning/protection/held-removals.js";
import { provisioningStates } from "../../src/provisioning/provisioning-states.js";
import { createRowDecisions } from "../../src/provisioning/reconciliation/decide-row.js";
import { createRuns } from "../../src/provisioning/reconciliation/runs.js";
import { createUnknownCodes } from "../../src/provisioning/trouble/unknown-codes.js";
import { createRequestLog, type RequestLog } from "../../src/request-log/request-log.js";
import { createTimelines } from "../../src/timeline/timeline.js";
import { defaultTenantId, openTestDatabase } from "../support/database.js";
import { createTestNotifications } from "../support/notifications.js";

/** One request as it goes over the wire: the path is sent as it is, the body without a second look. */
export interface Sent {
  method?: string;
  path: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

/** What came back. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** From sending to the last byte, in milliseconds. */
  tookMs: number;
}

/** Everything that listens and stores, without the worker, so that what is stored changes by requests alone. */
export interface WholeApplication {
  port: number;
  database: Database;
  /** The value of an Authorization header with every scope. */
  bearer: string;
  client: { clientId: string; clientSecret: string };
  /** For further clients, of this tenant or another. */
  authorization: Authorization;
  /** Every line logged so far. */
  log: string[];
  requestLog: RequestLog;
  send(sent: Sent): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * Opens the application on a database of its own, listening on loopback. With a port, which has to be free, its answers
 * name addresses that lead to it; without, they name a host that does not exist.
 */
export async function openApplication(options: { port?: number } = {}): Promise<WholeApplication> {
  const { database, close } = await openTestDatabase();
  const clock = systemClock;
  const log: string[] = [];
  const logger = createLogger({ level: "info", destination: { write: (line) => void log.push(line) } });
  const authorization = await createAuthorization({ database, clock, tenantId: defaultTenantId });
  const created = await authorization.createClient({
    tenantId: defaultTenantId,
    name: "test",
    scopes: SCOPES,
  });
  const client = { clientId: created.client.clientId, clientSecret: created.clientSecret };
  const { access_token } = await authorization.issueToken({
    parameters: {
      grant_type: "client_credentials",
      client_id: client.clientId,
      client_secret: client.clientSecret,
    },
  });
  const { port = 0 } = options;
  const publicUrl = port === 0 ? "https://gateway.example" : `http://127.0.0.1:${port}`;
  const callers = {
    checkToken: authorization.authenticate,
    checkBasic: authorization.authenticateBasic,
    basicIsUsed: authorization.basicIsUsed,
  };
  const dictionary = createDictionary({ queryable: database, clock });
  const directory = createDirectory({
    database,
    clock,
    dictionary,
    provisioningStates,
  });
  const secretBox = createSecretBox(["a key that only the tests of this file use"]);
  const connections = createConnections({
    database,
    clock,
    secretBox,
    connectors: createConnectorRegistry(),
    outbox: { appendBacklog },
    pacerFor: createPacers({ database, clock }),
  });
  const requestLog = createRequestLog({ database, clock });
  const events = createEventSurface(
    {
      database,
      clock,
      secretBox,
      connectors: createConnectorRegistry(),
      metrics: createMetrics({ processMetrics: false }),
      logger,
    },
    publicUrl,
  );
  const app = createHttpApp({
    clock,
    logger,
    metrics: createMetrics({ processMetrics: false }),
    readiness: createReadiness({ checks: { database: () => database.ping() }, clock, logger }),
    authorization,
    publicUrl,
    scimRouter: createScimRouter({ directory, publicUrl, ...callers, defaultTenantId }),
    idaasRouter: createIdaasRouter({ directory, ...callers }),
    eventRouter: events.eventRouter,
    adminRouter: createAdminRouter({
      directory,
      audit: createAuditLog({ database }),
      unknownCodes: createUnknownCodes({ database }),
      notifications: createTestNotifications(database, clock),
      timelines: createTimelines({ database }),
      clients: createClients({ database, clock, clientChanged: authorization.clientChanged }),
      connections,
      eventAddresses: events.eventAddresses,
      deliveries: createDeliveryLog({ database, clock }),
      heldRemovals: createHeldRemovals({ database, clock, directory }),
      plans: createPlans({
        database,
        clock,
        connectors: createConnectorRegistry(),
        openSession: connections.openSession,
        onCall: () => undefined,
      }),
      adoption: createAdoption({ database, clock }),
      runs: createRuns({ database, clock }),
      rowDecisions: createRowDecisions({
        database,
        clock,
        connectors: createConnectorRegistry(),
        openSession: connections.openSession,
        onCall: () => undefined,
        directory: createDirectory({ database, clock }),
      }),
      dictionaryFields: createDictionaryFields({ database, clock, dictionary }),
      requestLog,
      clock,
      publicUrl,
      ...callers,
    }),
    recordRequest: requestLog.record,
  });
  const server = await startHttpServer(app, { host: "127.0.0.1", port, clock });
  const agent = new Agent({ keepAlive: true });

  return {
    port: server.port,
    database,
    bearer: `Bearer ${access_token}`,
    client,
    authorization,
    log,
    requestLog,
    send: (sent) => sendOver(agent, server.port, sent),
    async close() {
      agent.destroy();
      await server.close();
      await requestLog.close();
      await authorization.close();
      await close();
    },
  };
}

function sendOver(agent: Agent, port: number, sent: Sent): Promise<Answer> {
  const { method = "GET", path, headers = {}, body } = sent;
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const call = openRequest({
      agent,
      host: "127.0.0.1",
      port,
      method,
      path,
      headers: { ...length, ...headers },
    });
    call.once("error", (error: NodeJS.ErrnoException) => {
      // The server closes a connection that was idle for long; the request that meets that was not read.
      if (call.reusedSocket && error.code === "ECONNRESET") resolve(sendOver(agent, port, sent));
      else reject(error);
    });
    call.once("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.once("error", reject);
      response.once("end", () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(parts).toString("utf8"),
          tookMs: performance.now() - startedAt,
        });
      });
    });
    call.end(body);
  });
}
