import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { BULK_REQUEST_SCHEMA, SEARCH_REQUEST_SCHEMA } from "../../src/scim/messages.js";
import { DICTIONARY_USER_URN, GROUP_URN, USER_URN } from "../../src/scim/schema/urns.js";
import { PATCH_URN } from "./hostile-requests.js";
import { openStage, type Stage } from "./hostile-stage.js";
import type { Sent } from "./whole-application.js";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 30_000);
afterAll(() => stage.close());
afterEach(() => stage.expectUnharmed());

/** What one request may cost this process: the gateway, the embedded database and the client that sends it. */
const MAX_CPU_MS = 100;
/** The first run compiles what it meets, and on a shared machine any one run may have cold caches: the best counts. */
const RUNS = 8;
/** What reading the yardstick took where the bound above was set; a slower or busier machine is given as much more. */
const YARDSTICK_MS = 9;
/** Many objects and many names, as in the dearest bodies below. */
const YARDSTICK = `[${'{"a":1},'.repeat(20_000)}{${Array.from({ length: 20_000 }, (_, i) => `"k${i}":1,`).join("")}"z":0}]`;

const times = <T>(count: number, one: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => one(i));

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** How many times slower this machine is at the moment than the one where the bound was set; 1 for a faster one. */
function slowness(): number {
  const before = process.cpuUsage();
  JSON.parse(YARDSTICK);
  return Math.max(1, cpuSince(before) / YARDSTICK_MS);
}

async function cpuOf(sent: Sent): Promise<number> {
  const costs: number[] = [];
  while (costs.length < RUNS && !costs.some((cost) => cost < MAX_CPU_MS / 2)) {
    const before = process.cpuUsage();
    await stage.ask(sent);
    costs.push(cpuSince(before) / slowness());
  }
  return Math.min(...costs);
}

async function expectCheap(sent: Sent, status: number): Promise<void> {
  expect((await stage.attack(sent)).status).toBe(status);
  expect(await cpuOf(sent)).toBeLessThan(MAX_CPU_MS);
}

const search = (members: object) => ({
  method: "POST",
  path: "/scim/v2/Users/.search",
  body: JSON.stringify({ schemas: [SEARCH_REQUEST_SCHEMA], ...members }),
});

describe("a filter costs less than a tenth of a second", () => {
  const clauses = (one: (index: number) => string, count = 100) => times(count, one).join(" or ");
  const long = (i: number, length = 60) => `${i}${"x".repeat(length)}`;
  it.each<[string, string, number]>([
    ["6,000 backslashes in a string without an end", `userName eq "${"\\".repeat(6_001)}`, 400],
    ["6,000 backslashes in a string", `userName eq "${"\\".repeat(6_000)}"`, 200],
    ["500,000 backslashes", `userName eq "${"\\".repeat(500_001)}`, 400],
    ["8,000 opening parentheses", "(".repeat(8_000), 400],
    ["4,000 pairs of parentheses", `${"(".repeat(3_990)}id pr${")".repeat(3_990)}`, 400],
    ["2,000 negations", `${"not (".repeat(1_500)}id pr${")".repeat(1_500)}`, 400],
    ["4,000 brackets", `${"emails[".repeat(1_000)}type pr${"]".repeat(1_000)}`, 400],
    ["8,000 quotes", '"'.repeat(8_000), 400],
    ["8,000 blanks", `${" ".repeat(7_980)}userName`, 400],
    ["8,000 digits", `userName eq ${"9".repeat(7_900)}`, 400],
    ["8,000 dots", `name${".a".repeat(3_900)} pr`, 400],
    ["8,000 colons", `urn${":a".repeat(3_900)} pr`, 400],
    ["100 clauses on names", clauses((i) => `userName co "${long(i)}"`), 200],
    ["100 clauses of equality", clauses((i) => `userName eq "${long(i)}"`), 200],
    ["100 clauses on a column of the document", clauses((i) => `name.familyName co "${long(i, 50)}"`), 200],
    ["100 clauses of wildcards", clauses(() => `userName co "${"%_".repeat(28)}"`), 200],
    ["20 clauses on e-mails", clauses((i) => `emails.value co "${long(i, 350)}"`, 20), 200],
    ["20 value paths", clauses((i) => `emails[type eq "work" and value co "${long(i, 200)}"]`, 10), 200],
    [
      "100 clauses on times",
      clauses((i) => `meta.created gt "20${10 + (i % 90)}-01-01T00:00:00.123456789+14:00"`),
      200,
    ],
    ["100 nots", clauses((i) => `not (title pr and userName eq "${long(i, 40)}")`, 50), 200],
  ])("with %s", async (_what, filter, status) => expectCheap(search({ filter }), status));
});

describe("a search costs less than a tenth of a second", () => {
  it.each<[string, object, number]>([
    ["50,000 attributes", { attributes: times(50_000, (i) => `userName.a${i}`) }, 200],
    ["an attribute of a megabyte", { attributes: ["a:".repeat(500_000)] }, 200],
    ["excluded dots", { excludedAttributes: [".".repeat(1_000_000)] }, 200],
    ["a cursor of a megabyte", { cursor: "a.".repeat(500_000) }, 400],
    ["a sort of a megabyte", { sortBy: "a.".repeat(500_000) }, 400],
  ])("with %s", async (_what, members, status) => expectCheap(search(members), status));
});

