/**
 * The limit that the gateway is held against: express 5 and pg with nothing in between. The same requests and answers,
 * hard-wired, each one prepared statement on the same tables and indexes; no OAuth, validation, outbox, change log,
 * request log or metrics, and documents are passed through as the text that is stored. Its one client is the bench.
 */
import { randomUUID } from "node:crypto";
import express, { type Request, type Response } from "express";
import pg from "pg";
import { DEFAULT_TENANT_ID as TENANT } from "../../src/persistence/tenant.js";
import { DICTIONARY_USER_URN, ENTERPRISE_USER_URN } from "../../src/scim/schema/urns.js";
import { type PersonRow, personText, send, sendList, sendPerson } from "./answers.js";
import { statements } from "./statements.js";

/** Answer of `/usage`: what this process has used. */
export interface BareUsage {
  cpuSeconds: number;
  residentBytes: number;
}

/** A person as the bench sends one. */
interface Person {
  userName: string;
  externalId: string;
  displayName: string;
  active: boolean;
  emails: { value: string }[];
  [extension: string]: unknown;
}

const { DATABASE_URL: connectionString, PORT = "0" } = process.env;
const pool = new pg.Pool({ connectionString, max: 10 });
const baseUrl = `http://127.0.0.1:${PORT}`;
const SQL = statements(baseUrl);
// Counted once and kept in the process: a count for each list would be a second statement.
let total = 0;

function run<Row extends pg.QueryResultRow>(name: keyof typeof SQL, values: unknown[]) {
  return pool.query<Row>({ name, text: SQL[name], values: [TENANT, ...values] });
}

/** The row of a new person, and the search entries that the filters of the bench need. */
function newRow(body: Person) {
  const id = randomUUID();
  const now = new Date();
  const at = now.toISOString();
  const location = `${baseUrl}/scim/v2/Users/${id}`;
  const meta = { resourceType: "User", created: at, lastModified: at, location, version: 'W/"1"' };
  const text = JSON.stringify({ ...body, id, meta });
  const { userName, externalId, displayName, active } = body;
  const { employeeNumber } = body[ENTERPRISE_USER_URN] as { employeeNumber: string };
  const columns = [userName.toLowerCase(), externalId, displayName.toLowerCase(), active, employeeNumber];
  return { id, now, text, columns, entries: entriesOf(body) };
}

/** Values of the child table: e-mail addresses, enterprise and dictionary attributes. */
function entriesOf(person: Person): [attribute: string, key: string][] {
  const inside = (urn: string) =>
    Object.entries(person[urn] ?? {}).map(([name, value]): [string, string] => [
      `${urn} ${name}`,
      String(value).toLowerCase(),
    ]);
  return [
    ...person.emails.map(({ value }): [string, string] => ["emails value", value.toLowerCase()]),
    ...inside(ENTERPRISE_USER_URN).filter(([attribute]) => !attribute.endsWith(" employeeNumber")),
    ...inside(DICTIONARY_USER_URN),
  ];
}

async function create(request: Request, response: Response): Promise<void> {
  const { id, now, text, columns, entries } = newRow(request.body);
  const keys = [entries.map(([attribute]) => attribute), entries.map(([, key]) => key)];
  const { rowCount } = await run("create", [id, text, ...columns, now, ...keys]);
  if (rowCount === 1) {
    total += 1;
    send(response, 201, text);
  } else {
    send(response, 409, '{"status":"409","scimType":"uniqueness"}');
  }
}

async function createMany(request: Request, response: Response): Promise<void> {
  const operations: { bulkId: string; data: Person }[] = request.body.Operations;
  const rows = operations.map(({ data }) => newRow(data));
  const column = (index: number) => rows.map((row) => row.columns[index]);
  const entries = rows.flatMap(({ id, entries }) =>
    entries.map(([attribute, key]) => ({ id, attribute, key })),
  );
  await run("createMany", [
    rows.map((row) => row.id),
    rows.map((row) => row.text),
    ...[0, 1, 2, 3, 4].map(column),
    new Date(),
    entries.map((entry) => entry.id),
    entries.map((entry) => entry.attribute),
    entries.map((entry) => entry.key),
  ]);
  total += rows.length;
  const done = rows.map(({ id }, index) => ({
    method: "POST",
    bulkId: operations[index]?.bulkId,
    version: 'W/"1"',
    location: `${baseUrl}/scim/v2/Users/${id}`,
    status: "201",
  }));
  const schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"];
  send(response, 200, JSON.stringify({ schemas, Operations: done }));
}

async function read(request: Request, response: Response): Promise<void> {
  const { rows } = await run<PersonRow>("read", [request.params["id"]]);
  sendPerson(response, rows);
}

const FINDERS: [RegExp, keyof typeof SQL, (value: string) => string][] = [
  [/^userName eq "(.+)"$/, "findByUserName", (value) => value.toLowerCase()],
  [/^externalId eq "(.+)"$/, "findByExternalId", (value) => value],
  [/^emails\[type eq "work" and value eq "(.+)"\]$/, "findByEmail", (value) => value.toLowerCase()],
  [/:employeeNumber eq "(.+)"$/, "findByEmployeeNumber", (value) => value],
  [/:badge eq "(.+)"$/, "findByBadge", (value) => value.toLowerCase()],
];
const PREFIX = /^emails\[type eq "work" and value sw "(.+)"\]$/;

