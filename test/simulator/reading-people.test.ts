import { describe, expect, it } from "vitest";
import { z } from "zod";
import { startTenant } from "./tenant.js";

const listed = z.array(z.looseObject({ userid: z.string() }));
/** A page names the next one if, and only if, there is one. */
const pageOfPeople = z.discriminatedUnion("has_more", [
  z.strictObject({ has_more: z.literal(true), next_cursor: z.number(), list: listed }),
  z.strictObject({ has_more: z.literal(false), list: listed }),
]);

describe("reading people", () => {
  it.each<[string, string, number]>([
    ["a bare number", "13900000001", 0],
    ["a number with country code", "+86-13900000001", 0],
    ["a number nobody has", "13900000009", 60121],
    ["no number", "abc", 40104],
    ["an empty text", "", 40104],
  ])("finds by mobile: %s", async (_case, mobile, code) => {
    const tenant = await startTenant();
    await tenant.addUser("u1", { mobile: "13900000001" });
    expect(await tenant.codeOf("v2/user/getbymobile", { mobile })).toBe(code);
  });

  it.each([
    [0, 1],
    [1, 1],
    [99, 1],
    [100, 1],
    [101, 2],
    [250, 3],
  ])("lists %i members on %i pages, each once", async (members, pages) => {
    const tenant = await startTenant();
    const a = await tenant.addDepartment("甲");
    const below = await tenant.addDepartment("下级", a);
    const person = (n: number, dept: number) => ({
      name: `员工${n}`,
      mobile: String(13_700_000_000 + n),
      userid: `p${n}`,
      dept_id_list: String(dept),
    });
    for (let n = 0; n < members; n += 1) tenant.simulator.act("/topapi/v2/user/create", person(n, a));
    tenant.simulator.act("/topapi/v2/user/create", person(9_999, below));
    const seen: string[] = [];
    let cursor = 0;
    let calls = 0;
    for (;;) {
      const page = pageOfPeople.parse(
        await tenant.resultOf("v2/user/list", { dept_id: a, cursor, size: 100 }),
      );
      calls += 1;
      seen.push(...page.list.map(({ userid }) => userid));
      if (!page.has_more) break;
      cursor = page.next_cursor;
    }
    expect(calls).toBe(pages);
    expect(seen).toEqual(Array.from({ length: members }, (_, n) => `p${n}`));
  });

  it("lists with scalar order and leader, or with id and name only", async () => {
    const tenant = await startTenant();
    await tenant.addUser("u1");
    const page = { dept_id: 1, cursor: 0, size: 1 };
    const full = pageOfPeople.parse(await tenant.resultOf("v2/user/list", page)).list[0];
    expect(full).toMatchObject({
      userid: "u1",
      dept_order: expect.any(Number),
      leader: false,
      dept_id_list: [1],
    });
    expect(full).not.toHaveProperty("dept_order_list");
    const simple = (await tenant.resultOf("user/listsimple", page))["list"];
    expect(simple).toEqual([{ userid: "u1", name: "员工u1" }]);
  });

  it("lists by the order asked for", async () => {
    const tenant = await startTenant();
    for (const userid of ["a", "b", "c"]) {
      tenant.clock.advance(1_000);
      await tenant.addUser(userid, { dept_order_list: [{ dept_id: 1, order: userid === "b" ? 9 : 5 }] });
    }
    tenant.clock.advance(1_000);
    await tenant.call("v2/user/update", { userid: "a", title: "X" });
    const ordered: Record<string, string> = {};
    for (const order_field of ["entry_asc", "entry_desc", "modify_asc", "modify_desc", "custom"]) {
      const asked = { dept_id: 1, cursor: 0, size: 10, order_field };
      const { list } = pageOfPeople.parse(await tenant.resultOf("user/listsimple", asked));
      ordered[order_field] = list.map(({ userid }) => userid).join("");
    }
    expect(ordered).toEqual({
      entry_asc: "abc",
      entry_desc: "cba",
      modify_asc: "bca",
      modify_desc: "acb",
      custom: "bac",
    });
  });

  it.each<[string, Record<string, unknown>, number]>([
    ["no department", { dept_id: undefined }, 40035],
    ["an unknown department", { dept_id: 77 }, 60003],
    ["a malformed department", { dept_id: "x" }, 40009],
    ["the school pseudo department", { dept_id: -7 }, 40009],
    ["no cursor", { cursor: undefined }, 40035],
    ["a negative cursor", { cursor: -1 }, 40068],
    ["no size", { size: undefined }, 40035],
    ["a size of 0", { size: 0 }, 40069],
    ["a size of 101", { size: 101 }, 40069],
    ["an unknown order", { order_field: "name" }, 40070],
  ])("refuses a page with %s", async (_case, change, code) => {
    const tenant = await startTenant();
    expect(await tenant.codeOf("v2/user/list", { dept_id: 1, cursor: 0, size: 10, ...change })).toBe(code);
  });

  it("counts everybody, or those who ever signed in, but only when told which", async () => {
    const tenant = await startTenant();
    await tenant.addUser("u1");
    expect((await tenant.resultOf("user/count", { only_active: false }))["count"]).toBe(1);
    expect((await tenant.resultOf("user/count", { only_active: true }))["count"]).toBe(0);
    expect(await tenant.codeOf("user/count")).toBe(40035);
  });
});
