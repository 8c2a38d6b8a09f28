import { describe, expect, it } from "vitest";
import { dictionaryRevision, listAllFields } from "../../src/persistence/dictionary-store.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";

const test = shareTestDatabase();

const insert = (id: number, key: string, enabled = true) =>
  test.database.query(
    `insert into dictionary_field (tenant_id, id, name, key, category, type, options, enabled)
     values ($1, $2, $3, $3, 'user', 'enum', $4::jsonb, $5)`,
    [defaultTenantId, `00000000-0000-0000-0000-00000000000${id}`, key, '{"values":["红","蓝"]}', enabled],
  );

describe("the dictionary store", () => {
  it("lists the fields of a tenant by category and key, the disabled ones too", async () => {
    await insert(1, "colour");
    await insert(2, "hidden", false);
    const fields = await listAllFields(test.database, defaultTenantId);
    expect(fields.map(({ category, key }) => `${category} ${key}`)).toEqual([
      "group ddtalkId",
      "user colour",
      "user ddAccountId",
      "user hidden",
    ]);
    expect(fields[1]).toMatchObject({
      type: "enum",
      multiValued: false,
      required: false,
      modifiable: true,
      uniqueValue: false,
      system: false,
      version: 1,
      options: { values: ["红", "蓝"] },
    });
    expect(await listAllFields(test.database, "00000000-0000-0000-0000-0000000000ff")).toEqual([]);
  });

  it("tells a higher revision after every change, and the same one otherwise", async () => {
    const seen = [await dictionaryRevision(test.database, defaultTenantId)];
    const change = async (sql: string) => {
      await test.database.query(sql);
      seen.push(await dictionaryRevision(test.database, defaultTenantId));
    };
    await change("update dictionary_field set enabled = false, version = version + 1 where key = 'colour'");
    await change("delete from dictionary_field where key = 'colour'");
    await insert(3, "size");
    seen.push(await dictionaryRevision(test.database, defaultTenantId));
    expect(new Set(seen).size).toBe(seen.length);
    expect(await dictionaryRevision(test.database, defaultTenantId)).toBe(seen.at(-1));
  });

  it("takes keys that differ in case only for the same key", async () => {
    await expect(insert(4, "DDACCOUNTID")).rejects.toMatchObject({ constraint: "dictionary_field_key" });
  });
});
