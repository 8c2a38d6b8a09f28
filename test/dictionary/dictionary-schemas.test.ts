import { describe, expect, it } from "vitest";
import { dictionaryAttribute, dictionarySchemas } from "../../src/dictionary/dictionary-schemas.js";
import { field } from "../support/dictionary-fields.js";

describe("a dictionary field as an attribute", () => {
  it.each([
    ["plain text", {}, { type: "string", caseExact: false, mutability: "readWrite", uniqueness: "none" }],
    ["a unique one", { uniqueValue: true }, { uniqueness: "server", caseExact: true }],
    ["one that is not modifiable", { modifiable: false }, { mutability: "immutable" }],
    [
      "a required one, always modifiable",
      { required: true, modifiable: false },
      { required: true, mutability: "readWrite" },
    ],
    ["several values", { multiValued: true }, { multiValued: true }],
    [
      "a reference",
      { type: "reference" },
      { type: "reference", caseExact: true, referenceTypes: ["external"] },
    ],
    [
      "an enum",
      { type: "enum", options: { values: ["A", "B"] } },
      {
        type: "string",
        caseExact: true,
        canonicalValues: ["A", "B"],
        rules: { enforceCanonicalValues: true },
      },
    ],
    [
      "rules",
      { options: { pattern: "[0-9]+", maxLength: 5 } },
      { rules: { pattern: "[0-9]+", maxLength: 5 } },
    ],
    [
      "a remark",
      { name: "Badge", options: { remark: "on the card" } },
      { description: "Badge: on the card" },
    ],
    ["an integer", { type: "integer" }, { type: "integer" }],
    ["a decimal", { type: "decimal" }, { type: "decimal" }],
    ["a boolean", { type: "boolean" }, { type: "boolean" }],
    ["a date", { type: "dateTime" }, { type: "dateTime" }],
  ] as const)("%s", (_what, properties, expected) => {
    const options = "options" in properties ? JSON.parse(JSON.stringify(properties.options)) : {};
    const attribute = dictionaryAttribute(field({ key: "badge", ...properties, options }));
    expect(attribute).toMatchObject({ name: "badge", ...expected });
  });
});

describe("the schemas of a dictionary", () => {
  it("hold the enabled fields of their category", () => {
    const schemas = dictionarySchemas([
      field({ key: "one" }),
      field({ key: "two", category: "group" }),
      field({ key: "off", enabled: false }),
    ]);
    expect(schemas.user.attributes.map(({ name }) => name)).toEqual(["one"]);
    expect(schemas.group.attributes.map(({ name }) => name)).toEqual(["two"]);
    expect(schemas.user.id).toBe("urn:ietf:params:scim:schemas:extension:dictionary:2.0:User");
    expect(schemas.group.id).toBe("urn:ietf:params:scim:schemas:extension:dictionary:2.0:Group");
  });
});
