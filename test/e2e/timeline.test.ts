import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import { testClient } from "../support/gateway-process.js";
import { type RunningGateway, startRunningGateway } from "../support/running-gateway.js";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const MOBILE = "13900001111";

interface Entry {
  kind: string;
  at: string;
  correlationId: string;
  request?: {
    method: string;
    path: string;
    status: number;
    quirks: { quirk: string; description: string }[];
  };
  change?: { kind: string; attributes: string[]; actor: string };
  delivery?: {
    outcome: string;
    action: string;
    code: string | null;
    message: string | null;
    zh: { message: string } | null;
    connectionName: string;
    remoteId: string | null;
    calls: { path: string; outcome: string }[];
  };
  writeBack?: { attributes: string[]; remoteId: string | null };
  administration?: { action: string; actor: string };
}
interface Page {
  resource: { type: string; name: string | null; deletedAt: string | null };
  standing: { state: string; remoteId: string | null }[];
  items: Entry[];
  nextCursor: string | null;
}

let running: RunningGateway;
let simulator: Simulator;
let client: RunningGateway["client"];

beforeAll(async () => {
  simulator = await startSimulator({ ratePerSecond: 100 });
  running = await startRunningGateway();
  client = running.client;
  await running.connect(simulator, "HQ");
}, 60_000);
afterAll(async () => {
  await running.close();
  await simulator.close();
});