async function find(filter: string, count: number, response: Response): Promise<void> {
  const prefix = PREFIX.exec(filter)?.[1];
  if (prefix !== undefined) {
    const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
    const { rows } = await run<PersonRow & { total: number }>("findByEmailPrefix", [prefix, end, count]);
    sendList(response, rows.map(personText), { totalResults: rows[0]?.total ?? 0, startIndex: 1 });
    return;
  }
  for (const [pattern, name, keyOf] of FINDERS) {
    const value = pattern.exec(filter)?.[1];
    if (value === undefined) continue;
    const { rows } = await run<PersonRow>(name, [keyOf(value)]);
    sendList(response, rows.map(personText), { totalResults: rows.length, startIndex: 1 });
    return;
  }
  send(response, 400, "{}");
}

async function list(request: Request, response: Response): Promise<void> {
  const { filter, startIndex = "1", count = "100", cursor, attributes } = request.query;
  const limit = Number(count);
  if (typeof filter === "string") {
    await find(filter, limit, response);
  } else if (typeof cursor === "string") {
    const after = cursor === "" ? 0 : Number(Buffer.from(cursor, "base64url").toString());
    const { rows } = await run<PersonRow & { seq: string }>("pageAfter", [after, limit]);
    const last = rows.length < limit ? undefined : rows.at(-1)?.seq;
    const nextCursor = last === undefined ? {} : { nextCursor: Buffer.from(last).toString("base64url") };
    sendList(response, rows.map(personText), { totalResults: total, ...nextCursor });
  } else if (attributes !== undefined) {
    const { rows } = await run("pageParts", [limit, Number(startIndex) - 1]);
    const texts = rows.map(
      (row) =>
        `{"id":"${row["id"]}","userName":${JSON.stringify(row["user_name"])},"emails":${row["emails"]},"meta":${row["meta"]}}`,
    );
    sendList(response, texts, { totalResults: total, startIndex: Number(startIndex) });
  } else {
    const first = Number(startIndex);
    const { rows } = await run<PersonRow>(first > 1_000 ? "deepPage" : "page", [limit, first - 1]);
    sendList(response, rows.map(personText), { totalResults: total, startIndex: first });
  }
}

async function patchUser(request: Request, response: Response): Promise<void> {
  const id = request.params["id"];
  const [first, second, third] = request.body.Operations;
  const at = new Date().toISOString();
  if (second === undefined) {
    const { rows } = await run<PersonRow>("patchActive", [id, first.value, at]);
    sendPerson(response, rows);
    return;
  }
  const parts = {
    title: first.value,
    phoneNumbers: [{ value: second.value, type: "mobile", primary: true }],
    name: { givenName: third.value },
  };
  const { rows } = await run<PersonRow>("patchThree", [id, JSON.stringify(parts), at]);
  sendPerson(response, rows);
}

async function replaceUser(request: Request, response: Response): Promise<void> {
  const values = [request.params["id"], JSON.stringify(request.body), new Date().toISOString()];
  const { rows } = await run<PersonRow>("replace", values);
  sendPerson(response, rows);
}

async function removeUser(request: Request, response: Response): Promise<void> {
  const { rowCount } = await run("remove", [request.params["id"], new Date()]);
  response.writeHead(rowCount === 1 ? 204 : 404).end();
}

async function patchGroup(request: Request, response: Response): Promise<void> {
  const [{ op, path, value }] = request.body.Operations;
  const member = op === "add" ? value[0].value : /value eq "(.+)"/.exec(path)?.[1];
  const name = op === "add" ? "addMember" : "removeMember";
  const { rowCount } = await run(name, [request.params["id"], member, new Date()]);
  response.writeHead(rowCount === 1 ? 204 : 404).end();
}

async function readGroup(request: Request, response: Response): Promise<void> {
  const name = request.query["excludedAttributes"] === "members" ? "readGroup" : "readWholeGroup";
  const { rows } = await run(name, [request.params["id"]]);
  const [row] = rows;
  if (!row) {
    send(response, 404, "{}");
    return;
  }
  const meta = {
    resourceType: "Group",
    created: row["created_at"],
    lastModified: row["modified_at"],
    location: `${baseUrl}/scim/v2/Groups/${row["id"]}`,
    version: `W/"${row["version"]}"`,
  };
  const members = name === "readGroup" ? "" : `,"members":[${row["members"] ?? ""}]`;
  const text = `${row["doc"].slice(0, -1)},"id":"${row["id"]}","meta":${JSON.stringify(meta)}${members}}`;
  send(response, 200, text);
}

async function listGroups(request: Request, response: Response): Promise<void> {
  const ids = /^id eq "(.+)" and members eq "(.+)"$/.exec(String(request.query["filter"])) ?? [];
  const { rows } = await run("probe", [ids[1], ids[2]]);
  const texts = rows.map((row) => `{"id":"${row["id"]}"}`);
  sendList(response, texts, { totalResults: rows.length, startIndex: 1 });
}

function showUsage(_request: Request, response: Response): void {
  const { user, system } = process.cpuUsage();
  const usage: BareUsage = {
    cpuSeconds: (user + system) / 1_000_000,
    residentBytes: process.memoryUsage.rss(),
  };
  send(response, 200, JSON.stringify(usage));
}

const app = express();
app.disable("x-powered-by");
app.disable("etag");
app.use(express.json({ type: "application/scim+json", limit: "16mb" }));
app.route("/scim/v2/Users").get(list).post(create);
app.route("/scim/v2/Users/:id").get(read).patch(patchUser).put(replaceUser).delete(removeUser);
app.route("/scim/v2/Groups").get(listGroups);
app.route("/scim/v2/Groups/:id").get(readGroup).patch(patchGroup);
app.route("/scim/v2/Bulk").post(createMany);
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
