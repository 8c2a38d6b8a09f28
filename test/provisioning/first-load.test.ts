import { describe, expect, it } from "vitest";
import { openVendor } from "../../soak/vendor.js";
import { createDingTalkConnector } from "../../src/connectors/dingtalk/index.js";
import { createConnectorRegistry } from "../../src/connectors/registry.js";
import { createDirectory } from "../../src/directory/directory.js";
import { appendBacklog } from "../../src/outbox/append-backlog.js";
import type { Database } from "../../src/persistence/database.js";
import { createSecretBox } from "../../src/platform/secret-box.js";
import { createConnections } from "../../src/provisioning/connections/connections.js";
import { createOpenConnections } from "../../src/provisioning/connections/open-connections.js";
import { createSharedPacer } from "../../src/provisioning/connections/shared-pacer.js";
import { createDeliver } from "../../src/provisioning/deliver.js";
import { defaultWorkerSettings, startWorker } from "../../src/provisioning/worker.js";
import { createDialect } from "../../src/scim/dialect/dialect.js";
import { GROUP_URN, USER_URN } from "../../src/scim/schema/urns.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";
import { createFakeClock } from "../support/fake-clock.js";

const test = shareTestDatabase();

const RATE = 15;
const PEOPLE = 300;
const DEPARTMENTS = 30;
const CREATE = "/topapi/v2/user/create";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const nothing = { members: false, groups: false, provisioning: false };
const context = {
  tenantId: defaultTenantId,
  actor: "test",
  correlationId: "c-1",
  dialect: createDialect("auto"),
};

describe("a company's first load", () => {
  it("uses the cap, lets a single change pass within seconds, and creates nobody twice although its worker dies", async () => {
    const clock = createFakeClock();
    const vendor = openVendor(clock, false);
    let underWay = 0;
    let alive = 0;
    /** The database as one process has it: statements of a dead one never come back. */
    const databaseOf = (process: number): Database => {
      const count = async <T>(work: () => Promise<T>): Promise<T> => {
        if (process !== alive) return new Promise(() => undefined);
        underWay += 1;
        const result = await work().finally(() => {
          underWay -= 1;
        });
        return process === alive ? result : new Promise<T>(() => undefined);
      };
      return {
        ...test.database,
        kind: test.database.kind,
        query: (sql, params) => count(() => test.database.query(sql, params)),
        transaction: (work) => count(() => test.database.transaction(work)),
        listen: async () => async () => undefined,
        hint: (channel) => test.database.hint(channel),
        ping: () => test.database.ping(),
        close: async () => undefined,
      };
    };
    const creates: number[] = [];
    const updates: number[] = [];
    const http: typeof vendor.http = {
      ...vendor.http,
      send: (request) => {
        if (request.url.pathname === CREATE) creates.push(clock.now().getTime());
        if (request.url.pathname === "/topapi/v2/user/update") updates.push(clock.now().getTime());
        return vendor.http.send(request);
      },
    };
    const connectors = createConnectorRegistry([createDingTalkConnector({}, () => http)]);
    const connectionsOf = (database: Database) =>
      createConnections({
        database,
        clock,
        secretBox: createSecretBox(["a key for tests that is long enough"]),
        connectors,
        outbox: { appendBacklog },
        pacerFor: ({ tenantId, id: connectionId }) =>
          createSharedPacer({ database, clock, tenantId, connectionId, ratePerSecond: RATE }),
      });
    const start = () => {
      alive += 1;
      const database = databaseOf(alive);
      const { openSession } = connectionsOf(database);
      const connections = createOpenConnections({
        database: test.database,
        connectors,
        openSession,
        onCall: () => undefined,
      });
      const parts = { database, clock, connections, random: () => 0.5, onSettled: () => undefined };
      return startWorker({
        database,
        clock,
        settings: defaultWorkerSettings,
        deliver: createDeliver(parts),
        onError: (error) => expect.fail(String(error)),
      });
    };
    /** Lets time pass, whenever no statement is under way, until something holds. */
    const until = async (holds: () => boolean) => {
      while (!holds()) {
        for (let quiet = 0; quiet < 3; ) {
          await new Promise((resolve) => setImmediate(resolve));
          quiet = underWay === 0 ? quiet + 1 : 0;
        }
        const wake = clock.nextWake();
        if (wake !== undefined) await clock.advance(wake.getTime() - clock.now().getTime());
      }
    };

    const directory = createDirectory({ database: test.database, clock });
    const ids: string[] = [];
    for (let n = 0; n < PEOPLE; n++) {
      const phoneNumbers = [{ type: "mobile", value: `139${String(n).padStart(8, "0")}` }];
      const body = { schemas: [USER_URN], userName: `user-${n}`, displayName: `员工${n}`, phoneNumbers };
      ids.push((await directory.create(context, "User", body)).id);
    }
    for (let n = 0; n < DEPARTMENTS; n++) {
      const members = ids.filter((_id, index) => index % DEPARTMENTS === n).map((value) => ({ value }));
      await directory.create(context, "Group", { schemas: [GROUP_URN], displayName: `部门${n}`, members });
    }
    await clock.advance(10_000);
    const connections = connectionsOf(test.database);
    const { id } = await connections.create(context, {
      connector: "dingtalk",
      name: "first load",
      config: {
        ...vendor.simulator.credentials,
        rootDepartmentId: String(vendor.foreign.rootId),
        oapiBaseUrl: "http://localhost:1",
        apiBaseUrl: "http://localhost:1",
      },
      scope: {},
      mapping: {},
      policy: {},
      schedule: {},
    });
    await connections.enable(context, id);

    await start();
    await until(() => creates.length >= PEOPLE / 3);
    const first = vendor.simulator.state().users.find((user) => ids.includes(user.userid))?.userid ?? "";
    const committedAt = clock.now().getTime();
    const operation = { op: "add", path: "title", value: "经理" };
    await directory.patch(
      context,
      "User",
      first,
      { schemas: [PATCH], Operations: [operation] },
      { needs: nothing },
    );
    await until(() => updates.length > 0);
    expect((updates[0] ?? 0) - committedAt).toBeLessThanOrEqual(3_000);

    await until(() => creates.length >= PEOPLE / 2);
    const beforeDeath = creates.length;
    const fromFirst = creates.slice(RATE);
    expect(shareOf(fromFirst)).toBeGreaterThanOrEqual(0.95);
    await start();
    await until(() => Object.keys(vendor.simulator.state().history.userCreates).length >= PEOPLE);
    // What the dead worker had in work comes last, when its leases are over.
    expect(
      shareOf(creates.slice(beforeDeath, PEOPLE - 2 * defaultWorkerSettings.concurrency)),
    ).toBeGreaterThanOrEqual(0.95);
    const { userCreates, departmentCreates } = vendor.simulator.state().history;
    expect(
      [...Object.values(userCreates), ...Object.values(departmentCreates)].every((times) => times === 1),
    ).toBe(true);
    for (const { path, maxPerSecond } of vendor.simulator.requests.summary())
      if (path !== "/v1.0/oauth2/accessToken") expect(maxPerSecond).toBeLessThanOrEqual(RATE + 1);
    // The last worker is not stopped either: whatever it would ask from now on has no answer.
    alive += 1;
  }, 120_000);
});

/** Which share of the cap these calls use, from the first to the last. */
function shareOf(times: readonly number[]): number {
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
  return (times.length - 1) / seconds / RATE;
}
