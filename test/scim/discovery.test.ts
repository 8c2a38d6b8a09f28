import { describe, expect, it } from "vitest";
import {
  resourceTypeDocument,
  schemaDocument,
  serviceProviderConfigDocument,
} from "../../src/scim/discovery.js";
import type { AttributeDefinition, SchemaDefinition } from "../../src/scim/schema/attribute.js";
import { ENTERPRISE_USER_URN, GROUP_URN, USER_URN } from "../../src/scim/schema/urns.js";
import { demandingUserType, groupType, registry, userType } from "./sample-types.js";

const BASE = "https://gateway.example/scim/v2";
const find = (schema: SchemaDefinition, name: string): AttributeDefinition | undefined =>
  schema.attributes.find((attribute) => attribute.name === name);

describe("the registry", () => {
  it("finds schemas by URN in any case", () => {
    expect(registry.schema(USER_URN.toUpperCase())?.id).toBe(USER_URN);
    expect(registry.schema("urn:unknown")).toBeUndefined();
    expect(new Set(registry.schemas.map(({ id }) => id)).size).toBe(9);
  });

  it("has every attribute of RFC 7643 sections 4.1 to 4.3", () => {
    const names = (urn: string) =>
      registry
        .schema(urn)
        ?.attributes.map(({ name }) => name)
        .join(" ");
    expect(names(USER_URN)).toBe(
      "userName name displayName nickName profileUrl title userType preferredLanguage locale timezone active password " +
        "emails phoneNumbers ims photos addresses groups entitlements roles x509Certificates",
    );
    expect(names(GROUP_URN)).toBe("displayName members");
    expect(names(ENTERPRISE_USER_URN)).toBe(
      "employeeNumber costCenter organization division department manager",
    );
  });

  it("states the characteristics that clients rely on", () => {
    expect(find(userType.schema, "userName")).toMatchObject({
      required: true,
      caseExact: false,
      uniqueness: "server",
    });
    expect(find(userType.schema, "password")).toMatchObject({ mutability: "writeOnly", returned: "never" });
    expect(find(userType.schema, "groups")).toMatchObject({ mutability: "readOnly", multiValued: true });
    expect(find(groupType.schema, "displayName")).toMatchObject({ required: true, uniqueness: "none" });
  });

  it("makes the dictionary extension required when it holds a required field", () => {
    const required = (type: typeof userType) => type.extensions.map((extension) => extension.required);
    expect(required(userType)).toEqual([false, false, false, false]);
    expect(required(demandingUserType)).toEqual([false, false, true, false]);
  });
});

describe("the discovery documents", () => {
  it.each(registry.schemas.map((schema) => [schema.name, schema] as const))(
    "of schema %s hold no nulls, no own rules and every characteristic",
    (_name, schema) => {
      const document = schemaDocument(schema, BASE);
      const written = JSON.stringify(document);
      expect(written).not.toMatch(/null|"rules"/);
      expect(document).toMatchObject({
        schemas: ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        id: schema.id,
        meta: { resourceType: "Schema", location: `${BASE}/Schemas/${schema.id}` },
      });
      expect(JSON.parse(written)).toEqual(document);
    },
  );

  it("describe an attribute as RFC 7643 section 8.7.1 does", () => {
    const document = schemaDocument(groupType.schema, BASE);
    expect(document["attributes"]).toMatchObject([
      {
        name: "displayName",
        type: "string",
        multiValued: false,
        required: true,
        caseExact: false,
        mutability: "readWrite",
        returned: "default",
        uniqueness: "none",
      },
      {
        name: "members",
        type: "complex",
        multiValued: true,
        subAttributes: [
          { name: "value", mutability: "immutable" },
          { name: "$ref", type: "reference", referenceTypes: ["User", "Group"] },
          { name: "type", canonicalValues: ["User", "Group"] },
          { name: "display" },
        ],
      },
    ]);
  });

  it("list the extensions of a resource type", () => {
    expect(resourceTypeDocument(userType, BASE)).toMatchObject({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
      id: "User",
      name: "User",
      endpoint: "/Users",
      schema: USER_URN,
      schemaExtensions: userType.extensions.map(({ schema }) => ({ schema: schema.id, required: false })),
      meta: { resourceType: "ResourceType", location: `${BASE}/ResourceTypes/User` },
    });
  });

  it("announce features and the bulk numbers even when bulk is off", () => {
    const document = serviceProviderConfigDocument({
      baseUrl: BASE,
      patch: true,
      bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
      filter: { supported: true, maxResults: 200 },
      changePassword: true,
      sort: true,
      etag: true,
      authenticationSchemes: [
        { type: "oauthbearertoken", name: "Bearer", description: "A token", primary: true },
      ],
    });
    expect(document).toEqual({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
      patch: { supported: true },
      bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
      filter: { supported: true, maxResults: 200 },
      changePassword: { supported: true },
      sort: { supported: true },
      etag: { supported: true },
      authenticationSchemes: [
        { type: "oauthbearertoken", name: "Bearer", description: "A token", primary: true },
      ],
      meta: { resourceType: "ServiceProviderConfig", location: `${BASE}/ServiceProviderConfig` },
    });
  });
});
