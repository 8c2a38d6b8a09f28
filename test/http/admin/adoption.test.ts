import request from "supertest";
import { beforeEach, describe, expect, it } from "vitest";
import { createDirectory } from "../../../src/directory/directory.js";
import { insertProposals, type NewProposal } from "../../../src/persistence/adoption-proposal-store.js";
import { newTimedId } from "../../../src/platform/ids.js";
import { createDialect } from "../../../src/scim/dialect/dialect.js";
import { USER_URN } from "../../../src/scim/schema/urns.js";
import { defaultTenantId, shareTestDatabase } from "../../support/database.js";
import { type Administration, createAdministration } from "./administration.js";

const PATH = "/admin/v1/connections";
const UNKNOWN = "99999999-9999-4999-8999-999999999999";
const bearer = { Authorization: "Bearer admin" };

const test = shareTestDatabase();
let admin: Administration;
let id: string;
let people: string[];

const get = (path: string) => request(admin.app).get(`${PATH}/${id}/adoption${path}`).set(bearer);
const post = (path: string, body: object = {}) =>
  request(admin.app).post(`${PATH}/${id}/adoption${path}`).set(bearer).send(body);

async function propose(person: string | undefined, remoteId: string, strength: NewProposal["strength"]) {
  const proposal: NewProposal = {
    tenantId: defaultTenantId,
    id: newTimedId(admin.clock.now()),
    connectionId: id,
    resourceType: "User",
    resourceId: person ?? "",
    resourceName: "王一",
    remoteId,
    remoteName: "王一",
    remoteMobile: "139******78",
    parentRemoteId: null,
    agree: ["mobile"],
    disagree: [],
    strength,
    basis: { scim: {}, vendor: {} },
    reportId: null,
    correlationId: "c-1",
  };
  await insertProposals(test.database, [proposal], { code: "changed", message: "" }, admin.clock.now());
  return proposal.id;
}

beforeEach(async () => {
  await test.database.query(
    "truncate connection, adoption_proposal, adoption_report, adoption_entry, audit_entry, delivery, resource",
  );
  admin = createAdministration(test.database);
  const config = { corpId: "ding1", appSecret: "s3cret-value" };
  id = (await request(admin.app).post(PATH).set(bearer).send({ connector: "test", name: "总部", config }))
    .body.id;
  const directory = createDirectory({ database: test.database, clock: admin.clock });
  const context = {
    tenantId: defaultTenantId,
    actor: "test",
    correlationId: "c-1",
    dialect: createDialect("auto"),
  };
  people = [];
  for (const userName of ["a", "b", "c", "d"]) {
    people.push((await directory.create(context, "User", { schemas: [USER_URN], userName })).id);
  }
});

describe("proposals to link what exists [001-29]", () => {
  it("are listed with their confidence, by page and by filter", async () => {
    const [first, second, third, fourth] = people;
    await propose(first, "x1", "certain");
    await propose(second, "x2", "weak");
    await propose(third, "x3", "certain");
    await propose(fourth, "x3", "certain");
    const page = (await get("/proposals?limit=3")).body;
    expect(page.items).toHaveLength(3);
    const rest = (await get(`/proposals?limit=3&cursor=${page.nextCursor}`)).body;
    expect(rest.nextCursor).toBeNull();
    const all = [...page.items, ...rest.items].map(
      (one) => `${one.remote.id} ${one.confidence} ${one.state}`,
    );
    expect(all.sort()).toEqual(["x1 certain open", "x2 weak open", "x3 conflict open", "x3 conflict open"]);
    const remotes = async (query: string) =>
      (await get(`/proposals?${query}`)).body.items.map((one: { remote: { id: string } }) => one.remote.id);
    expect(await remotes("confidence=certain")).toEqual(["x1"]);
    expect(await remotes("confidence=weak,certain&state=open")).toHaveLength(2);
    expect(await remotes(`resource=${second}`)).toEqual(["x2"]);
    expect(await remotes("state=rejected")).toEqual([]);
    expect(await remotes("resourceType=Group")).toEqual([]);
  });

  it("are decided one by one, and again until it is carried out", async () => {
    const proposal = await propose(people[0], "x1", "weak");
    expect((await post(`/proposals/${proposal}/reject`)).body).toMatchObject({
      state: "rejected",
      decidedBy: "test-client",
    });
    expect((await post(`/proposals/${proposal}/approve`)).body).toMatchObject({ state: "approved" });
    expect((await get(`/proposals/${proposal}`)).body).toMatchObject({ state: "approved" });
    const audit = await test.database.query(
      "select action from audit_entry where object_id = $1 order by seq",
      [proposal],
    );
    expect(audit).toEqual([
      { action: "adoption-proposal.rejected" },
      { action: "adoption-proposal.approved" },
    ]);
  });

  it("are decided together by confidence; conflicts are left, and the audit says how many there were", async () => {
    const [first, second, third, fourth] = people;
    await propose(first, "x1", "certain");
    await propose(second, "x2", "weak");
    await propose(third, "x3", "certain");
    await propose(fourth, "x3", "certain");
    expect((await post("/proposals/approve", { confidence: ["certain"] })).body).toEqual({ approved: 1 });
    expect((await post("/proposals/approve", { confidence: ["certain"] })).body).toEqual({ approved: 0 });
    expect((await post("/proposals/reject", { confidence: ["weak", "conflict"] })).body).toEqual({
      rejected: 3,
    });
    const [entry, ...more] = await test.database.query<{ action: string; changes: unknown }>(
      "select action, changes from audit_entry where action like 'connection.proposals-%' order by seq",
    );
    expect(entry).toMatchObject({ action: "connection.proposals-approved" });
    expect(more).toHaveLength(1);
  });

  it("order no delivery while the connection is off, and order it while it is on", async () => {
    const waiting = async () =>
      test.database.query("select resource_id from delivery where state = 'pending'");
    await post(`/proposals/${await propose(people[0], "x1", "weak")}/reject`);
    expect(await waiting()).toEqual([]);
    await request(admin.app).patch(`${PATH}/${id}`).set(bearer).send({ enabled: true });
    await test.database.query("update delivery set state = 'parked'");
    await post(`/proposals/${await propose(people[1], "x2", "weak")}/approve`);
    expect(await waiting()).toEqual([{ resource_id: people[1] }]);
  });

  it("of somebody who was deleted are over", async () => {
    const proposal = await propose(people[0], "x1", "certain");
    await test.database.query("update resource set deleted_at = now() where id = $1", [people[0]]);
    expect((await post("/proposals/approve", { confidence: ["certain"] })).body).toEqual({ approved: 0 });
    expect((await post(`/proposals/${proposal}/approve`)).body).toMatchObject({
      status: 409,
      code: "proposal_over",
      state: "closed",
      reason: { code: "resource-removed" },
    });
  });

  it("are not found under another id or connection", async () => {
    const proposal = await propose(people[0], "x1", "certain");
    expect((await get(`/proposals/${UNKNOWN}`)).body).toMatchObject({
      status: 404,
      code: "proposal_not_found",
    });
    const other = await request(admin.app)
      .get(`${PATH}/${UNKNOWN}/adoption/proposals/${proposal}`)
      .set(bearer);
    expect(other.body).toMatchObject({ status: 404, code: "proposal_not_found" });
    const none = await request(admin.app).get(`${PATH}/${UNKNOWN}/adoption/proposals`).set(bearer);
    expect(none.body).toMatchObject({ status: 404, code: "connection_not_found" });
  });

  it.each([
    ["approve", {}, "confidence"],
    ["approve", { confidence: [] }, "confidence"],
    ["approve", { confidence: ["conflict"] }, "confidence"],
    ["reject", { confidence: ["sure"] }, "confidence.0"],
    ["reject", { confidence: ["weak"], everything: true }, "everything"],
  ])("refuse to %s %j, naming the field", async (decision, body, field) => {
    const answer = await post(`/proposals/${decision}`, body);
    expect(answer.body).toMatchObject({ status: 400, code: "invalid_request" });
    expect(answer.body.errors[0].field).toBe(field);
  });
});

