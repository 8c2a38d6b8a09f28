import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAutovacuum } from "../../src/persistence/autovacuum.js";
import { type Database, openDatabase } from "../../src/persistence/database.js";
import { createFakeClock } from "../support/fake-clock.js";

let database: Database;
beforeAll(async () => {
  database = await openDatabase({ dataDir: "memory" });
  await database.query("create table busy as select g as id, 0 as turn from generate_series(1, 1000) g");
  await database.query('create table "Idle; drop table busy" as select 1 as id');
});
afterAll(() => database.close());

const deadRows = async () => {
  await database.query("select pg_stat_force_next_flush()");
  const [row] = await database.query<{ dead: string }>(
    "select n_dead_tup::text as dead from pg_stat_user_tables where relname = 'busy'",
  );
  return Number(row?.dead);
};
const changeAll = () => database.query("update busy set turn = turn + 1");

describe("the embedded database of a gateway that runs for long", () => {
  it("gives the room of dead rows back once a minute, where there are many", async () => {
    const clock = createFakeClock();
    const troubles: unknown[] = [];
    await changeAll();
    expect(await deadRows()).toBe(1_000);
    const autovacuum = startAutovacuum({ database, clock, onError: (error) => troubles.push(error) });
    await expect.poll(() => clock.sleeping()).toBe(1);
    expect(await deadRows()).toBe(0);

    await database.query("update busy set turn = 9 where id <= 100");
    await clock.advance(60_000);
    await expect.poll(() => clock.sleeping()).toBe(1);
    expect(await deadRows()).toBe(100);

    await database.query("update busy set turn = 9 where id <= 200");
    await clock.advance(60_000);
    await expect.poll(() => clock.sleeping()).toBe(1);
    expect(await deadRows()).toBe(0);
    await autovacuum.stop();
    expect(troubles).toEqual([]);
  });

  it("takes a table of any name", async () => {
    await database.query('update "Idle; drop table busy" set id = id from generate_series(1, 100)');
    for (let round = 0; round < 100; round++)
      await database.query('update "Idle; drop table busy" set id = id + 1');
    const clock = createFakeClock();
    const troubles: unknown[] = [];
    const autovacuum = startAutovacuum({ database, clock, onError: (error) => troubles.push(error) });
    await expect.poll(() => clock.sleeping()).toBe(1);
    await autovacuum.stop();
    const rows = await database.query(
      "select relname from pg_stat_user_tables where last_vacuum is not null order by relname",
    );
    expect(rows).toEqual([{ relname: "Idle; drop table busy" }, { relname: "busy" }]);
    expect(troubles).toEqual([]);
  });
});
