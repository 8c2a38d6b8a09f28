import { describe, expect, it } from "vitest";
import type { GatewayClient } from "../../src/demo/gateway-client.js";
import { accountIdPath, listGroups, listUsers, readUser } from "../../src/demo/scim-directory.js";

const user = {
  id: "u1",
  externalId: "E1",
  userName: "ming",
  displayName: "王明",
  phoneNumbers: [
    { type: "work", value: "0571-1" },
    { type: "mobile", value: "19900000001" },
  ],
  // g0 stands above g1: shown, but not where the person was put.
  groups: [
    { value: "g1", type: "direct" },
    { value: "g2", type: "direct" },
    { value: "g0", type: "indirect" },
  ],
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
    employeeNumber: "N1",
    manager: { value: "u9" },
  },
  "urn:ietf:params:scim:schemas:extension:dictionary:2.0:User": { ddAccountId: "u1" },
  "urn:ietf:params:scim:schemas:extension:provisioning:2.0:User": {
    connections: [{ connection: "c", state: "synced", remoteId: "u1" }],
  },
};

const group = {
  id: "g1",
  externalId: "D1",
  displayName: "中心",
  "urn:ietf:params:scim:schemas:extension:organization:2.0:Group": {
    kind: "department",
    parent: { value: "g0" },
  },
  "urn:ietf:params:scim:schemas:extension:dictionary:2.0:Group": { ddtalkId: "401" },
};

function createGateway(answer: (path: URL) => unknown) {
  const asked: URL[] = [];
  const gateway: GatewayClient = {
    async send(_method, path) {
      const url = new URL(path, "http://gateway.test");
      asked.push(url);
      return answer(url);
    },
    text: async () => "",
    token: async () => "",
    traffic: () => ({ requests: 0, repeated: 0 }),
  };
  return { gateway, asked };
}

describe("reading the directory through SCIM", () => {
  it("asks for the written-back id and the provisioning state by name, and reads them", async () => {
    const { gateway, asked } = createGateway(() => ({ totalResults: 1, Resources: [user] }));
    expect(await listUsers(gateway)).toEqual([
      {
        id: "u1",
        externalId: "E1",
        userName: "ming",
        displayName: "王明",
        employeeNumber: "N1",
        mobile: "19900000001",
        groupIds: ["g1", "g2"],
        managerId: "u9",
        remoteId: "u1",
        provisioning: [{ state: "synced" }],
      },
    ]);
    const attributes = asked[0]?.searchParams.get("attributes")?.split(",") ?? [];
    expect(attributes).toContain("urn:ietf:params:scim:schemas:extension:dictionary:2.0:User:ddAccountId");
    expect(attributes).toContain("urn:ietf:params:scim:schemas:extension:provisioning:2.0:User");
  });

  it("reads a person of whom only the required attributes are known", async () => {
    const { gateway } = createGateway(() => ({ id: "u1", userName: "ming", displayName: "王明" }));
    expect(await readUser(gateway, "u1")).toEqual({
      id: "u1",
      userName: "ming",
      displayName: "王明",
      groupIds: [],
      provisioning: [],
    });
  });

  it("reads all pages of departments, however many a page holds", async () => {
    const all = Array.from({ length: 25 }, (_, index) => ({ ...group, id: `g${index}` }));
    const { gateway, asked } = createGateway((url) => {
      const start = Number(url.searchParams.get("startIndex")) - 1;
      return { totalResults: 25, Resources: all.slice(start, start + 10) };
    });
    const groups = await listGroups(gateway);
    expect(groups.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(groups[0]).toEqual({
      id: "g0",
      externalId: "D1",
      displayName: "中心",
      parentId: "g0",
      remoteId: "401",
    });
    expect(asked.map((url) => url.searchParams.get("startIndex"))).toEqual(["1", "11", "21"]);
  });

  it("ends when a page comes back empty although more were promised", async () => {
    const { gateway } = createGateway(() => ({ totalResults: 5, Resources: [] }));
    expect(await listGroups(gateway)).toEqual([]);
  });

  it("makes an address that can be pasted into a shell between single quotes", () => {
    expect(accountIdPath("o'brien@example.com")).not.toContain("'");
    expect(accountIdPath("ming@example.com")).toMatch(
      /^\/scim\/v2\/Users\?filter=userName%20eq%20%22ming%40example\.com%22&/,
    );
  });
});
