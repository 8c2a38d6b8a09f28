import { describe, expect, it } from "vitest";
import type { Change } from "../../src/demo/company-changes.js";
import { type GatewayClient, RequestFailed } from "../../src/demo/gateway-client.js";
import { createIdentityProvider } from "../../src/demo/identity-provider.js";
import { type Company, createSampleCompany } from "../../src/demo/sample-company.js";
import { ORGANIZATION_URN } from "../../src/demo/scim-messages.js";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import { person } from "./person.js";

interface Sent {
  method: string;
  path: string;
  body: JsonObject;
}

/** A gateway that gives out ids made of the external id: E1 becomes id-E1. */
function createRecorder(answer?: (sent: Sent) => unknown) {
  const sent: Sent[] = [];
  const gateway: GatewayClient = {
    async send(method, path, body) {
      const request = { method, path, body: body ?? {} };
      sent.push(request);
      const special = answer?.(request);
      return special ?? { id: `id-${String(request.body["externalId"])}` };
    },
    text: async () => "",
    token: async () => "",
    traffic: () => ({ requests: 0, repeated: 0 }),
  };
  return { gateway, sent, provider: createIdentityProvider(gateway) };
}

const company: Company = {
  departments: [
    { key: "D2", name: "小组", parentKey: "D1", spelling: "parent-attribute" },
    { key: "D1", name: "中心", spelling: "parent-attribute" },
    { key: "D3", name: "分组", parentKey: "D1", spelling: "nested-member" },
  ],
  people: [person("E2", ["D2", "D1"], "E1"), person("E1", ["D1"]), person("E3", ["D1"], "E1")],
};

async function pushed(answer?: (sent: Sent) => unknown) {
  const recorder = createRecorder(answer);
  await recorder.provider.pushCompany(company, () => undefined);
  return recorder;
}

const operationsOf = ({ body }: Sent): unknown => body["Operations"];

