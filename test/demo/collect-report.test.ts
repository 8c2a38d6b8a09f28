import { afterEach, describe, expect, it } from "vitest";
import { collectReport } from "../../src/demo/collect-report.js";
import type { GatewayClient } from "../../src/demo/gateway-client.js";
import type { Company } from "../../src/demo/sample-company.js";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";

const DICTIONARY = "urn:ietf:params:scim:schemas:extension:dictionary:2.0";

const company: Company = {
  departments: [{ key: "D1", name: "研发-平台", spelling: "parent-attribute" }],
  people: [
    {
      key: "E1",
      userName: "ming@example.com",
      email: "ming@example.com",
      familyName: "王",
      givenName: "明",
      mobile: "19900000001",
      title: "工程师",
      departmentKeys: ["D1"],
    },
  ],
};

const metrics = `delivery_attempt_duration_seconds_count{action="create",outcome="synced"} 5
delivery_attempt_duration_seconds_count{action="update",outcome="retry"} 2
`;

let simulator: Simulator | undefined;

afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
});

/** A DingTalk with the company in it, and a gateway that tells the same of it, but for the given changes. */
async function collect(change: { remoteName?: string; ddtalkId?: string | undefined } = {}) {
  simulator = await startSimulator();
  const { result } = simulator.act("/topapi/v2/department/create", {
    name: change.remoteName ?? "研发_平台",
    parent_id: 1,
  });
  const departmentId = String((result as { dept_id: number }).dept_id);
  simulator.act("/topapi/v2/user/create", {
    userid: "u1",
    name: "王明",
    mobile: "19900000001",
    dept_id_list: departmentId,
  });
  const ddtalkId = "ddtalkId" in change ? change.ddtalkId : departmentId;
  const group = {
    id: "g1",
    externalId: "D1",
    displayName: "研发-平台",
    ...(ddtalkId === undefined ? {} : { [`${DICTIONARY}:Group`]: { ddtalkId } }),
  };
  const user = {
    id: "u1",
    externalId: "E1",
    userName: "ming@example.com",
    displayName: "王明",
    phoneNumbers: [{ type: "mobile", value: "19900000001" }],
    groups: [{ value: "g1" }],
    [`${DICTIONARY}:User`]: { ddAccountId: "u1" },
  };
  const parked = {
    id: "d2",
    resourceId: "u2",
    resourceName: "李静",
    state: "parked",
    reason: { code: "mobile-missing", message: "Mobile missing", remedy: "Give one." },
  };
  const gateway: GatewayClient = {
    async send(_method, path) {
      if (path.startsWith("/admin/v1/deliveries?state=parked")) return { items: [parked], nextCursor: null };
      return { totalResults: 1, Resources: [path.startsWith("/scim/v2/Users") ? user : group] };
    },
    text: async () => metrics,
    token: async () => "",
    traffic: () => ({ requests: 0, repeated: 0 }),
  };
  return collectReport(gateway, simulator, {
    company,
    scimRequests: { requests: 9, repeated: 1 },
    elapsedMs: 5,
  });
}

describe("collecting the report", () => {
  it("finds no difference where the records, SCIM and DingTalk hold the same", async () => {
    const report = await collect();
    expect(report.differences).toEqual([]);
    expect(report.attempts).toEqual({ total: 7, retried: 2 });
    expect(report.parked).toEqual([{ name: "李静", reason: "Mobile missing", remedy: "Give one." }]);
    expect([report.scim, report.linked, report.dingtalk].map(({ people }) => people.length)).toEqual([
      1, 1, 1,
    ]);
  });

  it("finds what DingTalk holds otherwise", async () => {
    const { differences } = await collect({ remoteName: "旧名" });
    expect(differences).toHaveLength(1);
    expect(differences[0]).toMatch(/name is "研发_平台" in SCIM but "旧名" in DingTalk/);
  });

  it("finds a department whose id was not written back", async () => {
    const { differences } = await collect({ ddtalkId: undefined });
    expect(differences).toContain('Department "研发-平台" (g1) has no ddtalkId.');
    expect(differences.some((line) => line.startsWith('Department "研发_平台"'))).toBe(true);
  });
});
