import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { USER_URN } from "../../src/scim/schema/urns.js";
import { openApplication, type WholeApplication } from "../e2e/whole-application.js";

let gateway: WholeApplication;
beforeAll(async () => {
  gateway = await openApplication();
});
afterAll(() => gateway.close());

const send = async (method: string, path: string, body: string) => {
  const answer = await gateway.send({
    method,
    path: `/scim/v2${path}`,
    headers: { authorization: gateway.bearer, "content-type": "application/scim+json" },
    body,
  });
  return { ...answer, json: JSON.parse(answer.text) };
};
let count = 0;
/** A POST of a user with these members, written as they are. */
const create = (members: string) => {
  count += 1;
  return send("POST", "/Users", `{"schemas":["${USER_URN}"],"userName":"h${count}",${members}}`);
};
const PEOPLE = "👩‍👩‍👧‍👦";

describe("a body of a POST", () => {
  it.each<[string, string, object]>([
    ["the same key twice: the last counts", '"title":"a","title":"b"', { title: "b" }],
    [
      "letters that take several code points",
      `"displayName":"${PEOPLE} é ﷽ 𠮷"`,
      { displayName: `${PEOPLE} é ﷽ 𠮷` },
    ],
    ["escapes", '"title":"\\u738b\\n\\"\\\\\\ud83d\\ude00"', { title: '王\n"\\😀' }],
    [
      "8,192 characters beyond the first plane",
      `"title":"${"𠮷".repeat(8_192)}"`,
      { title: "𠮷".repeat(8_192) },
    ],
    [
      "a number of nineteen digits as text",
      '"externalId":"6498786832594607257"',
      { externalId: "6498786832594607257" },
    ],
  ])("may hold %s", async (_name, members, expected) => {
    const answer = await create(members);
    expect([answer.status, answer.json]).toMatchObject([201, expected]);
  });

  it.each<[string, string, string]>([
    ["a number of nineteen digits for a text", '"externalId":6498786832594607257', "invalidValue"],
    ["a number beyond all bounds", '"title":1e999', "invalidValue"],
    ["8,193 characters", `"title":"${"𠮷".repeat(8_193)}"`, "invalidValue"],
    ["half a surrogate pair", '"title":"\\ud800"', "invalidSyntax"],
    ["a NUL character", '"title":"\\u0000"', "invalidSyntax"],
    ["a key that is a prototype", '"__proto__":{"active":true}', "invalidSyntax"],
    [
      "a key with a prototype inside",
      '"name":{"constructor":{"prototype":{"active":true}}}',
      "invalidSyntax",
    ],
    ["nesting without end", `"name":${"[".repeat(50_000)}${"]".repeat(50_000)}`, "invalidSyntax"],
    [
      "two primary values",
      '"emails":[{"value":"a","primary":true},{"value":"b","primary":"True"}]',
      "invalidValue",
    ],
    ["a key in two spellings", '"title":"a","TITLE":"b"', "invalidSyntax"],
    ["an unfinished text", '"title":"', "invalidSyntax"],
  ])("may not hold %s", async (_name, members, scimType) => {
    const answer = await create(members);
    expect([answer.status, answer.json.scimType]).toEqual([400, scimType]);
  });

  const keys = (count: number) => Array.from({ length: count }, (_, index) => `"k${index}":1`).join(",");

  it("may not have 2,001 members", async () => {
    const answer = await create(keys(2_001));
    expect([answer.status, answer.json.scimType]).toEqual([400, "invalidSyntax"]);
  });

  it("with 1,900 keys nobody knows is read quickly, and names the first of them", async () => {
    const members = keys(1_900);
    const before = process.cpuUsage();
    const answer = await create(members);
    const { user, system } = process.cpuUsage(before);
    expect(answer.status).toBe(201);
    expect((user + system) / 1_000).toBeLessThan(1_000);
    await gateway.requestLog.flush();
    const [logged] = await gateway.database.query<{ ignored: string[] }>(
      "select ignored from request_log order by id desc limit 1",
    );
    expect(logged?.ignored).toEqual(Array.from({ length: 20 }, (_, index) => `k${index}`));
  });
});
