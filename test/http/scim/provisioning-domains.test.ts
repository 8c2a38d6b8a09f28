import { afterAll, beforeAll, expect, it } from "vitest";
import { SCOPES } from "../../../src/auth/scopes.js";
import { openApplication, type WholeApplication } from "../../e2e/whole-application.js";

const OTHER_TENANT = "00000000-0000-0000-0000-000000000002";
const USER = "urn:ietf:params:scim:schemas:core:2.0:User";

let app: WholeApplication;
let otherBearer: string;

beforeAll(async () => {
  app = await openApplication();
  await app.database.query("insert into tenant (id, name) values ($1, 'other')", [OTHER_TENANT]);
  const { client, clientSecret } = await app.authorization.createClient({
    tenantId: OTHER_TENANT,
    name: "other",
    scopes: SCOPES,
  });
  const { access_token } = await app.authorization.issueToken({
    parameters: {
      grant_type: "client_credentials",
      client_id: client.clientId,
      client_secret: clientSecret,
    },
  });
  otherBearer = `Bearer ${access_token}`;
  for (const [bearer, domain] of [
    [app.bearer, "ours"],
    [otherBearer, "theirs"],
  ] as const) {
    for (const n of [1, 2]) {
      const user = { schemas: [USER], userName: `person-${n}`, externalId: `external-${n}`, title: domain };
      expect((await call(bearer, "POST", "", user)).status).toBe(201);
    }
  }
});
afterAll(() => app?.close());

it("an externalId is understood within the domain of the client that gave it", async () => {
  const query = `?filter=${encodeURIComponent('externalId eq "external-1"')}`;
  for (const [bearer, title] of [
    [app.bearer, "ours"],
    [otherBearer, "theirs"],
  ] as const) {
    const { body } = await call(bearer, "GET", query);
    expect(body).toMatchObject({ totalResults: 1, Resources: [{ title }] });
  }
});

it("a cursor shows nothing of the domain that it was issued to", async () => {
  const first = await call(app.bearer, "GET", "?cursor=&count=1");
  const cursor: string = first.body.nextCursor;
  expect((await call(app.bearer, "GET", `?count=1&cursor=${cursor}`)).body.Resources).toHaveLength(1);
  const taken = await call(otherBearer, "GET", `?count=1&cursor=${cursor}`);
  expect(JSON.stringify(taken.body)).not.toContain("ours");
});

async function call(bearer: string, method: string, path: string, body?: object) {
  const { status, text } = await app.send({
    method,
    path: `/scim/v2/Users${path}`,
    headers: { authorization: bearer, ...(body && { "content-type": "application/scim+json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status, body: text === "" ? undefined : JSON.parse(text) };
}
