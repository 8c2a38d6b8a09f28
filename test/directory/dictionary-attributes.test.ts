import { beforeAll, describe, expect, it } from "vitest";
import { createDictionary, FRESH_MS } from "../../src/dictionary/dictionary.js";
import type { Resource } from "../../src/directory/resource.js";
import { newId } from "../../src/platform/ids.js";
import type { JsonObject, JsonValue } from "../../src/scim/schema/attribute.js";
import { DICTIONARY_USER_URN as DICTIONARY } from "../../src/scim/schema/urns.js";
import { defaultTenantId } from "../support/database.js";
import { context, nothing, putBody, refusal, shareDirectory } from "./open-directory.js";

const test = shareDirectory();

beforeAll(async () => {
  await addField("badge", { unique_value: true });
  await addField("grade", { type: "enum", options: '{"values": ["P1", "P2"]}' });
  await addField("origin", { modifiable: false });
  await addField("hobbies", { multi_valued: true, unique_value: true });
  await addField("secret", {});
});

interface Columns {
  type?: string;
  unique_value?: boolean;
  multi_valued?: boolean;
  required?: boolean;
  modifiable?: boolean;
  options?: string;
}

async function addField(key: string, columns: Columns): Promise<void> {
  const { type = "string", options = "{}" } = columns;
  await test.database.query(
    `insert into dictionary_field (tenant_id, id, name, key, category, type, unique_value, multi_valued, required,
                                   modifiable, options, created_at, modified_at)
     values ($1, $2, $3, $3, 'user', $4, $5, $6, $7, $8, $9::jsonb, $10, $10)`,
    [
      defaultTenantId,
      newId(),
      key,
      type,
      columns.unique_value ?? false,
      columns.multi_valued ?? false,
      columns.required ?? false,
      columns.modifiable ?? true,
      options,
      test.clock.now(),
    ],
  );
}

async function setField(key: string, assignments: string): Promise<void> {
  await test.database.query(
    `update dictionary_field set ${assignments}, version = version + 1 where key = $1`,
    [key],
  );
  await test.clock.advance(FRESH_MS);
}

const withValues = (values: JsonObject) => test.user({ [DICTIONARY]: values });
const set = (user: Resource, key: string, value: JsonValue) =>
  test.patch(user, { op: "replace", path: `${DICTIONARY}:${key}`, value });
const valuesOf = async (user: Resource) =>
  (await test.directory.read(context, "User", user.id, nothing)).attributes[DICTIONARY];

describe("an attribute of the dictionary", () => {
  it("is in the registry, and found under any spelling of its name [001-40]", async () => {
    const schema = (await test.directory.registry(defaultTenantId)).schema(DICTIONARY.toUpperCase());
    expect(schema?.attributes.map(({ name }) => name)).toContain("badge");
    expect(await valuesOf(await withValues({ BADGE: "1" }))).toEqual({ badge: "1" });
  });

  it("takes only the values of its enum [001-35]", async () => {
    const user = await withValues({ grade: "P1" });
    expect(await refusal(set(user, "grade", "P3"))).toMatchObject({ status: 400, scimType: "invalidValue" });
    expect(await refusal(withValues({ grade: "p9" }))).toMatchObject({
      status: 400,
      scimType: "invalidValue",
    });
  });

  it("that is not modifiable can be set once and then stays [001-35]", async () => {
    const user = await withValues({});
    await set(user, "origin", "HR");
    expect(await refusal(set(user, "origin", "IT"))).toMatchObject({ status: 400, scimType: "mutability" });
    const put = test.directory.replace(
      context,
      "User",
      user.id,
      putBody(user, { [DICTIONARY]: { origin: "IT" } }),
    );
    expect(await refusal(put)).toMatchObject({ scimType: "mutability" });
    expect(await valuesOf(user)).toEqual({ origin: "HR" });
  });

  it("that is unique belongs to one user, each of several values by itself [001-35]", async () => {
    const user = await withValues({ hobbies: ["go", "chess"] });
    const error = await refusal(withValues({ hobbies: ["tennis", "chess"] }));
    expect(error).toMatchObject({ status: 409, scimType: "uniqueness" });
    expect(error.detail).toContain('"hobbies"');
    await set(user, "hobbies", ["go", "running"]);
    expect(await valuesOf(await withValues({ hobbies: ["chess"] }))).toEqual({ hobbies: ["chess"] });
    expect((await refusal(withValues({ hobbies: ["running"] }))).status).toBe(409);
  });

  it("that is unique goes to one of two who want it at once", async () => {
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => withValues({ badge: "wanted" })));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const [swapA, swapB] = [await withValues({ badge: "a" }), await withValues({ badge: "b" })];
    expect((await refusal(set(swapA, "badge", "b"))).status).toBe(409);
    await set(swapB, "badge", "c");
    await set(swapA, "badge", "b");
    expect(await valuesOf(swapA)).toEqual({ badge: "b" });
  });

  it("hides its values while it is disabled, keeps them through changes, and shows them again [001-37]", async () => {
    const user = await withValues({ secret: "kept", grade: "P1" });
    await setField("secret", "enabled = false");
    expect(await valuesOf(user)).toEqual({ grade: "P1" });
    expect((await refusal(set(user, "secret", "x"))).status).toBe(400);
    await test.directory.replace(context, "User", user.id, putBody(user, { [DICTIONARY]: { grade: "P2" } }));
    await test.patch(user, { op: "add", path: "title", value: "x" });
    await setField("secret", "enabled = true");
    expect(await valuesOf(user)).toEqual({ secret: "kept", grade: "P2" });
  });

  it("that becomes required is demanded of the next write, not of what is stored", async () => {
    const user = await withValues({});
    await setField("grade", "required = true");
    expect(await refusal(withValues({}))).toMatchObject({ status: 400, scimType: "invalidValue" });
    expect((await test.directory.read(context, "User", user.id, nothing)).version).toBe(1);
    expect(await set(user, "grade", "P1")).toMatchObject({ changed: true });
    await setField("grade", "required = false");
  });
});

describe("reading the dictionary", () => {
  it("asks the database at most once a second, or when told to forget", async () => {
    const dictionary = createDictionary({ queryable: test.database, clock: test.clock });
    const first = await dictionary.of(defaultTenantId);
    await test.database.query("update dictionary_field set version = version + 1 where key = 'badge'");
    expect(await dictionary.of(defaultTenantId)).toBe(first);
    await test.clock.advance(FRESH_MS);
    const second = await dictionary.of(defaultTenantId);
    expect(second).not.toBe(first);
    await test.clock.advance(FRESH_MS);
    expect(await dictionary.of(defaultTenantId)).toBe(second);
    await test.database.query("update dictionary_field set version = version + 1 where key = 'badge'");
    dictionary.forget(defaultTenantId);
    expect(await dictionary.of(defaultTenantId)).not.toBe(second);
  });
});