async function timeline(of: "users" | "groups", id: string, query = ""): Promise<Page> {
  const { status, body } = await client.send("GET", `/admin/v1/${of}/${id}/timeline${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as unknown as Page;
}

/** The timeline once it holds everything; requests are written within a second. */
async function settled(of: "users" | "groups", id: string, holds: (page: Page) => boolean): Promise<Page> {
  for (let looks = 0; looks < 100; looks++) {
    const page = await timeline(of, id, "?limit=200");
    if (holds(page)) return page;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the timeline does not come to hold what it should");
}

const requestsIn = (page: Page) => page.items.filter(({ kind }) => kind === "request").length;

function person(name: string, mobile?: string) {
  return {
    schemas: [USER],
    externalId: name,
    userName: name,
    displayName: "王小明",
    ...(mobile && { phoneNumbers: [{ type: "mobile", value: mobile }] }),
  };
}

describe("the timeline of a person", () => {
  let id: string;
  let page: Page;

  beforeAll(async () => {
    id = await client.create("Users", person("wang.xiaoming", MOBILE));
    await client.waitUntilDelivered();
    const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
    const Operations = [{ op: "Replace", path: "active", value: "True" }];
    await client.send("PATCH", `/scim/v2/Users/${id}`, { schemas, Operations });
    await client.send("PATCH", `/scim/v2/Users/${id}`, {
      schemas,
      Operations: [{ op: "replace", path: "title", value: "经理" }],
    });
    await client.waitUntilDelivered();
    page = await settled("users", id, (seen) => requestsIn(seen) >= 3);
  });

  it("tells request, change, delivery with its calls, and the id written back, under one correlation id [001-46]", () => {
    const { correlationId } = page.items.at(-1) as Entry;
    const first = page.items.filter((entry) => entry.correlationId === correlationId).reverse();
    expect(first.map(({ kind }) => kind)).toEqual(["request", "change", "delivery", "write-back"]);
    const [request, change, delivery, writeBack] = first as [Entry, Entry, Entry, Entry];
    expect(request.request).toMatchObject({ method: "POST", path: "/scim/v2/Users", status: 201 });
    expect(change.change).toMatchObject({ kind: "create", actor: testClient.clientId });
    expect(delivery.delivery).toMatchObject({
      action: "create",
      outcome: "synced",
      connectionName: "HQ",
      remoteId: id,
    });
    expect(delivery.delivery?.calls.map(({ path }) => path)).toContain("/topapi/v2/user/create");
    expect(writeBack.writeBack).toMatchObject({ remoteId: id });
    expect(writeBack.writeBack?.attributes[0]).toMatch(/ddAccountId$/);
  });

  it("names the quirks that a request needed", () => {
    const quirks = page.items.flatMap(({ request }) => request?.quirks ?? []);
    expect(quirks.map(({ quirk }) => quirk)).toContain("text-boolean");
    for (const { description } of quirks) expect(description.length).toBeGreaterThan(20);
  });

  it("is newest first, and the same whether it is read at once or by pages", async () => {
    const times = page.items.map(({ at }) => at);
    expect(times).toEqual([...times].sort().reverse());
    for (const limit of [1, 2, 3]) {
      const items: Entry[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const next: Page = await timeline("users", id, `?limit=${limit}${cursor && `&cursor=${cursor}`}`);
        items.push(...next.items);
        cursor = next.nextCursor;
      }
      expect(items, `pages of ${limit}`).toEqual(page.items);
    }
  });

  it("is narrowed to one correlation id", async () => {
    const { correlationId } = page.items[0] as Entry;
    const { items } = await timeline("users", id, `?correlation=${correlationId}`);
    expect(items.length).toBeGreaterThan(1);
    expect(items.length).toBeLessThan(page.items.length);
    expect(new Set(items.map((entry) => entry.correlationId))).toEqual(new Set([correlationId]));
  });

  it("holds no mobile number", () => {
    expect(JSON.stringify(page)).not.toContain(MOBILE);
  });

  it("refuses a cursor that is not its own", async () => {
    const { status, body } = await client.send("GET", `/admin/v1/users/${id}/timeline?cursor=${btoa("[1]")}`);
    expect([status, body["code"]]).toEqual([400, "invalid_cursor"]);
  });

  it("goes on after the person was removed, and ends with the removal", async () => {
    await client.send("DELETE", `/scim/v2/Users/${id}`);
    await client.waitUntilDelivered();
    const after = await settled("users", id, (seen) => requestsIn(seen) > requestsIn(page));
    expect(after.resource).toMatchObject({ type: "User", deletedAt: expect.any(String) });
    const [removal] = after.items.filter(({ kind }) => kind === "delivery");
    expect(removal?.delivery).toMatchObject({ action: "remove", outcome: "synced" });
    expect(after.items.filter(({ change }) => change?.kind === "delete")).toHaveLength(1);
    expect(after.items.slice(-page.items.length)).toEqual(page.items);
  });
});

it("what is parked tells why in both languages, and who tried again [000-12]", async () => {
  const id = await client.create("Users", person("ohne.handy"));
  await client.waitUntilDelivered();
  const [delivery] = (await client.send("GET", `/admin/v1/deliveries?resource=${id}`)).body["items"] as {
    id: string;
  }[];
  await client.send("POST", `/admin/v1/deliveries/${delivery?.id}/retry`);
  const page = await settled(
    "users",
    id,
    (seen) => seen.items.filter(({ kind }) => kind === "delivery").length > 1,
  );
  expect(page.items.map(({ administration }) => administration?.action)).toContain("delivery.retried");
  const [last] = page.items.filter(({ kind }) => kind === "delivery");
  expect(last?.delivery).toMatchObject({ outcome: "parked", code: "mobile-missing" });
  expect(last?.delivery?.zh?.message).toContain("缺少手机号");
  expect(page.standing).toMatchObject([{ state: "parked" }]);
});

it("a department made by a bulk request knows the request, which named nothing", async () => {
  const { body } = await client.send("POST", "/scim/v2/Bulk", {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
    Operations: [
      { method: "POST", path: "/Groups", bulkId: "a", data: { schemas: [GROUP], displayName: "研发部" } },
    ],
  });
  const [operation] = body["Operations"] as { location: string }[];
  const id = operation?.location.split("/").at(-1) ?? "";
  await client.waitUntilDelivered();
  const page = await settled("groups", id, ({ items }) =>
    items.some(({ change, request }) => change && request),
  );
  const change = page.items.find((entry) => entry.kind === "change");
  expect(change?.request).toMatchObject({ method: "POST", path: "/scim/v2/Bulk", status: 200 });
  expect(page.items.map(({ kind }) => kind)).toEqual(["write-back", "delivery", "change"]);
  const elsewhere = await client.send("GET", `/admin/v1/users/${id}/timeline`);
  expect([elsewhere.status, elsewhere.body["code"]]).toEqual([404, "not_found"]);
});
