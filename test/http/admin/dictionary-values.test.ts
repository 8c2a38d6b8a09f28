import { describe, expect, it } from "vitest";
import {
  DICTIONARY_GROUP_URN,
  GROUP_URN,
  DICTIONARY_USER_URN as URN,
  USER_URN,
} from "../../../src/scim/schema/urns.js";
import { shareDictionaryProcess } from "./dictionary-process.js";

const { test, post, patch, remove, create, scim, user } = shareDictionaryProcess();
const LONG = "𠮷".repeat(120);

const idOf = async (userName: string, values: object = {}): Promise<string> => {
  const { status, body } = await user(userName, values);
  expect([status, body.detail]).toEqual([201, undefined]);
  return body.id;
};
const claims = async () => {
  const rows = await test.database.query("select value_key from resource_unique_value order by value_key");
  return rows.map((row) => row["value_key"]);
};

describe("a change that stored values do not fit", () => {
  it.each([
    ["another type", {}, "x", { type: "integer" }, "type", false],
    ["numbers become texts", { type: "integer" }, 5, { type: "string" }, "type", false],
    ["a fraction", { type: "decimal" }, 1.5, { type: "integer" }, "type", false],
    ["several values", {}, "x", { multiValued: true }, "multiValued", false],
    ["a list without it", {}, "x", { type: "enum", values: ["y"] }, "values", true],
    ["a shorter list", { type: "enum", values: ["x", "y"] }, "x", { values: ["y"] }, "values", true],
    ["a pattern", {}, "x1", { pattern: "[a-z]+" }, "pattern", true],
    [
      "a pattern for one of several",
      { multiValued: true },
      ["x", "x1"],
      { pattern: "[a-z]+" },
      "pattern",
      true,
    ],
    ["a length", {}, "张三丰", { maxLength: 2 }, "maxLength", true],
    ["a unique value's length", {}, "x".repeat(256), { unique: true }, "maxLength", true],
  ] as const)(
    "is refused with what it would break: %s",
    async (_what, properties, value, change, property, forcible) => {
      const { id } = await create(properties);
      const holder = await idOf("holder", { costCentre: value });
      await idOf("without");
      const answer = await patch(id, change);
      expect(answer.body).toMatchObject({
        status: 409,
        code: "values_break",
        forcible,
        impact: [{ property, resources: 1, examples: [holder] }],
      });
      const forced = await patch(id, change, "?force=true");
      expect(forced.status).toBe(forcible ? 200 : 409);
      const stored = await scim("get", `/Users/${holder}`);
      expect(stored.body[URN]).toEqual({ costCentre: value });
    },
  );

  it.each([
    ["text to enum", {}, "x", { type: "enum", values: ["x"] }],
    ["enum to text", { type: "enum", values: ["x"] }, "x", { type: "string", values: null }],
    ["text to reference", {}, "x", { type: "reference" }],
    ["whole numbers", { type: "decimal" }, 5, { type: "integer" }],
    ["fractions allowed", { type: "integer" }, 5, { type: "decimal" }],
    ["a pattern that matches", {}, "x", { pattern: "[a-z]" }],
    ["a length in characters", {}, "𠮷𠮷", { maxLength: 2 }],
    ["a longer list", { type: "enum", values: ["x"] }, "x", { values: ["x", "y"] }],
    ["no longer modifiable", {}, "x", { modifiable: false }],
  ] as const)("is made when all of them fit: %s", async (_what, properties, value, change) => {
    const { id } = await create(properties);
    await idOf("holder", { costCentre: value });
    expect((await patch(id, change)).status).toBe(200);
    const found = await scim("get", "/Users").query({
      filter: `${URN}:costCentre eq ${JSON.stringify(value)}`,
    });
    expect(found.body.totalResults).toBe(1);
  });

  it("counts everybody without a value of a field that becomes required, unless forced", async () => {
    await idOf("one");
    await idOf("two");
    const required = { required: true };
    const refused = await post({ name: "n", key: "badge", category: "user", type: "string", ...required });
    expect(refused.body).toMatchObject({
      code: "values_break",
      impact: [{ property: "required", resources: 2 }],
    });
    const { id } = await create();
    expect((await patch(id, required)).body).toMatchObject({ impact: [{ resources: 2 }], forcible: true });
    expect((await patch(id, { ...required, enabled: false })).status).toBe(200);
    expect((await patch(id, { enabled: true })).body).toMatchObject({ impact: [{ resources: 2 }] });
    expect((await patch(id, { enabled: true }, "?force=true")).status).toBe(200);
  });
});

describe("a required field", () => {
  it("is demanded of POST and PUT, and of a PATCH only when that takes it away [001-35]", async () => {
    const earlier = await idOf("earlier");
    await create({ key: "badge" });
    const { id: fieldId } = await create();
    expect((await patch(fieldId, { required: true }, "?force=true")).status).toBe(200);
    expect((await user("late")).body).toMatchObject({ status: "400", scimType: "invalidValue" });
    const put = { schemas: [USER_URN], userName: "earlier" };
    expect((await scim("put", `/Users/${earlier}`).send(put)).body).toMatchObject({
      scimType: "invalidValue",
    });
    expect((await scim("get", `/Users/${earlier}`)).status).toBe(200);

    const operations = (id: string, ...list: object[]) =>
      scim("patch", `/Users/${id}`).send({
        schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        Operations: list,
      });
    const deactivate = { op: "replace", path: "active", value: false };
    expect((await operations(earlier, deactivate)).body).toMatchObject({ active: false });
    const badge = { op: "add", path: `${URN}:badge`, value: "7" };
    expect((await operations(earlier, badge)).body).toMatchObject({ [URN]: { badge: "7" } });
    const holder = await idOf("holder", { costCentre: "A" });
    const taken = await operations(holder, { op: "remove", path: `${URN}:costCentre` });
    expect(taken.body).toMatchObject({ status: "400", scimType: "mutability" });
  });
});

