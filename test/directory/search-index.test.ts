import fc from "fast-check";
import { expect, it } from "vitest";
import { writeBack } from "../../src/directory/write-back.js";
import type { JsonObject, ResourceTypeId } from "../../src/scim/schema/attribute.js";
import {
  DICTIONARY_USER_URN as DICTIONARY,
  ENTERPRISE_USER_URN as ENTERPRISE,
} from "../../src/scim/schema/urns.js";
import { searchEntries } from "../../src/scim/search-entries.js";
import { defaultTenantId } from "../support/database.js";
import { context, putBody, shareDirectory } from "./open-directory.js";

const test = shareDirectory();

/** What the index should hold by the living documents, and what it does hold; in one order. */
async function compareIndex(): Promise<{ wanted: string[]; held: string[] }> {
  const resources = await test.database.query<{ type: ResourceTypeId; seq: string; doc: JsonObject }>(
    "select type, seq, doc from resource where deleted_at is null",
  );
  const rows = await test.database.query<{ type: string; attribute: string; value_key: string; seq: string }>(
    "select type, attribute, value_key, seq from resource_value",
  );
  return {
    wanted: resources
      .flatMap(({ type, seq, doc }) =>
        searchEntries(type, doc).map(({ attribute, key }) => `${seq} ${type} ${attribute} ${key}`),
      )
      .sort(),
    held: rows.map((row) => `${row.seq} ${row.type} ${row.attribute} ${row.value_key}`).sort(),
  };
}

const word = fc.constantFrom("a", "B", "王伟", "Ünal", "x@example.com", "2025-01-31T08:00:00Z");
const attributes = fc.record(
  {
    title: word,
    nickName: word,
    active: fc.boolean(),
    name: fc.record({ familyName: word, formatted: word }, { requiredKeys: [] }),
    emails: fc.array(fc.record({ value: word, type: fc.constantFrom("work", "home") }), { maxLength: 3 }),
    [ENTERPRISE]: fc.record({ department: word, costCenter: word }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);
const step = fc.record({
  kind: fc.constantFrom("create", "replace", "patch", "remove", "write-back"),
  target: fc.nat(4),
  attributes,
});

it("holds exactly what the documents say, after any sequence of writes", async () => {
  let count = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
      const living = [await test.user({ title: "first" })];
      for (const { kind, target, attributes: values } of steps) {
        const user = living[target % Math.max(1, living.length)];
        if (kind === "create" || !user) {
          living.push(await test.user({ ...values, [DICTIONARY]: { ddAccountId: `id-${++count}` } }));
        } else if (kind === "replace") {
          await test.directory.replace(context, "User", user.id, putBody(user, values));
        } else if (kind === "patch") {
          await test.patch(user, { op: "add", value: values });
        } else if (kind === "write-back") {
          const value = count % 3 === 0 ? null : `id-${++count}`;
          await test.database.transaction((tx) =>
            writeBack(tx, {
              tenantId: defaultTenantId,
              resourceType: "User",
              resourceId: user.id,
              attribute: "ddAccountId",
              value,
              now: test.clock.now(),
              correlationId: "delivery-1",
            }),
          );
        } else {
          await test.directory.remove(context, "User", user.id);
          living.splice(living.indexOf(user), 1);
        }
      }
      const { wanted, held } = await compareIndex();
      expect(held).toEqual(wanted);
    }),
    { numRuns: 15 },
  );
  const { wanted } = await compareIndex();
  expect(wanted.length).toBeGreaterThan(10);
});