describe("a PATCH costs less than a tenth of a second", () => {
  const patch = (operations: readonly object[], path = `/scim/v2/Users/${stage.targets.user}`): Sent => ({
    method: "PATCH",
    path,
    body: JSON.stringify({ schemas: [PATCH_URN], Operations: operations }),
  });
  it.each<[string, string]>([
    ["backslashes in a string without an end", `emails[value eq "${"\\".repeat(6_001)}`],
    ["a megabyte of backslashes", `emails[value eq "${"\\".repeat(500_001)}`],
    ["parentheses", `emails[${"(".repeat(8_000)}`],
    ["brackets", `emails${"[".repeat(8_000)}`],
    ["a megabyte of brackets", `emails${"[".repeat(900_000)}`],
    ["dots", `name${".a".repeat(400_000)}`],
    ["colons", `urn${":a".repeat(400_000)}`],
    ["blanks", `${" ".repeat(900_000)}[`],
    [
      "a hundred clauses",
      `emails[${times(200, (i) => `value co "${i}${"x".repeat(40)}"`).join(" or ")}].type`,
    ],
  ])("by a path of %s", async (_what, path) => {
    await expectCheap(patch([{ op: "remove", path }]), 400);
  });

  it("of a thousand titles", async () => {
    const operations = times(1_000, (i) => ({ op: "replace", path: "title", value: `${i}` }));
    await expectCheap(patch(operations), 200);
  });

  it("of a thousand value paths", async () => {
    const operations = times(1_000, (i) => ({
      op: "replace",
      path: 'emails[type eq "work" and value co "a" or not (value sw "x")].display',
      value: `${i}`,
    }));
    await expectCheap(patch(operations), 200);
  });

  it("of a thousand additions to one list and as many removals", async () => {
    const operations = times(1_000, (i) => ({
      op: i % 2 ? "remove" : "add",
      path: i % 2 ? `emails[value eq "${i - 1}@x.example"]` : "emails",
      ...(i % 2 === 0 && { value: [{ value: `${i}@x.example` }] }),
    }));
    await expectCheap(patch(operations), 200);
  });

  it("of a thousand members by a path", async () => {
    const operations = times(1_000, (i) => ({ op: "remove", path: `members[value eq "${i}"]` }));
    await expectCheap(patch(operations, `/scim/v2/Groups/${stage.targets.group}`), 204);
  });
});

describe("a body costs less than a tenth of a second", () => {
  const person = (more: string) => `{"schemas":["${USER_URN}"],"userName":"anna"${more}}`;
  it.each<[string, string, string, number]>([
    ["400,000 levels", "/scim/v2/Users", "[".repeat(400_000), 400],
    ["300,000 empty objects", "/scim/v2/Users", `[${"{},".repeat(300_000)}0]`, 400],
    ["60,000 keys", "/scim/v2/Users", person(times(60_000, (i) => `,"k${i}":1`).join("")), 400],
    [
      "the same key 60,000 times",
      "/scim/v2/Users",
      person(times(60_000, () => ',"title":"a"').join("")),
      409,
    ],
    [
      "20,000 e-mails",
      "/scim/v2/Users",
      person(`,"emails":[${times(20_000, (i) => `{"value":"${i}@x.y"}`).join()}]`),
      400,
    ],
    ["a text of a megabyte", "/scim/v2/Users", person(`,"title":"${"漢".repeat(340_000)}"`), 400],
    [
      "a megabyte for a pattern",
      "/scim/v2/Users",
      person(`,"${DICTIONARY_USER_URN}":{"code":"${"a".repeat(1_000_000)}"}`),
      400,
    ],
    [
      "a megabyte of text for IDaaS",
      "/api/application/scim/account",
      `{"id":1234567890123456789,"x":"${'\\"'.repeat(480_000)}"}`,
      200,
    ],
    [
      "a megabyte of digits for IDaaS",
      "/api/application/scim/account",
      `{"id":${"9".repeat(1_000_000)}}`,
      200,
    ],
    [
      "90,000 long numbers for IDaaS",
      "/api/application/scim/account",
      `{"id":[${times(40_000, () => "1234567890123456789").join()}]}`,
      200,
    ],
  ])("of %s", async (_what, path, body, status) => expectCheap({ method: "POST", path, body }, status));

  it("of a thousand operations that are all wrong", async () => {
    const Operations = times(1_000, () => ({ method: "POST", path: "/Users/..", bulkId: "x", data: {} }));
    const body = JSON.stringify({ schemas: [BULK_REQUEST_SCHEMA], Operations });
    await expectCheap({ method: "POST", path: "/scim/v2/Bulk", body }, 200);
  });

  it("of a thousand groups that are members of a dozen others each", async () => {
    const Operations = times(1_000, (i) => ({
      method: "POST",
      path: "/Groups",
      bulkId: `g${i}`,
      data: {
        schemas: [GROUP_URN],
        displayName: `${i}`,
        members: times(12, (k) => ({ value: `bulkId:g${(i + k + 1) % 1_000}` })),
      },
    }));
    const body = JSON.stringify({ schemas: [BULK_REQUEST_SCHEMA], Operations });
    await expectCheap({ method: "POST", path: "/scim/v2/Bulk", body }, 200);
  });
});
