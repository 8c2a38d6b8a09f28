import { type Check, check } from "../check.js";
import {
  expectSame,
  expectStatus,
  expectThat,
  GROUP_URN,
  objectsOf,
  stringOf,
  stringsOf,
  USER_URN,
} from "../expect.js";
import { describedAttributes } from "./schema-attributes.js";

const TYPES = ["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"];

/** The schema documents themselves (RFC 7643 sections 2 and 7). */
export const SCHEMA_DEFINITION_CHECKS: readonly Check[] = [
  check(
    "every schema has its URI as id, a name, a description and attributes",
    ["7643-7-01", "7643-7-02", "7643-7-03", "7643-7-04", "7643-7-05"],
    async ({ client, discovered }) => {
      expectThat(discovered.schemas.length > 0, "/Schemas lists nothing");
      for (const schema of discovered.schemas) {
        const id = stringOf(schema["id"]);
        expectThat(id.startsWith("urn:"), `a schema has the id ${JSON.stringify(schema["id"])}`);
        for (const name of ["name", "description"]) {
          expectThat(stringOf(schema[name]) !== "", `${id} has no ${name}`);
        }
        expectThat(Array.isArray(schema["attributes"]), `${id} has no attributes`);
        expectSame(expectStatus(await client.get(`/Schemas/${id}`), 200).body, schema, `${id}, read alone`);
      }
    },
  ),

  check("every attribute has a name", ["7643-8.7.2-06"], async ({ discovered }) => {
    for (const { schema, path, definition } of describedAttributes(discovered)) {
      expectThat(stringOf(definition["name"]) !== "", `an attribute at ${schema} ${path} has no name`);
    }
  }),

  check("attribute names are of the letters allowed", ["7643-2.1-02"], async ({ discovered }) => {
    for (const { schema, definition } of describedAttributes(discovered)) {
      const name = stringOf(definition["name"]);
      expectThat(name === "$ref" || /^[A-Za-z][A-Za-z0-9_-]*$/.test(name), `${schema} has ${name}`);
    }
  }),

  check("every attribute has a description", ["7643-7-07"], async ({ discovered }) => {
    for (const { schema, path, definition } of describedAttributes(discovered)) {
      expectThat(stringOf(definition["description"]) !== "", `${schema} ${path} has no description`);
    }
  }),

  check("attributes use the data types of the RFC", ["7643-2.3-01"], async ({ discovered }) => {
    for (const { schema, path, definition } of describedAttributes(discovered)) {
      expectThat(TYPES.includes(stringOf(definition["type"])), `${schema} ${path} is ${definition["type"]}`);
    }
  }),

  check("complex attributes list their sub-attributes", ["7643-7-06"], async ({ discovered }) => {
    for (const { schema, path, definition } of describedAttributes(discovered)) {
      if (definition["type"] !== "complex") continue;
      expectThat(objectsOf(definition["subAttributes"]).length > 0, `${schema} ${path} lists none`);
    }
  }),

  check("only complex attributes have sub-attributes", ["7643-1.2-01"], async ({ discovered }) => {
    for (const { schema, path, definition } of describedAttributes(discovered)) {
      if (definition["type"] === "complex") continue;
      expectThat(objectsOf(definition["subAttributes"]).length === 0, `${schema} ${path} has sub-attributes`);
    }
  }),

  check("no sub-attribute is complex", ["7643-2.3.8-02"], async ({ discovered }) => {
    for (const { schema, path, definition, isSubAttribute } of describedAttributes(discovered)) {
      // The schema of schemas is the exception that RFC 7643 section 7 makes.
      if (!isSubAttribute || schema.startsWith("urn:ietf:params:scim:schemas:core:2.0:Schema")) continue;
      expectThat(definition["type"] !== "complex", `${schema} ${path} is complex`);
    }
  }),

  check("attributes with canonical types list them", ["7643-8.7.2-07"], async ({ discovered }) => {
    const types = describedAttributes(discovered).filter(
      ({ schema, path }) =>
        schema === USER_URN && ["emails.type", "phoneNumbers.type", "addresses.type"].includes(path),
    );
    expectThat(types.length > 0, "the User schema describes no type of emails, phoneNumbers or addresses");
    for (const { path, definition } of types) {
      expectThat(stringsOf(definition["canonicalValues"]).includes("work"), `${path} lists no work`);
    }
  }),

  check("extensions do not define standard attributes again", ["7643-3.3-03"], async ({ discovered }) => {
    const standard = new Set(["id", "externalid", "meta", "schemas"]);
    for (const { schema, path } of describedAttributes(discovered)) {
      if ([USER_URN, GROUP_URN].includes(schema)) standard.add(path.toLowerCase());
    }
    for (const { schema, path, isSubAttribute } of describedAttributes(discovered)) {
      if (isSubAttribute || schema.startsWith("urn:ietf:params:scim:schemas:core:")) continue;
      expectThat(!standard.has(path.toLowerCase()), `${schema} defines ${path} again`);
    }
  }),

  check("the schema of groups requires displayName", ["7643-errata-5984"], async ({ discovered }) => {
    const displayName = describedAttributes(discovered).find(
      ({ schema, path }) => schema === GROUP_URN && path === "displayName",
    );
    expectSame(displayName?.definition["required"], true, "required of displayName");
  }),

  check("references are case exact", ["7643-errata-6001"], async ({ discovered }) => {
    for (const { schema, path, definition } of describedAttributes(discovered)) {
      if (definition["type"] !== "reference") continue;
      expectSame(definition["caseExact"], true, `caseExact of ${schema} ${path}`);
    }
  }),

  check("password is writeOnly and never returned", ["7643-4.1.1-13"], async (s) => {
    const password = describedAttributes(s.discovered).find(
      ({ schema, path }) => schema === USER_URN && path === "password",
    );
    if (password === undefined) return s.skip("the User schema has no password");
    expectSame(password.definition["mutability"], "writeOnly", "mutability");
    expectSame(password.definition["returned"], "never", "returned");
  }),
];
