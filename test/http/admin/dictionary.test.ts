import request from "supertest";
import { describe, expect, it } from "vitest";
import { followChanges } from "../../../src/dictionary/dictionary.js";
import { DICTIONARY_USER_URN as URN } from "../../../src/scim/schema/urns.js";
import { defaultTenantId } from "../../support/database.js";
import { good, openProcess, PATH, shareDictionaryProcess } from "./dictionary-process.js";

const UNKNOWN = "99999999-9999-4999-8999-999999999999";
const { test, served, changes, send, post, patch, remove, read, create, scim, user, schemaKeys } =
  shareDictionaryProcess();

describe("defining a field", () => {
  it("answers it with every property, where it is, and that it is not to be cached [001-35]", async () => {
    const answer = await post({ ...good, remark: " for invoices ", maxLength: 10, pattern: "[A-Z]+" });
    expect(answer.status).toBe(201);
    expect(answer.headers["location"]).toBe(`https://gateway.example${PATH}/${answer.body.id}`);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.body).toEqual({
      ...good,
      id: expect.any(String),
      multiValued: false,
      required: false,
      modifiable: true,
      unique: false,
      enabled: true,
      maxLength: 10,
      pattern: "[A-Z]+",
      remark: "for invoices",
      system: false,
      version: 1,
      createdAt: expect.any(String),
      modifiedAt: expect.any(String),
    });
    expect((await read(`/${answer.body.id}`)).body).toEqual(answer.body);
  });

  it.each([
    ["a key that does not begin with a letter", { key: "1st" }, "key"],
    ["a key with a dot", { key: "cost.centre" }, "key"],
    ["a key with a dollar", { key: "$ref" }, "key"],
    ["a key in other letters", { key: "成本" }, "key"],
    ["a key that is too long", { key: "k".repeat(65) }, "key"],
    ["a key that every object answers to", { key: "ToString" }, "key"],
    ["a blank name", { name: "  " }, "name"],
    ["an unknown category", { category: "robot" }, "category"],
    ["an unknown type", { type: "binary" }, "type"],
    ["an unknown property", { colour: "red" }, "colour"],
    ["a flag that is text", { required: "yes" }, "required"],
    ["an enum without values", { type: "enum" }, "values"],
    ["an enum with no value", { type: "enum", values: [] }, "values"],
    ["an enum with a value twice", { type: "enum", values: ["a", "a"] }, "values"],
    ["an enum with a blank value", { type: "enum", values: [" "] }, "values"],
    [
      "an enum with too many values",
      { type: "enum", values: Array.from({ length: 501 }, (_, n) => `${n}`) },
      "values",
    ],
    ["values of a text", { values: ["a"] }, "values"],
    ["a pattern that does not compile", { pattern: "(" }, "pattern"],
    ["a pattern with look-ahead", { pattern: "(?=a)" }, "pattern"],
    ["a pattern with a back-reference", { pattern: "(a)\\1" }, "pattern"],
    ["a pattern that is too costly", { pattern: "(\\pL{1,255}){1,3}" }, "pattern"],
    ["a pattern that is too long", { pattern: "a".repeat(501) }, "pattern"],
    ["a pattern for numbers", { type: "integer", pattern: "1" }, "pattern"],
    ["a length for dates", { type: "dateTime", maxLength: 3 }, "maxLength"],
    ["no length", { maxLength: 0 }, "maxLength"],
    ["a length above the validator's own", { maxLength: 8193 }, "maxLength"],
    ["a long unique text", { unique: true, maxLength: 256 }, "maxLength"],
    ["several unique values", { unique: true, multiValued: true }, "unique"],
    ["a unique boolean", { unique: true, type: "boolean" }, "unique"],
    ["a unique enum", { unique: true, type: "enum", values: ["a"] }, "unique"],
  ])("refuses %s", async (_what, properties, field) => {
    const answer = await post({ ...good, ...properties });
    expect(answer.status).toBe(400);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({
      code: "invalid_request",
      errors: [expect.objectContaining({ field: expect.stringContaining(field) })],
    });
  });

  it("stores a required field as modifiable, and says so [001-36]", async () => {
    const field = await create({ required: true, modifiable: false });
    expect(field).toMatchObject({
      required: true,
      modifiable: true,
      notices: [expect.stringContaining("modifiable")],
    });
    expect((await patch(field.id, { modifiable: false })).body).toMatchObject({
      modifiable: true,
      notices: [expect.stringContaining("modifiable")],
    });
    expect((await patch(field.id, { name: "x" })).body).not.toHaveProperty("notices");
  });

  it("refuses a key that the category has, in any case, and names the field that has it [001-40]", async () => {
    const { id } = await create();
    const answer = await post({ ...good, key: "COSTcentre" });
    expect([answer.status, answer.body]).toMatchObject([409, { code: "field_exists", fieldId: id }]);
    expect((await post({ ...good, key: "DDAccountID" })).body).toMatchObject({ code: "field_exists" });
    await create({ category: "group" });
  });

  it("lets one of two who want the same key at once have it", async () => {
    const answers = await Promise.all([post(good), post({ ...good, key: "COSTCENTRE" }), post(good)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  it("stops at 200 fields of a category", async () => {
    await test.database.query(
      `insert into dictionary_field (tenant_id, id, name, key, category, type)
       select $1, gen_random_uuid(), 'f', 'f' || n, 'user', 'string' from generate_series(1, 199) n`,
      [defaultTenantId],
    );
    expect((await post(good)).body).toMatchObject({ status: 409, code: "too_many_fields" });
    expect((await post({ ...good, category: "group" })).status).toBe(201);
  });
});

describe("reading fields", () => {
  it("pages through those of a category by cursor", async () => {
    for (const key of ["a", "b", "c"]) await create({ key });
    await create({ key: "g", category: "group" });
    const seen: string[] = [];
    for (let cursor = ""; ; ) {
      const query = `?category=user&limit=2${cursor && `&cursor=${cursor}`}`;
      const { body } = await read(query);
      seen.push(...body.items.map(({ key }: { key: string }) => key));
      if (body.nextCursor === null) break;
      cursor = body.nextCursor;
    }
    expect(seen.sort()).toEqual(["a", "b", "c", "ddAccountId"]);
  });

  it.each([
    ["get", undefined],
    ["patch", { name: "x" }],
    ["delete", undefined],
  ] as const)("%s of an unknown id is 404", async (method, body) => {
    const answer = await send(method, `/${UNKNOWN}`, body);
    expect([answer.status, answer.body.code]).toEqual([404, "field_not_found"]);
  });

  it("needs the scope admin", async () => {
    const answer = await request(served.admin).get(PATH).set("Authorization", "Bearer read+write");
    expect([answer.status, answer.body.code]).toEqual([403, "insufficient_scope"]);
  });
});

describe("changing a field", () => {
  it("changes what is named, takes away what is null, and raises the version", async () => {
    const { id } = await create({ pattern: "a", maxLength: 5, remark: "old" });
    const answer = await patch(id, { name: "新名", pattern: null, key: "costCentre", category: "user" });
    expect(answer.body).toMatchObject({ name: "新名", maxLength: 5, remark: "old", version: 2 });
    expect(answer.body).not.toHaveProperty("pattern");
  });

  it.each([
    [{}, ""],
    [{ key: "other" }, "key"],
    [{ key: "COSTCENTRE" }, "key"],
    [{ category: "group" }, "category"],
    [{ type: "enum" }, "values"],
    [{ type: "boolean", unique: true }, "unique"],
  ])("refuses %j", async (body, field) => {
    const { id } = await create();
    const answer = await patch(id, body);
    expect(answer.body).toMatchObject({ status: 400, code: "invalid_request", errors: [{ field }] });
  });

  it("leaves the product's own fields as the provisioner needs them, but for name, remark and enabled", async () => {
    const { body } = await read("?category=user");
    const { id } = body.items.find(({ system }: { system: boolean }) => system);
    for (const change of [{ type: "integer" }, { unique: false }, { required: true }, { maxLength: 3 }]) {
      expect((await patch(id, change)).body).toMatchObject({ status: 409, code: "field_is_system" });
    }
    expect((await remove(id)).body).toMatchObject({ status: 409, code: "field_is_system" });
    expect((await patch(id, { name: "钉钉账号", enabled: false })).body).toMatchObject({ enabled: false });
    expect(await schemaKeys()).not.toContain("ddAccountId");
    expect((await patch(id, { enabled: true })).status).toBe(200);
    expect(await schemaKeys()).toContain("ddAccountId");
  });

  it("is told to whoever keeps the audit: who, what, from what to what", async () => {
    const { id } = await create();
    await patch(id, { name: "other" }).set("x-request-id", "change-1");
    await remove(id);
    expect(changes.map(({ before, after }) => [before?.name, after?.name])).toEqual([
      [undefined, good.name],
      [good.name, "other"],
      ["other", undefined],
    ]);
    expect(changes[1]?.context).toMatchObject({ actor: "test-client", correlationId: "change-1" });
  });
});

describe("a saved field", () => {
  it("is in the schemas and usable at once, without a second passing [001-37]", async () => {
    expect(await schemaKeys()).not.toContain("costCentre");
    // Whether an unknown attribute is refused or left out is the profile's business.
    expect((await user("early", { costCentre: "A" })).body).not.toHaveProperty([URN]);
    const { id } = await create();
    expect(await schemaKeys()).toContain("costCentre");
    const created = await user("on.time", { costCentre: "A" });
    expect(created.body[URN]).toEqual({ costCentre: "A" });
    const found = await scim("get", "/Users").query({
      filter: `${URN}:costcentre eq "a"`,
      sortBy: `${URN}:costCentre`,
    });
    expect(found.body.Resources).toMatchObject([{ userName: "on.time" }]);
    await patch(id, { enabled: false });
    expect(await schemaKeys()).not.toContain("costCentre");
    const hidden = await scim("get", "/Users").query({ filter: `${URN}:costCentre pr` });
    expect([hidden.status, hidden.body.scimType]).toEqual([400, "invalidFilter"]);
    await patch(id, { enabled: true });
    expect((await scim("get", `/Users/${created.body.id}`)).body[URN]).toEqual({
      costCentre: "A",
    });
  });

  it("is known to every other process as soon as that one is notified", async () => {
    const other = openProcess(test.database);
    const stop = await followChanges(test.database, other.dictionary);
    expect(await schemaKeys(other.scim)).not.toContain("costCentre");
    const heard = nextForget(other.dictionary);
    await create();
    await heard;
    expect(await schemaKeys(other.scim)).toContain("costCentre");
    await stop();
  });
});

/** Resolves when the dictionary is told to forget something. */
function nextForget(dictionary: { forget(tenantId: string): void }): Promise<void> {
  const { forget } = dictionary;
  return new Promise((resolve) => {
    dictionary.forget = (tenantId) => {
      forget(tenantId);
      resolve();
    };
  });
}
