import { expect } from "vitest";
import { SCOPES } from "../../src/auth/scopes.js";
import { newId } from "../../src/platform/ids.js";
import type { WholeApplication } from "../e2e/whole-application.js";
import { defaultTenantId } from "../support/database.js";
import type { Variables } from "./match.js";

/** A dictionary field that a conversation needs. */
export interface Field {
  category: "user" | "group";
  key: string;
  type: string;
  unique?: boolean;
}

/** Makes a tenant with a dictionary, one client of the profile and one connection; and what is known of the client. */
export async function setStage(
  gateway: WholeApplication,
  dictionary: readonly Field[],
  profile: string,
): Promise<{ tenantId: string; variables: Variables }> {
  const tenantId = await addTenant(gateway, dictionary);
  const variables = await addClient(gateway, tenantId, profile);
  await addConnection(gateway, variables);
  return { tenantId, variables };
}

async function addTenant(gateway: WholeApplication, dictionary: readonly Field[]): Promise<string> {
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

/** A client that may prove itself in every way there is, with one credential for each. */
async function addClient(gateway: WholeApplication, tenantId: string, profile: string): Promise<Variables> {
  const { client, clientSecret } = await gateway.authorization.createClient({
    tenantId,
    name: "conversation",
    scopes: SCOPES,
    profile,
    authMethods: ["client_secret_basic", "client_secret_post", "http_basic", "long_lived_token"],
  });
  const { clientId } = client;
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  const parameters = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
  const { access_token: token } = await gateway.authorization.issueToken({ parameters });
  const expiresAt = new Date(Date.now() + 365 * 24 * 3_600_000).toISOString();
  const made = await gateway.send({
    method: "POST",
    path: `/admin/v1/clients/${client.id}/tokens`,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "long", scopes: ["scim:read", "scim:write"], expiresAt }),
  });
  const longLivedToken: string = JSON.parse(made.text).token;
  const known = { clientId, secret: clientSecret, basic, token, longLivedToken };
  return new Map(Object.entries({ ...known, administrator: token, clientRef: client.id }));
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
