import { describe, expect, it } from "vitest";
import { UniqueViolation } from "../../src/persistence/database.js";
import { shareNotes } from "./notes.js";

const { test } = shareNotes();

/** More often than it takes for a statement to be prepared, and to be known as prepared on each connection. */
const OFTEN = 40;

describe("a statement that recurs", () => {
  it("gives the same values each time, of every kind", async () => {
    const moment = new Date("2026-02-03T04:05:06.789Z");
    const sql = `select $1::timestamptz as moment, $2::bigint as count, $3::text[] as words, $4::jsonb as doc,
                        $5::text as nothing, $6::boolean as flag`;
    const values = [moment, "9007199254740993", ['a,"b\\', null, "陈"], '{"a":[1,null]}', null, false];
    for (let turn = 0; turn < OFTEN; turn += 1) {
      expect(await test.database.query(sql, values)).toEqual([
        {
          moment,
          count: "9007199254740993",
          words: ['a,"b\\', null, "陈"],
          doc: { a: [1, null] },
          nothing: null,
          flag: false,
        },
      ]);
    }
  });

  it("keeps the answers of callers at the same time apart", async () => {
    const asked = Array.from({ length: 120 }, (_, number) => number);
    const answers = await Promise.all(
      asked.map((number) => test.database.query("select n from generate_series(1, $1::int) n", [number])),
    );
    expect(answers.map((rows) => rows.length)).toEqual(asked);
  });

  it("fails alone: the error is told, and the next one on the connection works", async () => {
    const sql = "insert into note (id, word) values (gen_random_uuid(), $1) returning word";
    for (let turn = 0; turn < OFTEN; turn += 1) {
      const word = `word ${turn}`;
      expect(await test.database.query(sql, [word])).toEqual([{ word }]);
      await expect(test.database.query(sql, [word])).rejects.toBeInstanceOf(UniqueViolation);
    }
  });

  it("that fails before its first result is told works the next time", async () => {
    const sql = "select 10 / $1::int as share";
    for (let turn = 0; turn < OFTEN; turn += 1) {
      await expect(test.database.query(sql, [0])).rejects.toMatchObject({ name: "StatementError" });
    }
    for (let turn = 0; turn < OFTEN; turn += 1) {
      expect(await test.database.query(sql, [5])).toEqual([{ share: 2 }]);
    }
  });

  it("without a result gives no rows", async () => {
    for (let turn = 0; turn < OFTEN; turn += 1) {
      expect(await test.database.query("delete from note where word = $1", ["nobody"])).toEqual([]);
    }
  });

  it("tells a value that does not fit, with the connection as it was", async () => {
    const sql = "select $1::int as number";
    for (let turn = 0; turn < OFTEN; turn += 1) {
      await expect(test.database.query(sql, ["seven"])).rejects.toMatchObject({ name: "StatementError" });
      expect(await test.database.query(sql, [7])).toEqual([{ number: 7 }]);
    }
  });
});
