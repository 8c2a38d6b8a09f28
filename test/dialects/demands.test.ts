import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SCOPES } from "../../src/auth/scopes.js";
import type { Profile } from "../../src/scim/dialect/quirks.js";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import { ENTERPRISE_USER_URN, GROUP_URN, USER_URN } from "../../src/scim/schema/urns.js";
import { openApplication, type WholeApplication } from "../e2e/whole-application.js";
import { defaultTenantId } from "../support/database.js";
import { type Demand, demands } from "./demands.js";

/** A client of one profile. */
interface Client {
  bearer: string;
  clientId: string;
  clientSecret: string;
}

const PROFILES: readonly Profile[] = ["auto", "rfc", "interop", "entra", "okta", "idaas"];
const clients = new Map<Profile, Client>();
let gateway: WholeApplication;
let count = 0;

beforeAll(async () => {
  gateway = await openApplication();
  for (const profile of PROFILES) clients.set(profile, await addClient(profile));
});
afterAll(() => gateway.close());

async function addClient(profile: Profile): Promise<Client> {
  const { client, clientSecret } = await gateway.authorization.createClient({
    tenantId: defaultTenantId,
    name: profile,
    scopes: SCOPES,
    profile,
  });
  const { access_token } = await gateway.authorization.issueToken({
    parameters: { grant_type: "client_credentials", client_id: client.clientId, client_secret: clientSecret },
  });
  return { bearer: `Bearer ${access_token}`, clientId: client.clientId, clientSecret };
}

async function make(path: string, body: JsonObject): Promise<string> {
  const answer = await gateway.send({
    method: "POST",
    path: `/scim/v2${path}`,
    headers: { authorization: gateway.bearer, "content-type": "application/scim+json" },
    body: JSON.stringify(body),
  });
  expect([path, answer.status, answer.text]).toEqual([path, 201, expect.any(String)]);
  return JSON.parse(answer.text).id;
}

/** What a demand names in braces is made for it, with names of its own. */
async function prepare(profile: Profile, demand: Demand): Promise<Map<string, string>> {
  count += 1;
  const n = String(count);
  const { clientId = "", clientSecret = "" } = clients.get(profile) ?? {};
  const known = new Map(Object.entries({ n, clientId, secret: clientSecret }));
  const text = JSON.stringify(demand);
  const makers: [string, () => Promise<string>][] = [
    [
      "user",
      () =>
        make("/Users", {
          schemas: [USER_URN, ENTERPRISE_USER_URN],
          userName: `Wang.Fang${n}`,
          displayName: `王芳${n}`,
          active: true,
          emails: [{ value: `home${n}@x.example`, type: "home" }],
          [ENTERPRISE_USER_URN]: { division: "D" },
        }),
    ],
    ["outsider", () => make("/Users", { schemas: [USER_URN], userName: `outsider${n}` })],
    ["member", () => make("/Users", { schemas: [USER_URN], userName: `member${n}` })],
    [
      "group",
      () => {
        const member = known.get("member");
        const members = member === undefined ? [] : [{ value: member }];
        return make("/Groups", { schemas: [GROUP_URN], displayName: `研发${n}`, members });
      },
    ],
  ];
  for (const [name, run] of makers) {
    const isNeeded = text.includes(`{${name}}`) || (name === "user" && text.includes("ang.fang{n}"));
    if (isNeeded) known.set(name, await run());
  }
  return known;
}

/** A copy with each text in it changed; matchers of the test runner stay themselves. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((entry) => mapTexts(entry, change));
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, mapTexts(entry, change)]));
}

async function meet(demand: Demand, profile: Profile) {
  const { send, after } = demand;
  const known = await prepare(profile, demand);
  const fill = (text: string) =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => known.get(name) ?? whole);
  const ask = async ({ method = "GET", path, headers = {}, body }: Demand["send"]) => {
    const isForm = typeof body === "string";
    const answer = await gateway.send({
      method,
      path: fill(path),
      headers: {
        ...(isForm ? {} : { authorization: clients.get(profile)?.bearer ?? "" }),
        "content-type": isForm ? "application/x-www-form-urlencoded" : "application/scim+json",
        ...headers,
      },
      ...(body !== undefined && { body: fill(isForm ? body : JSON.stringify(body)) }),
    });
    return { ...answer, json: answer.text === "" ? undefined : JSON.parse(answer.text) };
  };
  const first = await ask(send);
  const second = after && (await ask({ path: after.path }));
  return { first, second, filled: (value: object): object => Object(mapTexts(value, fill)) };
}

const rows = demands.flatMap((demand) =>
  (["auto", ...demand.profiles] as const).map(
    (profile) => [demand.number, demand.title, profile, demand] as const,
  ),
);

describe("what real clients demand", () => {
  it("is all thirty demands", () => {
    const numbers = [...new Set(demands.map(({ number }) => number))].sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  it.each(rows)("demand %i holds: %s (%s)", async (_number, _title, profile, demand) => {
    const { first, second, filled } = await meet(demand, profile);
    expect([first.status, first.text]).toEqual([demand.status, expect.any(String)]);
    if (demand.answer) expect(first.json).toMatchObject(filled(demand.answer));
    if (demand.headers) expect(first.headers).toMatchObject(demand.headers);
    if (demand.after) expect(second?.json).toMatchObject(filled(demand.after.answer));
    demand.check?.(second?.json ?? first.json);
  });

  const strict = demands.map((demand) => [demand.number, demand.title, demand.rfc, demand] as const);
  it.each(strict)("demand %i by the RFC alone: %s (%s)", async (_number, _title, rfc, demand) => {
    const { first } = await meet(demand, "rfc");
    if (rfc === undefined) expect(first.status).toBe(demand.status);
    else expect([first.status, first.json.scimType]).toEqual([400, rfc]);
  });
});
