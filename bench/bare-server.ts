/**
 * The limit that the gateway is held against: express 5 and pg with nothing in between. The same requests and answers,
 * each one prepared statement on the same table; no OAuth, validation, outbox, log or metrics, and documents
 * are passed through as the text that is stored. Its one client is the bench.
 */
import { randomUUID } from "node:crypto";
import express, { type Request, type Response } from "express";
import pg from "pg";
import { DEFAULT_TENANT_ID as TENANT } from "../src/persistence/tenant.js";
import { ENTERPRISE_USER_URN } from "../src/scim/schema/urns.js";

/** Answer of `/usage`: CPU that this process has used, in seconds. */
export interface BareUsage {
  cpuSeconds: number;
}

const LIST_URN = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

const { DATABASE_URL: connectionString, PORT = "0" } = process.env;
const pool = new pg.Pool({ connectionString, max: 10 });
const baseUrl = `http://127.0.0.1:${PORT}`;
// Counted once and kept in the process: a count for each list would be a second statement.
let total = 0;

const READ = {
  name: "read",
  text: `select doc::text as doc from resource
          where tenant_id = $1 and id = $2 and type = 'User' and deleted_at is null`,
};
const FIND = {
  name: "find",
  text: `select doc::text as doc from resource
          where tenant_id = $1 and user_name_key = $2 and type = 'User' and deleted_at is null`,
};
const LIST = {
  name: "list",
  text: `select doc::text as doc from resource
          where tenant_id = $1 and type = 'User' and deleted_at is null order by seq limit $2 offset $3`,
};
const CREATE = {
  name: "create",
  text: `insert into resource (tenant_id, id, type, doc, user_name_key, external_id, display_name_key, active,
                               employee_number, created_at, modified_at)
         values ($1, $2, 'User', $3, $4, $5, $6, $7, $8, $9, $9) on conflict do nothing returning id`,
};
const PATCH = {
  name: "patch",
  text: `update resource
            set doc = doc || jsonb_build_object('active', $3::boolean, 'meta', doc -> 'meta' ||
                             jsonb_build_object('lastModified', $4::text, 'version', 'W/"' || version + 1 || '"')),
                active = $3, version = version + 1, modified_at = $5
          where tenant_id = $1 and id = $2 and type = 'User' and deleted_at is null returning doc::text as doc`,
};
const ADD_MEMBER = {
  name: "add member",
  text: `with added as (insert into membership (tenant_id, group_id, member_id, added_at) values ($1, $2, $3, $4)
                        on conflict do nothing returning group_id)
         update resource set version = version + 1, modified_at = $4
           from added where tenant_id = $1 and id = added.group_id`,
};

function send(response: Response, status: number, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(status, { "Content-Type": "application/scim+json", "Content-Length": body.length });
  response.end(body);
}

function sendList(
  response: Response,
  rows: { doc: string }[],
  totalResults: number,
  startIndex: number,
): void {
  let documents = "";
  for (const row of rows) documents += documents === "" ? row.doc : `,${row.doc}`;
  const counts = `"totalResults":${totalResults},"itemsPerPage":${rows.length},"startIndex":${startIndex}`;
  send(response, 200, `{"schemas":["${LIST_URN}"],${counts},"Resources":[${documents}]}`);
}

async function create(request: Request, response: Response): Promise<void> {
  const id = randomUUID();
  const now = new Date();
  const at = now.toISOString();
  const { body } = request;
  const location = `${baseUrl}/scim/v2/Users/${id}`;
  const meta = { resourceType: "User", created: at, lastModified: at, location, version: 'W/"1"' };
  const text = JSON.stringify({ ...body, id, meta });
  const { userName, externalId, displayName, active } = body;
  const number = body[ENTERPRISE_USER_URN].employeeNumber;
  const keys = [userName.toLowerCase(), externalId, displayName.toLowerCase(), active, number];
  const { rowCount } = await pool.query({ ...CREATE, values: [TENANT, id, text, ...keys, now] });
  total += 1;
  if (rowCount === 1) send(response, 201, text);
  else send(response, 409, "{}");
}

async function read(request: Request, response: Response): Promise<void> {
  const { rows } = await pool.query({ ...READ, values: [TENANT, request.params["id"]] });
  if (rows.length === 1) send(response, 200, rows[0].doc);
  else send(response, 404, "{}");
}

async function list(request: Request, response: Response): Promise<void> {
  const { filter, startIndex = "1", count = "100" } = request.query;
  if (typeof filter === "string") {
    const userName = /^userName eq "(.+)"$/.exec(filter)?.[1] ?? "";
    const { rows } = await pool.query({ ...FIND, values: [TENANT, userName.toLowerCase()] });
    sendList(response, rows, rows.length, 1);
  } else {
    const first = Number(startIndex);
    const { rows } = await pool.query({ ...LIST, values: [TENANT, Number(count), first - 1] });
    sendList(response, rows, total, first);
  }
}

async function patchUser(request: Request, response: Response): Promise<void> {
  const now = new Date();
  const { value } = request.body.Operations[0];
  const { rows } = await pool.query({
    ...PATCH,
    values: [TENANT, request.params["id"], value, now.toISOString(), now],
  });
  if (rows.length === 1) send(response, 200, rows[0].doc);
  else send(response, 404, "{}");
}

async function patchGroup(request: Request, response: Response): Promise<void> {
  const member = request.body.Operations[0].value[0].value;
  const { rowCount } = await pool.query({
    ...ADD_MEMBER,
    values: [TENANT, request.params["id"], member, new Date()],
  });
  response.writeHead(rowCount === 1 ? 204 : 404).end();
}

function showUsage(_request: Request, response: Response): void {
  const { user, system } = process.cpuUsage();
  const usage: BareUsage = { cpuSeconds: (user + system) / 1_000_000 };
  send(response, 200, JSON.stringify(usage));
}

const app = express();
app.disable("x-powered-by");
app.disable("etag");
app.use(express.json({ type: "application/scim+json" }));
app.route("/scim/v2/Users").get(list).post(create);
app.route("/scim/v2/Users/:id").get(read).patch(patchUser);
app.route("/scim/v2/Groups/:id").patch(patchGroup);
app.get("/usage", showUsage);

const { rows } = await pool.query(
  "select count(*)::int as total from resource where tenant_id = $1 and type = 'User'",
  [TENANT],
);
total = rows[0].total;
const server = app.listen(Number(PORT), "127.0.0.1");
process.on("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
  void pool.end();
});