describe("a value that a narrower rule would refuse today", () => {
  it("stays until it is changed, and may then only become right", async () => {
    const { id } = await create();
    const holder = await idOf("holder", { costCentre: "x1" });
    await patch(id, { pattern: "[a-z]+" }, "?force=true");
    const operation = (path: string, value: unknown) =>
      scim("patch", `/Users/${holder}`).send({
        schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        Operations: [{ op: "replace", path, value }],
      });
    expect((await operation("title", "x")).status).toBe(200);
    expect((await operation(`${URN}:costCentre`, "x2")).body).toMatchObject({ scimType: "invalidValue" });
    expect((await operation(`${URN}:costCentre`, "y")).body).toMatchObject({ [URN]: { costCentre: "y" } });
  });
});

describe("a field that becomes unique", () => {
  it("claims every stored value, so that nobody else can have it", async () => {
    const { id } = await create();
    for (const [name, value] of Object.entries({ a: "A", b: "B", long: LONG, longer: `${LONG}!` })) {
      await idOf(name, { costCentre: value });
    }
    expect((await patch(id, { unique: true })).status).toBe(200);
    for (const value of ["A", LONG, `${LONG}!`]) {
      expect((await user("second", { costCentre: value })).body).toMatchObject({
        status: "409",
        scimType: "uniqueness",
      });
    }
    await idOf("case matters", { costCentre: "a" });
    const withClaims = await claims();
    expect(withClaims).toHaveLength(5);
    expect((await patch(id, { unique: false })).status).toBe(200);
    expect(await claims()).toEqual([]);
    await idOf("second", { costCentre: "A" });
    expect((await remove(id, "?values=remove")).status).toBe(204);
  });

  it("takes whole numbers as well", async () => {
    const { id } = await create({ type: "integer" });
    await idOf("a", { costCentre: 9007199254740991 });
    await patch(id, { unique: true });
    expect((await user("b", { costCentre: 9007199254740991 })).status).toBe(409);
  });

  it("is refused while several have the same value, which it names", async () => {
    const { id } = await create();
    const holders = [];
    for (const name of ["a", "b", "c"]) holders.push(await idOf(name, { costCentre: "same" }));
    await idOf("d", { costCentre: "other" });
    const answer = await patch(id, { unique: true }, "?force=true");
    expect(answer.body).toMatchObject({
      status: 409,
      code: "values_break",
      forcible: false,
      impact: [
        { property: "unique", resources: 3, clashes: [{ value: "same", resources: 3, examples: holders }] },
      ],
    });
    expect(await claims()).toEqual([]);
  });

  it("keeps its claims while it is disabled", async () => {
    const { id } = await create({ unique: true });
    await idOf("a", { costCentre: "A" });
    await patch(id, { enabled: false });
    await patch(id, { enabled: true });
    expect((await user("b", { costCentre: "A" })).status).toBe(409);
  });
});

describe("removing a field", () => {
  it("is refused while there are values, unless they are to go as well", async () => {
    const { id } = await create({ unique: true });
    await create({ key: "badge" });
    const holder = await idOf("holder", { costCentre: "A" });
    const both = await idOf("both", { costCentre: "B", badge: "7" });
    const answer = await remove(id);
    expect(answer.body).toMatchObject({ status: 409, code: "values_exist", resources: 2 });
    expect((await remove(id, "?values=keep")).status).toBe(400);
    const before = await scim("get", `/Users/${holder}`);
    expect((await remove(id, "?values=remove")).status).toBe(204);

    const after = await scim("get", `/Users/${holder}`);
    expect(after.body).not.toHaveProperty([URN]);
    expect(after.body.schemas).toEqual([USER_URN]);
    expect(after.headers["etag"]).not.toBe(before.headers["etag"]);
    expect((await scim("get", `/Users/${both}`)).body[URN]).toEqual({ badge: "7" });
    expect(await claims()).toEqual([]);
    const log = await test.database.query(
      "select attributes, actor, version from change where resource_id = $1 order by version",
      [holder],
    );
    expect(log.at(-1)).toEqual({ attributes: [`${URN}:costCentre`], actor: "test-client", version: "2" });
    const rows = await test.database.query(
      "select distinct attribute from resource_value where attribute like '%:User %' order by attribute",
    );
    expect(rows).toEqual([{ attribute: `${URN} badge` }, { attribute: `${URN} badge (exact)` }]);
    await create({ type: "integer" });
    expect((await scim("get", `/Users/${holder}`)).body).not.toHaveProperty([URN]);
  });

  it("erases what is left of it in removed resources", async () => {
    const { id } = await create();
    const holder = await idOf("holder", { costCentre: "A" });
    expect((await scim("delete", `/Users/${holder}`)).status).toBe(204);
    expect((await remove(id)).status).toBe(204);
    const rows = await test.database.query("select 1 from resource where doc::text like '%costCentre%'");
    expect(rows).toEqual([]);
  });

  it("concerns departments as well as people", async () => {
    const { id } = await create({ category: "group" });
    const made = await scim("post", "/Groups").send({
      schemas: [GROUP_URN],
      displayName: "研发部",
      [DICTIONARY_GROUP_URN]: { costCentre: "A" },
    });
    expect((await remove(id)).body).toMatchObject({ code: "values_exist", resources: 1 });
    expect((await remove(id, "?values=remove")).status).toBe(204);
    expect((await scim("get", `/Groups/${made.body.id}`)).body).not.toHaveProperty([DICTIONARY_GROUP_URN]);
  });
});
