import type { Express } from "express";
import { createAuditLog } from "../../../src/audit/audit-log.js";
import { createClients } from "../../../src/auth/clients/clients.js";
import type { ConnectionReport, Connector, ConnectorSettings } from "../../../src/connectors/connector.js";
import { ConnectorSettingsError } from "../../../src/connectors/errors.js";
import { createPacer } from "../../../src/connectors/pacer.js";
import { createConnectorRegistry } from "../../../src/connectors/registry.js";
import { createDictionary, type Dictionary } from "../../../src/dictionary/dictionary.js";
import { createDictionaryFields, type DictionaryChanged } from "../../../src/dictionary/dictionary-fields.js";
import { createDirectory } from "../../../src/directory/directory.js";
import { createAdminRouter } from "../../../src/http/admin/router.js";
import { appendBacklog } from "../../../src/outbox/append-backlog.js";
import type { Database } from "../../../src/persistence/database.js";
import { createSecretBox } from "../../../src/platform/secret-box.js";
import { createAdoption } from "../../../src/provisioning/adoption/adoption.js";
import { type Connections, createConnections } from "../../../src/provisioning/connections/connections.js";
import { createDeliveryLog } from "../../../src/provisioning/delivery-log.js";
import { createEventAddresses } from "../../../src/provisioning/events/event-address.js";
import { createPlans } from "../../../src/provisioning/plan/plans.js";
import { createHeldRemovals } from "../../../src/provisioning/protection/held-removals.js";
import { createRowDecisions } from "../../../src/provisioning/reconciliation/decide-row.js";
import { createRuns } from "../../../src/provisioning/reconciliation/runs.js";
import { createUnknownCodes } from "../../../src/provisioning/trouble/unknown-codes.js";
import { createRequestLog, type RequestLog } from "../../../src/request-log/request-log.js";
import { createTimelines } from "../../../src/timeline/timeline.js";
import { createFakeClock, type FakeClock } from "../../support/fake-clock.js";
import { createTestNotifications } from "../../support/notifications.js";
import { checkTestToken, serveRouter } from "../support/serve-router.js";

/** The administration on a database, with a vendor that only answers tests. */
export interface Administration {
  app: Express;
  connections: Connections;
  connector: Connector;
  requestLog: RequestLog;
  clock: FakeClock;
  /** The settings with which sessions were opened, newest last, and how many were closed. */
  opened: ConnectorSettings[];
  closed: () => number;
}

/** What a test of the dictionary shares with the administration. */
export interface AdministrationOptions {
  clock?: FakeClock;
  dictionary?: Dictionary;
  onDictionaryChange?: (change: DictionaryChanged) => void;
}

export const goodReport: ConnectionReport = {
  ok: true,
  permissions: [{ name: "department read", state: "granted" }],
  scope: { wholeCompany: true, departmentRemoteIds: ["1"], userRemoteIds: [] },
  counts: { departments: 3, people: 12 },
  problems: [],
};

export function createAdministration(
  database: Database,
  secretKey = "a key that only the tests of this file use",
  options: AdministrationOptions = {},
): Administration {
  const clock = options.clock ?? createFakeClock();
  const opened: ConnectorSettings[] = [];
  let closed = 0;
  const connector = createTestConnector(opened, () => {
    closed += 1;
  });
  const connections = createConnections({
    database,
    clock,
    secretBox: createSecretBox([secretKey]),
    connectors: createConnectorRegistry([connector]),
    outbox: { appendBacklog },
    pacerFor: () => createPacer({ clock }),
  });
  const requestLog = createRequestLog({ database, clock });
  const router = createAdminRouter({
    directory: createDirectory({ database, clock }),
    audit: createAuditLog({ database }),
    unknownCodes: createUnknownCodes({ database }),
    notifications: createTestNotifications(database, clock),
    timelines: createTimelines({ database }),
    clients: createClients({ database, clock, clientChanged: async () => undefined }),
    connections,
    eventAddresses: createEventAddresses({
      database,
      connectors: createConnectorRegistry([connector]),
      publicUrl: "https://gateway.example",
    }),
    deliveries: createDeliveryLog({ database, clock }),
    heldRemovals: createHeldRemovals({ database, clock, directory: createDirectory({ database, clock }) }),
    plans: createPlans({
      database,
      clock,
      connectors: createConnectorRegistry([connector]),
      openSession: connections.openSession,
      onCall: () => undefined,
    }),
    dictionaryFields: createDictionaryFields({
      database,
      clock,
      dictionary: options.dictionary ?? createDictionary({ queryable: database, clock }),
      onChange: options.onDictionaryChange,
    }),
    requestLog,
    runs: createRuns({ database, clock }),
    adoption: createAdoption({ database, clock }),
    rowDecisions: createRowDecisions({
      database,
      clock,
      connectors: createConnectorRegistry([connector]),
      openSession: connections.openSession,
      onCall: () => undefined,
      directory: createDirectory({ database, clock }),
    }),
    clock,
    publicUrl: "https://gateway.example",
    checkToken: checkTestToken,
  });
  return {
    app: serveRouter("/admin/v1", router),
    connections,
    connector,
    requestLog,
    clock,
    opened,
    closed: () => closed,
  };
}

function createTestConnector(opened: ConnectorSettings[], onClose: () => void): Connector {
  const unused = async () => {
    throw new Error("no delivery is made here");
  };
  return {
    descriptor: {
      id: "test",
      displayName: { en: "Test", zh: "测试" },
      corpSetting: "corpId",
      secretSettings: ["appSecret"],
      destinationSettings: ["apiBaseUrl"],
      idField: { user: "ddAccountId", group: "ddtalkId" },
      defaultRootDepartmentId: "1",
      userLimits: [],
      maxDepartments: { create: 100, update: 300 },
      departmentName: { forbidden: [], maxLength: 64 },
      roleName: { forbidden: [], maxLength: 64 },
    },
    parseSettings(input) {
      const text = (name: string) => String(input[name] ?? "").trim();
      if (text("corpId") === "") throw new ConnectorSettingsError("corpId", "is required");
      if (text("appSecret") === "") throw new ConnectorSettingsError("appSecret", "is required");
      const rootDepartmentId = text("rootDepartmentId") || "1";
      return {
        plain: {
          corpId: text("corpId"),
          rootDepartmentId,
          ...(text("apiBaseUrl") && { apiBaseUrl: text("apiBaseUrl") }),
        },
        secret: { appSecret: text("appSecret") },
      };
    },
    open(settings) {
      opened.push(settings);
      return {
        departments: {
          create: unused,
          update: unused,
          remove: unused,
          get: unused,
          find: unused,
          listChildren: unused,
          read: unused,
        },
        users: {
          create: unused,
          update: unused,
          remove: unused,
          get: unused,
          findByMobile: unused,
          setEnabled: unused,
          isEnabled: unused,
          listMembers: unused,
          read: unused,
        },
        roles: {
          findGroup: unused,
          createGroup: unused,
          find: unused,
          create: unused,
          rename: unused,
          remove: unused,
          get: unused,
          listHolders: unused,
          assign: unused,
          withdraw: unused,
        },
        readScope: unused,
        test: async () => goodReport,
        close: async () => onClose(),
      };
    },
  };
}
