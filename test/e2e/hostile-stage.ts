import { expect } from "vitest";
import { SCOPES } from "../../src/auth/scopes.js";
import { newId } from "../../src/platform/ids.js";
import {
  DICTIONARY_USER_URN,
  GROUP_URN,
  ORGANIZATION_GROUP_URN,
  USER_URN,
} from "../../src/scim/schema/urns.js";
import { defaultTenantId } from "../support/database.js";
import { complaints, isRefused } from "./answer-contract.js";
import type { Targets } from "./hostile-requests.js";
import { type Answer, openApplication, type Sent, type WholeApplication } from "./whole-application.js";

/** An application with people, departments, dictionary fields and a connection, to be attacked. */
export interface Stage {
  gateway: WholeApplication;
  targets: Targets;
  /** The id of an enabled connection. */
  connection: string;
  /** Sends a request with every scope, and checks nothing. */
  ask(sent: Sent): Promise<Answer>;
  /** Creates something and answers its id. */
  make(path: string, body: object): Promise<string>;
  /** Sends a request, and checks what holds for every request: see `complaints`; a refused one has stored nothing. */
  attack(sent: Sent): Promise<Answer>;
  /** The Authorization header of a further client with this compatibility profile. */
  bearerOf(profile: string): Promise<string>;
  /** Expects the application to be well and the language it runs in untouched. */
  expectUnharmed(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the application and fills it. */
export async function openStage(): Promise<Stage> {
  const gateway = await openApplication();
  /** What is stored, as far as it is known without looking. */
  let unchanged: unknown;
  const bearers = new Map<string, string>();

  function send(sent: Sent): Promise<Answer> {
    const type = sent.path.startsWith("/scim") ? "application/scim+json" : "application/json";
    const headers = {
      authorization: gateway.bearer,
      ...(sent.body !== undefined && { "content-type": type }),
      ...sent.headers,
    };
    return gateway.send({ ...sent, headers });
  }

  function ask(sent: Sent): Promise<Answer> {
    if ((sent.method ?? "GET") !== "GET") unchanged = undefined;
    return send(sent);
  }

  async function make(path: string, body: object): Promise<string> {
    const answer = await ask({ method: "POST", path, body: JSON.stringify(body) });
    expect([answer.status, answer.text]).toEqual([201, expect.stringContaining('"id"')]);
    return JSON.parse(answer.text).id;
  }

  async function attack(sent: Sent): Promise<Answer> {
    const { method = "GET", path } = sent;
    const before = method === "GET" ? undefined : (unchanged ?? (await stored(gateway)));
    const answer = await send(sent);
    expect(complaints(answer, path, method)).toEqual([]);
    if (before === undefined) return answer;
    unchanged = isRefused(answer) ? before : undefined;
    if (unchanged !== undefined) expect(await stored(gateway)).toEqual(unchanged);
    return answer;
  }

  await addFields(gateway);
  const connection = await makeConnection(make, ask);
  const targets = await makeTargets(make);
  return {
    gateway,
    targets,
    connection,
    ask,
    make,
    attack,
    async bearerOf(profile) {
      const known = bearers.get(profile);
      if (known !== undefined) return known;
      unchanged = undefined;
      const bearer = await bearerOf(gateway, profile);
      bearers.set(profile, bearer);
      return bearer;
    },
    async expectUnharmed() {
      // By id: an attack may well be a correct request for another name.
      const filter = encodeURIComponent(`id eq "${targets.otherUser}"`);
      const answer = await ask({ path: `/scim/v2/Users?filter=${filter}` });
      expect([answer.status, JSON.parse(answer.text).totalResults]).toEqual([200, 1]);
      expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(OF_EVERY_OBJECT);
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    },
    close: () => gateway.close(),
  };
}

const OF_EVERY_OBJECT = Object.getOwnPropertyNames(Object.prototype);

/** A dictionary field of every type, since each compares and validates in its own way. */
async function addFields(gateway: WholeApplication): Promise<void> {
  const fields = [
    { key: "since", type: "dateTime" },
    { key: "count", type: "integer" },
    { key: "ratio", type: "decimal" },
    { key: "flag", type: "boolean" },
    { key: "link", type: "reference" },
    { key: "grade", type: "enum", options: { values: ["P1", "P2"] } },
    { key: "tags", type: "string", multi: true },
    { key: "origin", type: "string", modifiable: false },
    { key: "code", type: "string", options: { pattern: "(a+)+b" } },
  ];
  for (const { key, type, options = {}, multi = false, modifiable = true } of fields) {
    await gateway.database.query(
      `insert into dictionary_field (tenant_id, id, name, key, category, type, unique_value, multi_valued, required,
                                     modifiable, options, created_at, modified_at)
       values ($1, $2, $3, $3, 'user', $4, $5, $5, false, $6, $7::jsonb, now(), now())`,
      [defaultTenantId, newId(), key, type, multi, modifiable, JSON.stringify(options)],
    );
  }
}

async function bearerOf({ authorization }: WholeApplication, profile: string): Promise<string> {
  const input = { tenantId: defaultTenantId, name: profile, scopes: SCOPES, profile };
  const { client, clientSecret } = await authorization.createClient(input);
  const parameters = {
    grant_type: "client_credentials",
    client_id: client.clientId,
    client_secret: clientSecret,
  };
  return `Bearer ${(await authorization.issueToken({ parameters })).access_token}`;
}

async function makeConnection(make: Stage["make"], ask: Stage["ask"]): Promise<string> {
  const connection = await make("/admin/v1/connections", {
    connector: "dingtalk",
    name: "总部",
    config: {
      corpId: "ding1",
      appKey: "key",
      appSecret: "secret",
      oapiBaseUrl: "http://127.0.0.1:1",
      apiBaseUrl: "http://127.0.0.1:1",
    },
  });
  const path = `/admin/v1/connections/${connection}`;
  const enabled = await ask({ method: "PATCH", path, body: '{"enabled":true}' });
  expect(enabled.status).toBe(200);
  return connection;
}

async function makeTargets(make: Stage["make"]): Promise<Targets> {
  const user = (userName: string) =>
    make("/scim/v2/Users", {
      schemas: [USER_URN],
      userName,
      emails: [
        { type: "work", value: `${userName}@example.com`, primary: true },
        { type: "home", value: "home@example.com" },
      ],
      [DICTIONARY_USER_URN]: { since: "2024-01-01T00:00:00Z", tags: [userName] },
    });
  const group = (displayName: string, more: object) =>
    make("/scim/v2/Groups", { schemas: [GROUP_URN], displayName, ...more });
  const anna = await user("anna");
  const parent = await group("研发部", { externalId: "g-1", members: [{ value: anna }] });
  return {
    user: anna,
    otherUser: await user("bert"),
    group: parent,
    childGroup: await group("前端组", { [ORGANIZATION_GROUP_URN]: { parent: { value: parent } } }),
    unknown: newId(),
  };
}

/** Changes with every write to what clients or administrators can change, and with every delivery that is ordered. */
async function stored(gateway: WholeApplication): Promise<unknown> {
  const [row] = await gateway.database.query(
    `select (select count(*) || ' ' || coalesce(sum(version), 0) from resource) as resources,
            (select count(*) from membership) as memberships,
            (select count(*) from resource_unique_value) as claims,
            (select count(*) || ' ' || coalesce(sum(generation), 0) from delivery) as deliveries,
            (select count(*) || ' ' || coalesce(sum(version), 0) from connection) as connections,
            (select count(*) || ' ' || max(modified_at)::text from dictionary_field) as fields,
            (select count(*) || ' ' || max(modified_at)::text from oauth_client) as clients,
            (select count(*) from oauth_client_secret) as secrets,
            (select count(*) from long_lived_token) as tokens`,
  );
  return row;
}