describe("the first push", () => {
  it("sends departments before people, and names a parent that has not arrived by its external id", async () => {
    const { sent } = await pushed();
    expect(sent.map(({ method, path }) => `${method} ${path}`).slice(0, 7)).toEqual([
      "POST /scim/v2/Groups",
      "POST /scim/v2/Groups",
      "POST /scim/v2/Groups",
      "PATCH /scim/v2/Groups/id-D1",
      "POST /scim/v2/Users",
      "POST /scim/v2/Users",
      "POST /scim/v2/Users",
    ]);
    expect(sent[0]?.body[ORGANIZATION_URN]).toEqual({ kind: "department", parent: { value: "D1" } });
    expect(sent[2]?.body[ORGANIZATION_URN]).toEqual({ kind: "department" });
  });

  it("nests a department in its parent's members where that is its spelling", async () => {
    const { sent } = await pushed();
    expect(sent[3] && operationsOf(sent[3])).toEqual([
      { op: "add", path: "members", value: [{ type: "Group", value: "id-D3" }] },
    ]);
  });

  it("names a manager who is there by id, one who is not by employee number, and the head has none", async () => {
    const { sent } = await pushed();
    const managers = sent
      .filter(({ path }) => path === "/scim/v2/Users")
      .map(
        ({ body }) =>
          (body["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] as JsonObject)["manager"],
      );
    expect(managers).toEqual([{ value: "E1" }, undefined, { value: "id-E1" }]);
  });

  it("adds the members of a department in one request", async () => {
    const { sent } = await pushed();
    expect(sent.slice(7).map((request) => [request.path, operationsOf(request)])).toEqual([
      ["/scim/v2/Groups/id-D2", [{ op: "add", path: "members", value: [{ value: "id-E2" }] }]],
      [
        "/scim/v2/Groups/id-D1",
        [{ op: "add", path: "members", value: [{ value: "id-E2" }, { value: "id-E1" }, { value: "id-E3" }] }],
      ],
    ]);
  });

  it("sends members of a large company in batches of at most twenty, each membership once", async () => {
    const { provider, sent } = createRecorder();
    const large = createSampleCompany();
    const progress: number[] = [];
    await provider.pushCompany(large, ({ departments, people }) => progress.push(departments + people));
    const batches = sent
      .filter(({ method }) => method === "PATCH")
      .map(({ body }) => (body["Operations"] as { value: JsonObject[] }[])[0]?.value ?? [])
      .filter((members) => members[0]?.["type"] === undefined);
    expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(20);
    expect(batches.flat()).toHaveLength(large.people.flatMap(({ departmentKeys }) => departmentKeys).length);
    expect(progress.at(-1)).toBe(225);
  });

  it("looks a resource up and goes on with it when it turns out to exist", async () => {
    const { sent, provider } = await pushed(({ method, path, body }) => {
      if (method === "POST" && body["externalId"] === "E1") throw new RequestFailed(409, "POST", "taken");
      return method === "GET" && path.startsWith("/scim/v2/Users?filter=")
        ? { Resources: [{ id: "earlier" }] }
        : undefined;
    });
    expect(provider.idOf("E1")).toBe("earlier");
    expect(sent.some(({ path }) => path.includes(encodeURIComponent('externalId eq "E1"')))).toBe(true);
  });

  it("raises a conflict with a resource that is somebody else's", async () => {
    const { provider } = createRecorder(({ method }) => {
      if (method === "POST") throw new RequestFailed(409, "POST", "taken");
      return { Resources: [] };
    });
    await expect(provider.pushCompany(company, () => undefined)).rejects.toThrow("taken");
  });
});

describe("a pushed change", () => {
  it.each<[Change, [method: string, path: string, operations?: unknown][]]>([
    [
      { kind: "person-retitled", personKey: "E1", title: "经理" },
      [["PATCH", "Users/id-E1", [{ op: "replace", path: "title", value: "经理" }]]],
    ],
    [
      { kind: "mobile-told", personKey: "E1", mobile: "19900000001" },
      [
        [
          "PATCH",
          "Users/id-E1",
          [{ op: "add", path: 'phoneNumbers[type eq "mobile"].value', value: "19900000001" }],
        ],
      ],
    ],
    [
      { kind: "manager-changed", personKey: "E2", managerKey: "E3" },
      [
        [
          "PATCH",
          "Users/id-E2",
          [
            {
              op: "replace",
              path: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
              value: "id-E3",
            },
          ],
        ],
      ],
    ],
    [
      { kind: "person-transferred", personKey: "E2", fromKey: "D2", toKey: "D3" },
      [
        ["PATCH", "Groups/id-D3", [{ op: "add", path: "members", value: [{ value: "id-E2" }] }]],
        ["PATCH", "Groups/id-D2", [{ op: "remove", path: 'members[value eq "id-E2"]' }]],
      ],
    ],
    [{ kind: "person-leaves", personKey: "E3" }, [["DELETE", "Users/id-E3"]]],
    [
      { kind: "department-renamed", departmentKey: "D1", name: "总部" },
      [["PATCH", "Groups/id-D1", [{ op: "replace", value: { id: "id-D1", displayName: "总部" } }]]],
    ],
    [
      { kind: "department-moved", departmentKey: "D2", parentKey: "D3" },
      [
        [
          "PATCH",
          "Groups/id-D2",
          [{ op: "replace", path: `${ORGANIZATION_URN}:parent`, value: { value: "id-D3" } }],
        ],
      ],
    ],
    [
      { kind: "department-moved", departmentKey: "D3", parentKey: "D2" },
      [
        [
          "PATCH",
          "Groups/id-D2",
          [{ op: "add", path: "members", value: [{ type: "Group", value: "id-D3" }] }],
        ],
      ],
    ],
    [{ kind: "department-closed", departmentKey: "D3" }, [["DELETE", "Groups/id-D3"]]],
  ])("$kind is sent as an identity provider would", async (change, requests) => {
    const { provider, sent } = await pushed();
    const before = sent.length;
    await provider.pushChange(change, company);
    expect(
      sent.slice(before).map((request) => [request.method, request.path, operationsOf(request)]),
    ).toEqual(requests.map(([method, path, operations]) => [method, `/scim/v2/${path}`, operations]));
  });

  it("sends a newcomer with a manager who is known, and the memberships", async () => {
    const { provider, sent } = await pushed();
    const before = sent.length;
    await provider.pushChange({ kind: "person-joins", person: person("E9", ["D2", "D3"], "E1") }, company);
    expect(sent.slice(before).map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /scim/v2/Users",
      "PATCH /scim/v2/Groups/id-D2",
      "PATCH /scim/v2/Groups/id-D3",
    ]);
  });

  it("puts a renamed person back whole, with everything that was read", async () => {
    const stored = {
      id: "id-E1",
      userName: "E1@example.com",
      meta: { version: 'W/"1"' },
      displayName: "王明",
    };
    const { provider, sent } = await pushed(({ method }) => (method === "GET" ? stored : undefined));
    await provider.pushChange(
      { kind: "person-renamed", personKey: "E1", familyName: "李", givenName: "静" },
      company,
    );
    expect(sent.at(-1)).toEqual({
      method: "PUT",
      path: "/scim/v2/Users/id-E1",
      body: {
        ...stored,
        name: { familyName: "李", givenName: "静", formatted: "李静" },
        displayName: "李静",
      },
    });
  });

  it("is refused for somebody who was never pushed", async () => {
    const { provider } = createRecorder();
    await expect(provider.pushChange({ kind: "person-leaves", personKey: "E3" }, company)).rejects.toThrow(
      "E3 has not been pushed yet",
    );
  });
});
