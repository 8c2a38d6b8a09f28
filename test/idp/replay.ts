import { expect } from "vitest";
import type { Answer, WholeApplication } from "../e2e/whole-application.js";
import { description, violations } from "../openapi/contract.js";
import { differences, substitute, type Variables } from "./match.js";
import { type Field, setStage } from "./stage.js";

/** A recorded conversation: how one client talks, and what it must be answered. README.md explains the members. */
export interface Conversation {
  client: string;
  /** The compatibility profile made for this client. It is replayed with `auto` as well. */
  profile: string;
  /** Sent with every request, unless it has its own. */
  headers?: Record<string, string>;
  dictionary?: Field[];
  exchanges: Exchange[];
  /** What the request log makes of it with the profile `auto`: who that must be, and which quirks were needed. */
  dialect?: { recognised: string; quirks: string[] };
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
  const { tenantId, variables } = await setStage(gateway, conversation.dictionary ?? [], profile);
  for (const exchange of conversation.exchanges) {
    const problems = await converse(gateway, conversation, exchange, variables);
    expect(problems, exchange.step).toEqual([]);
  }
  if (conversation.dialect && profile === "auto") {
    expect(await recognisedDialect(gateway, variables), "dialect").toEqual(conversation.dialect);
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

async function recognisedDialect(gateway: WholeApplication, variables: Variables): Promise<unknown> {
  await gateway.requestLog.flush();
  const path = `/admin/v1/clients/${variables.get("clientRef")}/dialect`;
  const headers = { authorization: `Bearer ${variables.get("administrator")}` };
  const answer = await gateway.send({ path, headers });
  const { recognisedProfile, quirks } = JSON.parse(answer.text);
  return {
    recognised: recognisedProfile,
    quirks: quirks.map((quirk: { name: string }) => quirk.name).sort(),
  };
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