describe("the report of what exists [001-29]", () => {
  it("is queued while the connection is off, one at a time, and shown with all proposals counted", async () => {
    expect((await get("")).body).toEqual({ report: null, proposals: [] });
    const started = await post("");
    expect(started.status).toBe(202);
    expect(started.body).toMatchObject({ status: "queued", summary: null, reason: null });
    expect((await post("")).body).toMatchObject({
      status: 409,
      code: "report_active",
      reportId: started.body.id,
    });
    await propose(people[0], "x1", "certain");
    await propose(people[1], "x2", "weak");
    expect((await get("")).body).toMatchObject({
      report: { id: started.body.id },
      proposals: [
        { state: "open", resourceType: "User", confidence: "certain", count: 1 },
        { state: "open", resourceType: "User", confidence: "weak", count: 1 },
      ],
    });
    const audit = await test.database.query(
      "select action from audit_entry where object_type = 'adoption-report'",
    );
    expect(audit).toEqual([{ action: "adoption-report.started" }]);
  });

  it("tells who has no counterpart once one has read everything, by page", async () => {
    expect((await get("/unmatched?side=scim")).body).toMatchObject({
      status: 409,
      code: "no_complete_report",
    });
    const { body: report } = await post("");
    await test.database.query("update adoption_report set status = 'succeeded'");
    for (const key of ["b", "a", "c"]) {
      await test.database.query(
        `insert into adoption_entry (tenant_id, report_id, connection_id, resource_type, side, entry_key, name, outcome)
         values ($1, $2, $3, 'User', 'vendor', $4, $4, 'unmatched')`,
        [defaultTenantId, report.id, id, key],
      );
    }
    const first = (await get("/unmatched?side=vendor&limit=2")).body;
    expect(first).toMatchObject({ reportId: report.id, items: [{ id: "a" }, { id: "b" }] });
    const rest = (await get(`/unmatched?side=vendor&limit=2&cursor=${first.nextCursor}`)).body;
    expect(rest).toMatchObject({ items: [{ id: "c", name: "c", side: "vendor" }], nextCursor: null });
    expect((await get("/unmatched?side=scim")).body.items).toEqual([]);
    expect((await get("/unmatched?side=vendor&resourceType=Group")).body.items).toEqual([]);
  });

  it.each(["/unmatched", "/unmatched?side=both", "/unmatched?side=scim&resourceType=Role"])(
    "refuses %s",
    async (path) => {
      expect((await get(path)).body).toMatchObject({ status: 400, code: "invalid_request" });
    },
  );

  it("is not made of a connection that is not there", async () => {
    const none = await request(admin.app).post(`${PATH}/${UNKNOWN}/adoption`).set(bearer);
    expect(none.body).toMatchObject({ status: 404, code: "connection_not_found" });
  });
});
