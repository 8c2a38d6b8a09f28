import request from "supertest";
import { afterAll, beforeAll, expect } from "vitest";
import { createAuditLog } from "../../../src/audit/audit-log.js";
import { createClients } from "../../../src/auth/clients/clients.js";
import type { Scope } from "../../../src/auth/scopes.js";
import { createConnectorRegistry } from "../../../src/connectors/registry.js";
import { createDictionary } from "../../../src/dictionary/dictionary.js";
import { createDictionaryFields } from "../../../src/dictionary/dictionary-fields.js";
import { createDirectory } from "../../../src/directory/directory.js";
import { createAdminRouter } from "../../../src/http/admin/router.js";
import { appendBacklog } from "../../../src/outbox/append-backlog.js";
import { createSecretBox } from "../../../src/platform/secret-box.js";
import { createAdoption } from "../../../src/provisioning/adoption/adoption.js";
import { createConnections } from "../../../src/provisioning/connections/connections.js";
import { createPacers } from "../../../src/provisioning/connections/pacers.js";
import { createDeliveryLog } from "../../../src/provisioning/delivery-log.js";
import { createEventAddresses } from "../../../src/provisioning/events/event-address.js";
import { createPlans } from "../../../src/provisioning/plan/plans.js";
import { createHeldRemovals } from "../../../src/provisioning/protection/held-removals.js";
import { createRowDecisions } from "../../../src/provisioning/reconciliation/decide-row.js";
import { createRuns } from "../../../src/provisioning/reconciliation/runs.js";
import { createUnknownCodes } from "../../../src/provisioning/trouble/unknown-codes.js";
import { createRequestLog } from "../../../src/request-log/request-log.js";
import { createTimelines } from "../../../src/timeline/timeline.js";
import { createTestNotifications } from "../../support/notifications.js";
import { openGateway, type TestGateway } from "../open-gateway.js";

/** Where the clients are administered. */
export const CLIENTS = "/admin/v1/clients";

/** An id that nothing has. */
export const UNKNOWN = "99999999-9999-4999-8999-999999999999";

/** A made client with its secret, as the API answered. */
export interface MadeClient {
  id: string;
  clientId: string;
  clientSecret: string;
  [field: string]: unknown;
}

type Method = "get" | "post" | "patch" | "delete";

/** A gateway with its real authorization and administration, and an administrator that is there before every other client. */
export function shareClientAdministration() {
  const gateway = {} as TestGateway;
  const administrator = { bearer: "", id: "" };
  beforeAll(async () => {
    Object.assign(gateway, await openGateway({ administration }));
    const { client, clientSecret } = await gateway.addClient(["admin"]);
    administrator.id = client.id;
    administrator.bearer = `Bearer ${await tokenOf({ ...client, clientSecret })}`;
  });
  afterAll(() => gateway.close());

  /** A request of the administrator. */
  function admin(method: Method, path: string, body?: object) {
    return request(gateway.app)[method](path).set("Authorization", administrator.bearer).send(body);
  }

  async function make(settings: object = {}): Promise<MadeClient> {
    const answer = await admin("post", CLIENTS, {
      name: "An identity provider",
      scopes: ["scim:read"],
      ...settings,
    });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body;
  }

  async function tokenOf(client: { clientId: string; clientSecret: string }): Promise<string> {
    const answer = await askForToken(client);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body.access_token;
  }

  /** Asks the token endpoint with the secret in the body. */
  function askForToken({ clientId, clientSecret }: { clientId: string; clientSecret: string }) {
    return request(gateway.app)
      .post("/oauth/token")
      .send({ grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret });
  }

  /** The status of a SCIM read with these credentials. */
  async function scimStatus(authorization: string): Promise<number> {
    return (await request(gateway.app).get("/scim/v2/Users").set("Authorization", authorization)).status;
  }

  /** The Authorization header of a client with these scopes, whose methods are the usual ones. */
  const bearerOf = (scopes: readonly Scope[]) => gateway.bearer(scopes);

  return { gateway, administrator, admin, make, tokenOf, askForToken, scimStatus, bearerOf };
}

function administration({
  authorization,
  clock,
  database,
  ...callers
}: Parameters<NonNullable<AdministrationOption>>[0]) {
  const connections = createConnections({
    database,
    clock,
    secretBox: createSecretBox(["a key that only the tests of this file use"]),
    connectors: createConnectorRegistry([]),
    outbox: { appendBacklog },
    pacerFor: createPacers({ database, clock }),
  });
  return createAdminRouter({
    directory: createDirectory({ database, clock }),
    audit: createAuditLog({ database }),
    unknownCodes: createUnknownCodes({ database }),
    notifications: createTestNotifications(database, clock),
    timelines: createTimelines({ database }),
    clients: createClients({ database, clock, clientChanged: authorization.clientChanged }),
    connections,
    eventAddresses: createEventAddresses({
      database,
      connectors: createConnectorRegistry([]),
      publicUrl: "https://gateway.example",
    }),
    deliveries: createDeliveryLog({ database, clock }),
    heldRemovals: createHeldRemovals({ database, clock, directory: createDirectory({ database, clock }) }),
    plans: createPlans({
      database,
      clock,
      connectors: createConnectorRegistry([]),
      openSession: connections.openSession,
      onCall: () => undefined,
    }),
    runs: createRuns({ database, clock }),
    adoption: createAdoption({ database, clock }),
    rowDecisions: createRowDecisions({
      database,
      clock,
      connectors: createConnectorRegistry([]),
      openSession: connections.openSession,
      onCall: () => undefined,
      directory: createDirectory({ database, clock }),
    }),
    dictionaryFields: createDictionaryFields({
      database,
      clock,
      dictionary: createDictionary({ queryable: database, clock }),
    }),
    requestLog: createRequestLog({ database, clock }),
    clock,
    publicUrl: "https://gateway.example",
    ...callers,
  });
}

type AdministrationOption = NonNullable<Parameters<typeof openGateway>[0]>["administration"];
