import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { jsonText } from "./hostile-requests.js";
import { openStage, type Stage } from "./hostile-stage.js";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 30_000);
afterAll(() => stage.close());
afterEach(() => stage.expectUnharmed());

const ADDRESSES = ["/api/application/scim/account", "/api/application/scim/organization"] as const;
const deep = (depth: number) => `${'{"a":['.repeat(depth)}1${"]}".repeat(depth)}`;

async function push(
  path: string,
  body: string,
  method = "POST",
): Promise<{ status: number; errorNumber: number }> {
  const { status, text } = await stage.attack({ method, path, body });
  return { status, errorNumber: JSON.parse(text).errorNumber };
}

describe("a push of IDaaS 1.x that cannot be read is refused", () => {
  it.each<[string, string, number]>([
    ["nothing", "", 400],
    ["null", "null", 400],
    ["a list", "[]", 400],
    ["a number of 400 digits", "9".repeat(400), 400],
    ["objects 100,000 deep", deep(100_000), 400],
    ["__proto__", '{"__proto__":{"id":"1","organizationUuid":"1"}}', 400],
    [
      "a constructor deep inside",
      '{"id":"1","extendField":{"attributes":{"constructor":{"prototype":{"polluted":1}}}}}',
      400,
    ],
    ["a NUL", '{"id":"\\u0000","organizationUuid":"\\u0000"}', 400],
    ["half a pair", '{"id":"\\ud800","organizationUuid":"\\ud800"}', 400],
    [
      "an id beyond all numbers",
      '{"id":1e400,"organizationUuid":1e400,"userName":"x","organization":"x"}',
      400,
    ],
    [
      "an id that is rounded",
      '{"id":1.2345678901234567e18,"organizationUuid":12345678901234567.0,"userName":"x","organization":"x"}',
      400,
    ],
    ["an id that is an object", '{"id":{"toString":1},"organizationUuid":{"toString":1}}', 400],
    ["a request type that answers to toString", '{"requestType":{"toString":1}}', 400],
    ["a request type that is a list", '{"requestType":[[{"toString":1}]]}', 400],
    [
      "101 of everything",
      `{"id":"1","userName":"x","organizationUuid":"1","organization":"x","belongs":[${"0,".repeat(100)}1],"manager":[${"0,".repeat(100)}1]}`,
      400,
    ],
    ["half of a text of 16 digits", '{"id":"1234567890123456', 400],
  ])("%s", async (_what, body, status) => {
    for (const path of ADDRESSES) {
      for (const method of ["POST", "PUT"]) {
        const answer = await push(path, body, method);
        expect([path, answer.errorNumber]).toEqual([path, status]);
      }
    }
  });

  it.each([
    "",
    "?id=",
    "?id=%00",
    "?id=1&id=2",
    `?${"a&".repeat(200)}`,
    `?id=${"9".repeat(9_000)}`,
    "?id=__proto__",
    "?id=%22%20or%20userName%20pr",
  ])("DELETE with %s", async (query) => {
    for (const path of ADDRESSES) await stage.attack({ method: "DELETE", path: path + query });
  });
});

describe("digits arrive as they were sent", () => {
  it.each([
    ["64 bits", "18446744073709551615"],
    ["more than 64 bits", "18446744073709551616"],
    ["a number below zero", "-9223372036854775809"],
    ["200 digits", "7".repeat(200)],
  ])("of an id of %s without quotes, beside texts full of quotes and digits", async (_what, digits) => {
    const displayName = `"${digits} \\" : ${digits.slice(0, 18)}\\`;
    const body = `{"id":${digits},"userName":"u${digits.slice(0, 40)}","displayName":${JSON.stringify(displayName)}}`;
    const { text } = await stage.attack({ method: "POST", path: ADDRESSES[0], body });
    expect(JSON.parse(text)).toMatchObject({ errorNumber: 0, externalId: digits });
    const found = await stage.ask({ path: `/scim/v2/Users/${JSON.parse(text).id}` });
    expect(JSON.parse(found.text)).toMatchObject({ externalId: digits, displayName });
  });

  it("but an id that no index takes is refused", async () => {
    const body = `{"id":${"9".repeat(400)},"userName":"long","organizationUuid":${"9".repeat(400)},"organization":"long"}`;
    for (const path of ADDRESSES) expect((await push(path, body)).errorNumber).toBe(400);
  });

  it("in a text of a megabyte too", async () => {
    const body = `{"id":1234567890123456789,"userName":"big","unused":"${'\\"'.repeat(500_000)}"}`;
    const answer = await stage.attack({ method: "POST", path: ADDRESSES[0], body });
    expect(JSON.parse(answer.text)).toMatchObject({ errorNumber: 0, externalId: "1234567890123456789" });
  });
});

it("no made-up push is answered outside of the contract", async () => {
  const names = [
    "id",
    "externalId",
    "userName",
    "displayName",
    "locked",
    "emails",
    "phoneNumbers",
    "belongs",
    "extendField",
    "organizationUuid",
    "organization",
    "parentUuid",
    "rootNode",
    "levelNumber",
    "manager",
    "requestType",
  ];
  const plausible = fc.constantFrom(
    "1234567890123456789",
    '"g-1"',
    '"true"',
    "true",
    "null",
    '""',
    "[]",
    "{}",
    '"DELETE"',
    '[{"value":"a@b.c","primary":"true"},{"value":13800138000,"type":"MOBILE"}]',
    '[{"belongOuUuid":"g-1","mainOu":true},{"belongOuUuid":123456789012345678}]',
    '{"attributes":{"since":"2024-01-01T00:00:00Z","count":"12","flag":"TRUE","tags":"a"}}',
    `"${"9".repeat(400)}"`,
    '"x\' or 1=1 --"',
  );
  const value = fc.oneof(
    { weight: 3, arbitrary: plausible },
    { weight: 1, arbitrary: jsonText(stage.targets) },
  );
  const requests = fc.record({
    path: fc.constantFrom(...ADDRESSES),
    method: fc.constantFrom("POST", "PUT"),
    body: fc
      .uniqueArray(fc.tuple(fc.constantFrom(...names), value), { maxLength: 8, selector: ([name]) => name })
      .map((parts) => `{${parts.map(([name, held]) => `"${name}":${held}`).join()}}`),
  });
  await fc.assert(
    fc.asyncProperty(requests, async (sent) => void (await stage.attack(sent))),
    { numRuns: 150 },
  );
});
