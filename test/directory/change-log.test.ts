import { expect, it } from "vitest";
import { startChangeRetention } from "../../src/directory/change-retention.js";
import { writeBack } from "../../src/directory/write-back.js";
import {
  DICTIONARY_USER_URN as DICTIONARY,
  ENTERPRISE_USER_URN as ENTERPRISE,
  ORGANIZATION_GROUP_URN as ORGANIZATION,
} from "../../src/scim/schema/urns.js";
import { defaultTenantId } from "../support/database.js";
import { context, putBody, refusal, shareDirectory } from "./open-directory.js";

const test = shareDirectory();

interface Change {
  resource_id: string;
  version: string;
  kind: string;
  attributes: string[];
  actor: string;
  correlation_id: string;
  at: Date;
}

/** The rows that work adds to the log, in the order in which a reader takes them. It would wait for all transactions. */
async function logged(work: () => Promise<unknown>): Promise<Change[]> {
  await test.database.query("delete from change");
  await work();
  return test.database.query<Change>(
    `select resource_id, version, kind, attributes, actor, correlation_id, at from change
      where tenant_id = $1 order by xact, seq`,
    [defaultTenantId],
  );
}

it("says who created, changed and removed what, when, and in which request", async () => {
  const changes = await logged(async () => {
    const user = await test.user({ title: "x", [ENTERPRISE]: { department: "a" } });
    await test.clock.advance(1_000);
    await test.patch(
      user,
      { op: "replace", path: "title", value: "y" },
      { op: "replace", path: `${ENTERPRISE}:department`, value: "b" },
    );
    await test.directory.remove(context, "User", user.id);
  });
  const by = { actor: context.actor, correlation_id: context.correlationId };
  expect(changes).toMatchObject([
    { ...by, kind: "create", version: "1", attributes: [] },
    {
      ...by,
      kind: "update",
      version: "2",
      attributes: ["title", `${ENTERPRISE}:department`],
      at: test.clock.now(),
    },
    { ...by, kind: "delete", version: "3", attributes: [] },
  ]);
  expect(new Set(changes.map((change) => change.resource_id)).size).toBe(1);
});

it("has no row for what changed nothing or was refused", async () => {
  const [user, other] = [await test.user({ title: "x" }), await test.user()];
  const group = await test.group({ members: [{ value: user.id }] });
  const changes = await logged(async () => {
    await test.patch(user, { op: "replace", path: "title", value: "x" });
    await test.patch(group, { op: "add", path: "members", value: [{ value: user.id }] });
    await refusal(test.directory.replace(context, "User", other.id, putBody(other, { userName: null })));
    await refusal(test.user({ userName: String(user.attributes["userName"]) }));
  });
  expect(changes).toEqual([]);
});

it("has one row for each resource that a write touches, at the version it then has", async () => {
  const [user, parent, child] = [await test.user(), await test.group(), await test.group()];
  const changes = await logged(async () => {
    await test.patch(
      parent,
      { op: "add", path: "members", value: [{ value: user.id }, { value: child.id }] },
      { op: "replace", path: "displayName", value: "both" },
    );
    await test.directory.remove(context, "User", user.id);
  });
  const seen = changes.map(({ resource_id, kind, version, attributes }) => ({
    resource_id,
    kind,
    version,
    attributes: [...attributes].sort(),
  }));
  expect(seen).toHaveLength(4);
  expect(seen).toContainEqual({
    resource_id: parent.id,
    kind: "update",
    version: "2",
    attributes: ["displayName", "members"],
  });
  expect(seen).toContainEqual({
    resource_id: child.id,
    kind: "update",
    version: "2",
    attributes: [`${ORGANIZATION}:parent`],
  });
  expect(seen).toContainEqual({ resource_id: user.id, kind: "delete", version: "2", attributes: [] });
  expect(seen).toContainEqual({
    resource_id: parent.id,
    kind: "update",
    version: "3",
    attributes: ["members"],
  });
});

it("names the provisioner where an id was written back", async () => {
  const user = await test.user();
  const changes = await logged(() =>
    test.database.transaction((tx) =>
      writeBack(tx, {
        tenantId: defaultTenantId,
        resourceType: "User",
        resourceId: user.id,
        attribute: "ddAccountId",
        value: "logged",
        now: test.clock.now(),
        correlationId: "delivery-1",
      }),
    ),
  );
  expect(changes).toMatchObject([
    { actor: "provisioner", correlation_id: "delivery-1", attributes: [`${DICTIONARY}:ddAccountId`] },
  ]);
});

it("forgets what is older than its retention, and nothing else", async () => {
  await logged(async () => {
    for (let age = 0; age < 3; age++) {
      await test.user();
      await test.clock.advance(24 * 60 * 60 * 1_000);
    }
  });
  const errors: unknown[] = [];
  const retention = startChangeRetention({
    database: test.database,
    clock: test.clock,
    days: 2,
    onError: (error) => errors.push(error),
  });
  await retention.stop();
  expect(errors).toEqual([]);
  const rows = await test.database.query<{ at: Date }>("select at from change order by at");
  expect(rows).toHaveLength(2);
});

it("becomes readable again after a restore into another cluster", async () => {
  await logged(() => test.user());
  await test.database.query("update change set xact = '900000000'");
  const retention = startChangeRetention({
    database: test.database,
    clock: test.clock,
    days: 2,
    onError: (error) => {
      throw error;
    },
  });
  await retention.stop();
  const rows = await test.database.query(
    "select 1 from change where xact < pg_snapshot_xmin(pg_current_snapshot())",
  );
  expect(rows).toHaveLength(1);
});
