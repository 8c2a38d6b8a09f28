import { beforeEach } from "vitest";
import { ConnectorError, type ConnectorErrorKind } from "../../src/connectors/errors.js";
import type { MemoryFault } from "../../src/connectors/memory/index.js";
import type { ResourceNeeds } from "../../src/directory/resource.js";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import {
  DICTIONARY_USER_URN,
  ENTERPRISE_USER_URN,
  GROUP_URN,
  ORGANIZATION_GROUP_URN,
  USER_URN,
} from "../../src/scim/schema/urns.js";
import { emptyTables, shareTestDatabase } from "../support/database.js";
import { createProvisioningEngine, type ProvisioningEngine } from "../support/provisioning-engine.js";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** What an engine writes that the next one must not find. */
const TABLES = [
  ...["membership", "resource_unique_value", "link", "delivery_wait", "delivery", "attempt", "create_stop"],
  ...["notification", "notification_quiet", "unknown_code", "approval", "audit_entry", "adoption_proposal"],
  ...["connection", "resource"],
];

/** Nothing but the resource itself. */
export const nothing: ResourceNeeds = { members: false, groups: false, provisioning: false };

/**
 * An engine for the tests of the calling file, with the words in which they write to its directory. Every test begins
 * with an empty company and an empty vendor.
 */
export function shareEngine() {
  const test = shareTestDatabase();
  const engine = {} as ProvisioningEngine;
  let mobiles = 0;

  beforeEach(async () => {
    await emptyTables(test.database, ...TABLES);
    Object.assign(engine, await createProvisioningEngine(test.database));
  });

  async function patch(type: "User" | "Group", id: string, ...Operations: JsonObject[]): Promise<void> {
    const body = { schemas: [PATCH], Operations };
    await engine.directory.patch(engine.context, type, id, body, { needs: nothing });
  }

  return {
    engine,
    /** The database below. */
    database: () => test.database,
    /** A statement on it. */
    query: <Row extends object = Record<string, unknown>>(sql: string, params?: unknown[]) =>
      test.database.query<Row>(sql, params),
    patch,

    /** Puts an engine in the place of this one whose only connection has another scope; the company stays. */
    async reconnect(scope: Record<string, string>): Promise<void> {
      await emptyTables(test.database, "link", "delivery_wait", "delivery", "connection");
      Object.assign(engine, await createProvisioningEngine(test.database, { scope }));
    },

    /** Creates a group, and answers its id. */
    async addGroup(displayName: string, extra: JsonObject = {}): Promise<string> {
      const body = { schemas: [GROUP_URN, ORGANIZATION_GROUP_URN], displayName, ...extra };
      return (await engine.directory.create(engine.context, "Group", body)).id;
    },

    /** Creates a user with a mobile of its own, and answers its id. */
    async addUser(displayName: string, extra: JsonObject = {}): Promise<string> {
      mobiles += 1;
      const body = {
        schemas: [USER_URN, ENTERPRISE_USER_URN, DICTIONARY_USER_URN],
        userName: `user-${mobiles}`,
        displayName,
        phoneNumbers: [{ type: "mobile", value: `1990000${String(mobiles).padStart(4, "0")}` }],
        ...extra,
      };
      return (await engine.directory.create(engine.context, "User", body)).id;
    },

    join: (group: string, user: string) =>
      patch("Group", group, { op: "add", path: "members", value: [{ value: user }] }),
    leave: (group: string, user: string) =>
      patch("Group", group, { op: "remove", path: `members[value eq "${user}"]` }),

    /** Lets the vendor fail at one call of an operation. */
    fail(
      operation: MemoryFault["operation"],
      kind: ConnectorErrorKind,
      extra: Partial<MemoryFault> = {},
      facts = {},
    ): void {
      const error = new ConnectorError(kind, { code: "injected", message: "injected", ...facts });
      engine.vendor.faults.push({ operation, error, ...extra });
    },

    /** How often the vendor was called for an operation. */
    callsOf: (operation: string) => engine.vendor.calls.filter((call) => call.operation === operation).length,
  };
}
