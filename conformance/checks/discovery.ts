import { type Check, check, type Discovered } from "../check.js";
import {
  expectError,
  expectSame,
  expectStatus,
  expectThat,
  LIST_URN,
  objectOf,
  objectsOf,
  resourcesOf,
  stringOf,
  stringsOf,
} from "../expect.js";
import type { JsonObject } from "../scim-client.js";

const CONFIG = "/ServiceProviderConfig";
const CONFIG_URN = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

/** Each feature of ServiceProviderConfig: the id of the feature, then the ids of its members. */
const FEATURES: readonly [string, string, Record<string, string>][] = [
  ["patch", "7643-5-01", { supported: "7643-5-02" }],
  ["bulk", "7643-5-03", { supported: "7643-5-04", maxOperations: "7643-5-05", maxPayloadSize: "7643-5-06" }],
  ["filter", "7643-5-07", { supported: "7643-5-08", maxResults: "7643-5-09" }],
  ["changePassword", "7643-5-10", { supported: "7643-5-11" }],
  ["sort", "7643-5-12", { supported: "7643-5-13" }],
  ["etag", "7643-5-14", { supported: "7643-5-15" }],
];

const SCHEME_TYPES = ["oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"];

/** What the server says of itself at its three discovery endpoints (RFC 7643 sections 5 and 6, RFC 7644 section 4). */
export const DISCOVERY_CHECKS: readonly Check[] = [
  check("ServiceProviderConfig is an object of its schema", ["7644-4-01"], async ({ client }) => {
    const { body } = expectStatus(await client.get(CONFIG), 200);
    expectSame(body["schemas"], [CONFIG_URN], "schemas");
  }),

  ...FEATURES.map(([feature, id, members]) =>
    check(
      `ServiceProviderConfig tells ${feature}: ${Object.keys(members).join(", ")}`,
      [id, ...Object.values(members)],
      async ({ client }) => {
        const announced = (await client.get(CONFIG)).body[feature];
        expectThat(announced !== undefined && announced !== null, `${feature} is missing`);
        for (const member of Object.keys(members)) {
          const value = objectOf(announced)[member];
          const fits = member === "supported" ? typeof value === "boolean" : Number.isInteger(value);
          expectThat(fits, `${feature}.${member} is ${JSON.stringify(value)}`);
        }
      },
    ),
  ),

  check(
    "authentication schemes have a type, a name and a description",
    ["7643-5-17", "7643-5-18", "7643-5-19", "7643-5-20", "7643-1.1-02"],
    async ({ client }) => {
      const schemes = objectsOf((await client.get(CONFIG)).body["authenticationSchemes"]);
      expectThat(schemes.length > 0, "authenticationSchemes is missing or empty");
      for (const scheme of schemes) {
        expectThat(
          SCHEME_TYPES.includes(stringOf(scheme["type"])),
          `type is ${JSON.stringify(scheme["type"])}`,
        );
        expectThat(stringOf(scheme["name"]) !== "", "a scheme has no name");
        expectThat(stringOf(scheme["description"]) !== "", "a scheme has no description");
      }
    },
  ),

  check("authentication schemes can be read without a token", ["7643-5-16"], async ({ client }) => {
    const { body } = expectStatus(await client.get(CONFIG, { anonymous: true }), 200);
    expectThat(objectsOf(body["authenticationSchemes"]).length > 0, "authenticationSchemes is missing");
  }),

  check("resource types and schemas are lists", ["7644-4-03", "7644-3.4.2-02"], async ({ client }) => {
    for (const path of ["/ResourceTypes", "/Schemas"]) {
      const { body } = expectStatus(await client.get(path), 200);
      expectThat(stringsOf(body["schemas"]).includes(LIST_URN), `${path} is no ListResponse`);
      expectSame(body["totalResults"], objectsOf(body["Resources"]).length, `totalResults of ${path}`);
    }
  }),

  check("/Schemas lists the schema of every resource type and extension", ["7644-4-02"], async (s) => {
    const listed = resourcesOf(await s.client.get("/Schemas")).map((schema) => schema["id"]);
    for (const type of resourceTypesOf(s.discovered)) {
      const extensions = objectsOf(type["schemaExtensions"]).map((extension) => extension["schema"]);
      for (const urn of [type["schema"], ...extensions]) {
        expectThat(listed.includes(urn), `${String(urn)} of ${String(type["name"])} is not in /Schemas`);
      }
    }
  }),

  check("schemas of messages are not discoverable", ["7644-3.1-02"], async ({ client }) => {
    const listed = resourcesOf(await client.get("/Schemas")).map((schema) => stringOf(schema["id"]));
    const messages = listed.filter((id) => id.startsWith("urn:ietf:params:scim:api:"));
    expectSame(messages, [], "schemas of messages in /Schemas");
  }),

  check("discovery ignores sorting and paging", ["7644-4-04"], async ({ client }) => {
    for (const path of ["/ResourceTypes", "/Schemas"]) {
      const all = resourcesOf(await client.get(path)).length;
      const asked = resourcesOf(await client.get(`${path}?count=1&startIndex=2&sortBy=id`)).length;
      expectSame(asked, all, `resources of ${path}`);
    }
  }),

  check("a filter on discovery is forbidden", ["7644-4-05"], async ({ client }) => {
    for (const path of ["/ResourceTypes", "/Schemas", CONFIG]) {
      expectError(await client.get(`${path}?filter=id%20pr`), 403);
    }
  }),

  check(
    "resource types have name, description, endpoint and schema",
    ["7643-6-01", "7643-6-02", "7643-6-03", "7643-6-04", "7643-6-05", "7643-6-07"],
    async ({ discovered }) => {
      for (const type of resourceTypesOf(discovered)) {
        for (const name of ["name", "description", "endpoint", "schema"]) {
          expectThat(stringOf(type[name]) !== "", `${JSON.stringify(type["name"])} has no ${name}`);
        }
      }
    },
  ),

  check("schemas of resource types lead to a schema", ["7643-6-06", "7643-6-08"], async (s) => {
    for (const type of resourceTypesOf(s.discovered)) {
      const extensions = objectsOf(type["schemaExtensions"]).map((extension) => extension["schema"]);
      for (const urn of [type["schema"], ...extensions]) {
        const { body } = expectStatus(await s.client.get(`/Schemas/${String(urn)}`), 200);
        expectSame(body["id"], urn, "id of the schema");
      }
    }
  }),

  check(
    "extensions say their schema and whether they are required",
    ["7643-6-09", "7643-6-11"],
    async (s) => {
      const extensions = s.discovered.resourceTypes.flatMap((type) => objectsOf(type["schemaExtensions"]));
      if (extensions.length === 0) s.skip("no resource type has an extension");
      for (const extension of extensions) {
        expectThat(stringOf(extension["schema"]) !== "", "an extension has no schema");
        expectThat(typeof extension["required"] === "boolean", "an extension does not say `required`");
      }
    },
  ),

  check("resources carry the extensions that their type requires", ["7643-6-10"], async (s) => {
    const user = s.discovered.resourceTypes.find((type) => type["endpoint"] === s.discovered.endpoints.users);
    const required = objectsOf(user?.["schemaExtensions"]).filter((extension) => extension["required"]);
    if (required.length === 0) s.skip("no extension of users is required");
    const { body } = await s.createUser();
    for (const { schema } of required) {
      expectThat(
        stringsOf(body["schemas"]).includes(stringOf(schema)),
        `${String(schema)} is not in schemas`,
      );
    }
  }),

  check("endpoints are the plural of their resource", ["7644-3.2-01"], async ({ discovered }) => {
    for (const type of resourceTypesOf(discovered)) {
      const endpoint = stringOf(type["endpoint"]).replace(/^\//, "");
      expectThat(endpoint.endsWith("s"), `${endpoint} is no plural of ${stringOf(type["name"])}`);
    }
  }),
];

function resourceTypesOf(discovered: Discovered): readonly JsonObject[] {
  expectThat(discovered.resourceTypes.length > 0, "/ResourceTypes lists nothing");
  return discovered.resourceTypes;
}
