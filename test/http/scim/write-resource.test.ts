import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { presentResource } from "../../../src/http/scim/present.js";
import { writeResource } from "../../../src/http/scim/write-resource.js";
import { parseProjection } from "../../../src/scim/projection.js";
import type { JsonObject } from "../../../src/scim/schema/attribute.js";
import { ENTERPRISE_USER_URN, ORGANIZATION_USER_URN } from "../../../src/scim/schema/urns.js";
import { context, everything, shareDirectory } from "../../directory/open-directory.js";

const test = shareDirectory();
const BASE = "https://scim.example.org/scim/v2";

/** The resource as it is read, written as it goes out, and as it would be assembled from its attributes. */
async function bothWays(id: string, query: { attributes?: string; excludedAttributes?: string } = {}) {
  const resource = await test.directory.read(context, "User", id, everything);
  const type = (await test.directory.registry(context.tenantId)).type("User");
  const projection = parseProjection(query, type);
  const { text, tag } = writeResource(resource, type, projection, BASE);
  const assembled = presentResource(resource, type, projection, BASE);
  return { isVerbatim: resource.document !== undefined, text, tag, written: JSON.parse(text), assembled };
}

const MANAGER_ID = "0b5ac0de-6f4e-4c2b-9d52-3a6f54f5c001";
/** Texts that look like the document around them. */
const trap = fc.constantFrom(
  `"manager": {"value": "${MANAGER_ID}"`,
  `"${ENTERPRISE_USER_URN}": {"x": 1}`,
  '": {}',
  "\\",
  '\\"',
  "}",
  "{",
  "张伟",
  "\u2028",
);
const text = fc
  .oneof(trap, fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }))
  .filter((one) => one.trim() !== "");
const manager = fc.oneof(
  fc.constant({ value: MANAGER_ID }),
  fc.constant({ value: "E-17" }),
  fc.constant({ value: MANAGER_ID.toUpperCase(), displayName: "Boss" }),
);
const person: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      displayName: text,
      title: text,
      name: fc.record({ familyName: text, givenName: text }, { requiredKeys: [] }),
      [ENTERPRISE_USER_URN]: fc.record({ department: text, manager }, { requiredKeys: [] }),
      [ORGANIZATION_USER_URN]: fc.record(
        { mainDepartment: fc.record({ value: text }) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  )
  .map((attributes) => attributes as JsonObject);

describe("a person written as the database holds them", () => {
  it("says the same as one assembled from attributes, whatever texts stand in it", async () => {
    await fc.assert(
      fc.asyncProperty(person, async (attributes) => {
        const created = await test.user(attributes).catch(() => undefined);
        fc.pre(created !== undefined);
        const { isVerbatim, written, assembled, tag } = await bothWays(String(created?.id));
        expect(isVerbatim).toBe(true);
        expect(written).toEqual(assembled);
        expect(tag).toBe(Object(assembled["meta"]).version);
      }),
      { numRuns: 60 },
    );
  });

  it("shows the groups, and their fingerprint in the entity tag, as the other way does", async () => {
    const user = await test.user();
    await test.group({ displayName: 'Sales "East"', members: [{ value: user.id }] });
    const { written, assembled, tag } = await bothWays(user.id);
    expect(written).toEqual(assembled);
    expect(written.groups).toHaveLength(1);
    expect(tag).toMatch(/^W\/"1-[0-9a-f]+"$/);
  });

  it.each([
    [{ attributes: "userName" }],
    [{ excludedAttributes: "displayName" }],
    [{ excludedAttributes: "name.givenName" }],
    [{ excludedAttributes: "meta.version" }],
    [{ excludedAttributes: "groups" }],
  ])("leaves out what the client does not want: %j", async (query) => {
    const user = await test.user({ displayName: "A", title: "T", name: { familyName: "F", givenName: "G" } });
    const { written, assembled } = await bothWays(user.id, query);
    expect(written).toEqual(assembled);
  });
});
