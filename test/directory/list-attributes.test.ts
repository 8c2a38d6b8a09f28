import { beforeAll, describe, expect, it } from "vitest";
import type { Resource } from "../../src/directory/resource.js";
import { presentResource } from "../../src/http/scim/present.js";
import { parseProjection, projectionNeeds, shownKeys } from "../../src/scim/projection.js";
import type { ResourceTypeId } from "../../src/scim/schema/attribute.js";
import {
  DICTIONARY_USER_URN,
  ENTERPRISE_USER_URN,
  ORGANIZATION_GROUP_URN,
} from "../../src/scim/schema/urns.js";
import { defaultTenantId } from "../support/database.js";
import { context, shareDirectory } from "./open-directory.js";

const test = shareDirectory();
const BASE = "https://gateway.example/scim/v2";

beforeAll(async () => {
  const { id: root } = await test.group({ displayName: "总部" });
  const { id: team } = await test.group({ [ORGANIZATION_GROUP_URN]: { parent: { value: root }, order: 3 } });
  for (let number = 0; number < 4; number += 1) {
    const { id } = await test.user({
      displayName: `员工 "${number}"`,
      name: { familyName: "陈", ...(number % 2 === 0 && { givenName: "小" }) },
      emails: number === 3 ? [] : [{ value: `e${number}@example.com`, type: "work", primary: true }],
      [ENTERPRISE_USER_URN]: { employeeNumber: `E${number}`, manager: { value: "E0" } },
      ...(number > 1 && { [DICTIONARY_USER_URN]: { ddAccountId: `dd-${number}` } }),
    });
    await test.directory.patch(
      context,
      "Group",
      team,
      { Operations: [{ op: "add", path: "members", value: [{ value: id }] }] },
      { needs: { members: false, groups: false, provisioning: false } },
    );
  }
});

async function bothWays(
  typeId: ResourceTypeId,
  attributes: string,
  query: object,
): Promise<[string[], string[]]> {
  const registry = await test.directory.registry(defaultTenantId);
  const type = registry.type(typeId);
  const projection = parseProjection({ attributes }, type);
  const page = { startIndex: 1, count: 10, needs: projectionNeeds(projection, type), ...query };
  const show = (resources: Resource[]) =>
    resources.map((one) => JSON.stringify(presentResource(one, type, projection, BASE)));
  const keys = shownKeys(projection, type);
  expect(keys).toBeDefined();
  const few = await test.directory.list(context, typeId, { ...page, keys });
  const whole = await test.directory.list(context, typeId, page);
  return [show(few.resources), show(whole.resources)];
}

describe("a list with attributes", () => {
  it.each<[ResourceTypeId, string]>([
    ["User", "userName,emails"],
    ["User", "id"],
    ["User", "name.givenName,displayName"],
    ["User", "emails.value,groups"],
    ["User", ENTERPRISE_USER_URN],
    ["User", `${ENTERPRISE_USER_URN}:manager,meta`],
    ["User", `${DICTIONARY_USER_URN}:ddAccountId`],
    ["User", "nothingThatIs"],
    ["Group", "displayName,members"],
    ["Group", `${ORGANIZATION_GROUP_URN}:parent`],
    ["Group", `${ORGANIZATION_GROUP_URN}:order`],
  ])(
    "of a %s (%s) shows what the whole documents have of them, in every order",
    async (typeId, attributes) => {
      const orders = [
        {},
        { filter: "id pr" },
        { startIndex: 2 },
        { cursor: "" },
        { sortBy: "displayName", sortOrder: "descending" },
        { sortBy: "meta.created" },
      ];
      for (const query of orders) {
        const [few, whole] = await bothWays(typeId, attributes, query);
        expect(few).toEqual(whole);
        expect(few.length).toBeGreaterThan(0);
      }
    },
  );

  it("of nearly all attributes reads the whole documents", async () => {
    const registry = await test.directory.registry(defaultTenantId);
    const type = registry.type("User");
    const attributes = type.schema.attributes.map(({ name }) => name).join(",");
    expect(shownKeys(parseProjection({ attributes }, type), type)).toBeUndefined();
    expect(shownKeys(parseProjection({ excludedAttributes: "emails" }, type), type)).toBeUndefined();
  });
});
