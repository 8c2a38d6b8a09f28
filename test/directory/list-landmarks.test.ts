import { beforeAll, describe, expect, it } from "vitest";
import { defaultTenantId } from "../support/database.js";
import { context, everything, shareDirectory } from "./open-directory.js";

const test = shareDirectory();
const PEOPLE = 6_000;

beforeAll(async () => {
  await test.database.query(
    `insert into resource (tenant_id, id, type, doc, user_name_key, created_at, modified_at)
     select $1, gen_random_uuid(), 'User', jsonb_build_object('userName', 'crowd ' || n), 'crowd ' || n, now(), now()
       from generate_series(1, ${PEOPLE}) n`,
    [defaultTenantId],
  );
  // The first list finds out that there are many.
  await page(1, 1);
}, 60_000);

const page = async (startIndex: number, count: number) => {
  const found = await test.directory.list(context, "User", { startIndex, count, needs: everything });
  return { ids: found.resources.map(({ id }) => id), total: found.totalResults };
};

/** What a walk over the whole table gives. */
const walked = async (startIndex: number, count: number) => {
  const rows = await test.database.query<{ id: string }>(
    "select id from resource where tenant_id = $1 and type = 'User' and deleted_at is null order by seq",
    [defaultTenantId],
  );
  return { ids: rows.slice(startIndex - 1, startIndex - 1 + count).map(({ id }) => id), total: rows.length };
};

const remove = async (startIndex: number) => {
  const [id = ""] = (await walked(startIndex, 1)).ids;
  await test.directory.remove(context, "User", id);
};

const PLACES = [1, 2, 499, 500, 501, 3_000, 5_900, 5_990];

describe("a page of a long list", () => {
  it("is found without a walk and without a count", async () => {
    await page(5_900, 10);
    const statements = await test.sent(() => page(5_900, 10));
    expect(statements).toHaveLength(1);
    expect(statements[0]).not.toContain("count(*)");
  });

  it("is exactly that of a walk, whatever was created and deleted since", async () => {
    for (const place of PLACES) expect(await page(place, 20)).toEqual(await walked(place, 20));
    for (const round of [1, 2, 3]) {
      for (const place of [round, 400 + round, 5_800, 5_970]) await remove(place);
      const fresh = await test.user();
      if (round === 2) await test.directory.remove(context, "User", fresh.id);
      for (const place of PLACES) expect(await page(place, 20)).toEqual(await walked(place, 20));
    }
  });

  it("is that of a walk when a new survey was made", async () => {
    await test.clock.advance(20_000);
    for (const place of PLACES) expect(await page(place, 20)).toEqual(await walked(place, 20));
  });

  it("holds what a transaction with an older place in the order committed later", async () => {
    // Its rows are older by `seq` than others that the survey has counted already.
    await test.database.query(
      "update resource set deleted_at = now() where tenant_id = $1 and user_name_key = 'crowd 1000'",
      [defaultTenantId],
    );
    await test.clock.advance(20_000);
    await page(1, 1);
    const [late] = await test.database.query<{ id: string }>(
      "update resource set deleted_at = null where tenant_id = $1 and user_name_key = 'crowd 1000' returning id",
      [defaultTenantId],
    );
    await test.database.query(
      `insert into change (tenant_id, resource_type, resource_id, version, kind, attributes, actor, correlation_id, at)
       values ($1, 'User', $2, 1, 'create', '{}', 'test', 'test', now())`,
      [defaultTenantId, late?.id],
    );
    for (const place of [...PLACES, 992, 1_000, 1_001])
      expect(await page(place, 20)).toEqual(await walked(place, 20));
  });

  it("may lie behind the end", async () => {
    expect(await page(100_000, 10)).toEqual({ ids: [], total: (await walked(1, 1)).total });
  });

  it("has a total that needs no count, sorted and by cursor as well", async () => {
    for (const query of [
      { sortBy: "userName" },
      { sortBy: "title" },
      { cursor: "" },
      { sortBy: "meta.created", cursor: "" },
    ]) {
      const first = () =>
        test.directory.list(context, "User", { startIndex: 1, count: 3, needs: everything, ...query });
      await test.user();
      await remove(3);
      const statements = await test.sent(first);
      expect(statements.at(-1)).not.toContain("count(*)");
      expect((await first()).totalResults).toBe((await walked(1, 1)).total);
      await remove(4);
      expect((await first()).totalResults).toBe((await walked(1, 1)).total);
    }
  });
});
