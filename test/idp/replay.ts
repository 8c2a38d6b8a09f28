import { expect } from "vitest";
import { SCOPES } from "../../src/auth/scopes.js";
import { newId } from "../../src/platform/ids.js";
import type { Answer, WholeApplication } from "../e2e/whole-application.js";
import { description, violations } from "../openapi/contract.js";
import { defaultTenantId } from "../support/database.js";
import { differences, substitute, type Variables } from "./match.js";

/** A recorded conversation: how one client talks, and what it must be answered. README.md explains the members. */
export interface Conversation {
  client: string;
  /** The compatibility profile made for this client. It is replayed with `auto` as well. */
  profile: string;
  /** Sent with every request, unless it has its own. */
  headers?: Record<string, string>;
  dictionary?: { category: "user" | "group"; key: string; type: string; unique?: boolean }[];
  exchanges: Exchange[];
  /** How often a delivery of each resource was ordered in all, by id; of others, none was. */
  deliveries?: Record<string, number>;
}

interface Exchange {
  step: string;
  /** Method and path, as they go over the wire. */
  send: string;
  headers?: Record<string, string>;
  /** A text is sent as it is, anything else as JSON. */
  body?: unknown;
  expect: { status: number; headers?: Record<string, string>; body?: unknown };
}

/** Replays a conversation from its first to its last request, in a tenant of its own. */
export async function replay(
  gateway: WholeApplication,
  conversation: Conversation,
  profile: string,
): Promise<void> {
  const tenantId = await addTenant(gateway, conversation);
  const variables = await addClient(gateway, tenantId, profile);
  await addConnection(gateway, variables);
  for (const exchange of conversation.exchanges) {
    const problems = await converse(gateway, conversation, exchange, variables);
    expect(problems, exchange.step).toEqual([]);
  }
  if (conversation.deliveries) {
    const expected = Object.entries(conversation.deliveries).map(([id, count]) => [
      substitute(id, variables),
      count,
    ]);
    expect(await orderedDeliveries(gateway, tenantId), "deliveries").toEqual(Object.fromEntries(expected));
  }
}

async function converse(
  gateway: WholeApplication,
  conversation: Conversation,
  exchange: Exchange,
  variables: Variables,
): Promise<string[]> {
  const [method = "", path = ""] = exchange.send.split(" ", 2);
  const { body } = exchange;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${variables.get("token")}`,
    ...(text !== undefined && { "content-type": "application/scim+json" }),
    ...conversation.headers,
    ...exchange.headers,
  };
  const sent = Object.entries(headers).map(([name, value]) => [name, substitute(value, variables)]);
  const answer = await gateway.send({
    method,
    path: substitute(path, variables),
    headers: Object.fromEntries(sent.filter(([, value]) => value !== "")),
    ...(text !== undefined && { body: substitute(text, variables) }),
  });
  const { status, headers: expectedHeaders = {}, body: expectedBody } = exchange.expect;
  if (answer.status !== status) return [`status: ${answer.status} instead of ${status}: ${answer.text}`];
  return [
    ...differences(expectedHeaders, answer.headers, variables, "headers"),
    ...(expectedBody === undefined ? [] : differences(expectedBody, JSON.parse(answer.text), variables)),
    ...undescribed(method.toLowerCase(), path.split("?", 1).join(), answer),
  ];
}

/** The IDaaS addresses have no other test of the API description. */
function undescribed(method: string, path: string, answer: Answer): string[] {
  const isDescribed = path.startsWith("/api/") && description.paths[path]?.[method] !== undefined;
  if (!isDescribed) return [];
  const { status, text } = answer;
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
  return violations(path, method, { status, text, headers: Object.fromEntries(headers) });
}

async function addTenant(gateway: WholeApplication, { dictionary = [] }: Conversation): Promise<string> {
  const tenantId = newId();
  const { database } = gateway;
  await database.query("insert into tenant (id, name) values ($1, $2)", [
    tenantId,
    `conversation ${tenantId}`,
  ]);
  await database.query(
    `insert into dictionary_field (tenant_id, id, name, key, category, type, unique_value, system)
     select $1, gen_random_uuid(), name, key, category, type, unique_value, system
       from dictionary_field where tenant_id = $2 and system`,
    [tenantId, defaultTenantId],
  );
  for (const { category, key, type, unique = false } of dictionary) {
    await database.query(
      `insert into dictionary_field (tenant_id, id, name, key, category, type, unique_value)
       values ($1, $2, $3, $3, $4, $5, $6)`,
      [tenantId, newId(), key, category, type, unique],
    );
  }
  return tenantId;
}

async function addClient(gateway: WholeApplication, tenantId: string, profile: string): Promise<Variables> {
  const { authorization } = gateway;
  const made = await authorization.createClient({ tenantId, name: "conversation", scopes: SCOPES, profile });
  const client_id = made.client.clientId;
  const client_secret = made.clientSecret;
  const { access_token } = await authorization.issueToken({
    parameters: { grant_type: "client_credentials", client_id, client_secret },
  });
  const basic = Buffer.from(`${client_id}:${client_secret}`).toString("base64");
  return new Map(Object.entries({ token: access_token, clientId: client_id, secret: client_secret, basic }));
}

/** Deliveries are ordered only where there is a connection; no worker runs, so each order stays to be counted. */
async function addConnection(gateway: WholeApplication, variables: Variables): Promise<void> {
  const headers = { authorization: `Bearer ${variables.get("token")}`, "content-type": "application/json" };
  const address = "http://127.0.0.1:1";
  const config = { corpId: "ding", appKey: "key", appSecret: "secret" };
  const body = {
    connector: "dingtalk",
    name: "总部",
    config: { ...config, oapiBaseUrl: address, apiBaseUrl: address },
  };
  const path = "/admin/v1/connections";
  const made = await gateway.send({ method: "POST", path, headers, body: JSON.stringify(body) });
  const enable = {
    method: "PATCH",
    path: `${path}/${JSON.parse(made.text).id}`,
    headers,
    body: '{"enabled":true}',
  };
  expect((await gateway.send(enable)).status).toBe(200);
}

/** Each order raises the generation of the one delivery of a resource at the connection. */
async function orderedDeliveries(
  gateway: WholeApplication,
  tenantId: string,
): Promise<Record<string, number>> {
  const rows = await gateway.database.query<{ resource_id: string; generation: string }>(
    "select resource_id, generation from delivery where tenant_id = $1",
    [tenantId],
  );
  return Object.fromEntries(rows.map((row) => [row.resource_id, Number(row.generation)]));
}
