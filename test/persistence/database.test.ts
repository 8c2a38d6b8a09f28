import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from "vitest";
import {
  type Database,
  NestedUseError,
  openDatabase,
  StatementError,
  type Transaction,
  UniqueViolation,
} from "../../src/persistence/database.js";
import { openTestDatabase, type TestDatabase } from "../support/database.js";

let opened: TestDatabase;
let db: Database;

beforeAll(async () => {
  opened = await openTestDatabase();
  db = opened.database;
  await db.query("create table note (id uuid primary key, word text constraint note_word unique)");
});
beforeEach(async () => {
  await db.query("delete from note");
});
afterAll(() => opened.close());

const addNote = (to: Pick<Database, "query">, word: string) =>
  to.query("insert into note values ($1, $2)", [randomUUID(), word]);
const words = async () =>
  (await db.query<{ word: string }>("select word from note order by word")).map(({ word }) => word);

describe("query", () => {
  const moment = new Date("2026-02-03T04:05:06.789Z");

  it.each<[string, string, unknown, unknown]>([
    ["a moment as Date, to the millisecond", "timestamptz", moment, moment],
    ["a bigint as text", "bigint", "9007199254740993", "9007199254740993"],
    ["a bigint given as number as text", "bigint", 5, "5"],
    ["a decimal as text", "numeric", "0.10", "0.10"],
    ["an integer as number", "integer", 42, 42],
    ["a boolean", "boolean", true, true],
    ["null", "text", null, null],
    ["a number bound to a text column as text", "text", 12, "12"],
    ["a JSON object parsed", "jsonb", JSON.stringify({ a: [1, null] }), { a: [1, null] }],
    ["a JSON array parsed", "jsonb", JSON.stringify([{ a: "b" }]), [{ a: "b" }]],
    [
      "a JSON text that looks like SQL",
      "jsonb",
      JSON.stringify("'; drop table note --"),
      "'; drop table note --",
    ],
    [
      "an array of texts, also awkward ones",
      "text[]",
      ['a,"b\\', "", "NULL", "陈"],
      ['a,"b\\', "", "NULL", "陈"],
    ],
    ["an empty array", "text[]", [], []],
    ["an array with a null", "text[]", ["a", null], ["a", null]],
    [
      "an array of uuids",
      "uuid[]",
      ["00000000-0000-0000-0000-00000000000a"],
      ["00000000-0000-0000-0000-00000000000a"],
    ],
  ])("returns %s", async (_title, type, given, expected) => {
    expect(await db.query(`select $1::${type} as value`, [given])).toEqual([{ value: expected }]);
  });

  it("returns the rows of RETURNING, and none for a write without it", async () => {
    await addNote(db, "a");
    expect(await db.query("update note set word = 'b' returning word")).toEqual([{ word: "b" }]);
    expect(await db.query("update note set word = 'c'")).toEqual([]);
    expect(await db.query("delete from note returning word")).toEqual([{ word: "c" }]);
  });

  it("reports a unique constraint as UniqueViolation with its name", async () => {
    await addNote(db, "same");
    const refused = addNote(db, "same");
    await expect(refused).rejects.toBeInstanceOf(UniqueViolation);
    await expect(refused).rejects.toMatchObject({ constraint: "note_word" });
  });

  it("reports every other refusal with its SQLSTATE", async () => {
    await expect(db.query("select 1/0")).rejects.toMatchObject({ name: "StatementError", sqlState: "22012" });
    await expect(db.query("selec 1")).rejects.toMatchObject({ name: "StatementError", sqlState: "42601" });
  });

  it("keeps parameter values out of its errors", async () => {
    await addNote(db, "secret-value");
    const errors = await Promise.allSettled([
      addNote(db, "secret-value"),
      db.query("select $1::text from missing_table", ["secret-value"]),
    ]);
    for (const outcome of errors) {
      expect(outcome.status).toBe("rejected");
      if (outcome.status !== "rejected") continue;
      const error: Error = outcome.reason;
      expect(JSON.stringify([error.message, error.cause, { ...error }])).not.toContain("secret-value");
    }
  });

  it("treats parameters as values, never as SQL", async () => {
    await addNote(db, "x'); drop table note; --");
    expect(await words()).toEqual(["x'); drop table note; --"]);
  });

  it("answers a ping", async () => {
    await expect(db.ping()).resolves.toBeUndefined();
  });
});

describe("transaction", () => {
  it("commits what the work did and returns its result", async () => {
    const result = await db.transaction(async (tx) => {
      await addNote(tx, "a");
      await addNote(tx, "b");
      return 7;
    });
    expect(result).toBe(7);
    expect(await words()).toEqual(["a", "b"]);
  });

  it("rolls everything back when the work fails, and passes its error on as it is", async () => {
    const failure = new Error("changed my mind");
    const work = db.transaction(async (tx) => {
      await addNote(tx, "a");
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(await words()).toEqual([]);
  });

  it("can be used for the next work after a refused statement", async () => {
    await addNote(db, "same");
    await expect(db.transaction((tx) => addNote(tx, "same"))).rejects.toBeInstanceOf(UniqueViolation);
    await db.transaction((tx) => addNote(tx, "other"));
    expect(await words()).toEqual(["other", "same"]);
  });

  it("fails when the work swallowed the error of a statement, since nothing could be committed", async () => {
    await addNote(db, "same");
    const acted = vi.fn();
    const work = db.transaction(async (tx) => {
      tx.afterCommit(acted);
      await addNote(tx, "other");
      await addNote(tx, "same").catch(() => undefined);
    });
    await expect(work).rejects.toThrow(/nothing was committed/);
    expect(acted).not.toHaveBeenCalled();
    expect(await words()).toEqual(["same"]);
  });

  it("commits after a failed statement was undone by a savepoint", async () => {
    await addNote(db, "same");
    await db.transaction(async (tx) => {
      await tx.query("savepoint before_note");
      await addNote(tx, "same").catch(() => tx.query("rollback to savepoint before_note"));
      await addNote(tx, "other");
    });
    expect(await words()).toEqual(["other", "same"]);
  });

  it("refuses statements after its work has settled", async () => {
    let kept: Transaction | undefined;
    await db.transaction(async (tx) => {
      kept = tx;
    });
    await expect(kept?.query("select 1")).rejects.toThrow(/transaction is over/);
  });

  it("keeps concurrent transactions apart: the rollback of one takes nothing from the other", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        db.transaction(async (tx) => {
          await addNote(tx, `${index} first`);
          await tx.query("select 1");
          if (index % 2 === 1) throw new Error("odd");
          await addNote(tx, `${index} second`);
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    expect(await words()).toHaveLength(20);
    expect((await words()).filter((word) => Number.parseInt(word, 10) % 2 === 1)).toEqual([]);
  });

  it("runs actions after the commit only, in order, and none after a rollback", async () => {
    const seen: string[] = [];
    const note = (text: string, tx: Transaction) => tx.afterCommit(() => seen.push(text));
    await db.transaction(async (tx) => {
      note("first", tx);
      note("second", tx);
      await addNote(tx, "a");
      expect(seen).toEqual([]);
    });
    await expect(
      db.transaction(async (tx) => {
        note("never", tx);
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(seen).toEqual(["first", "second"]);
  });

  it("stands when an action after the commit fails, runs the other actions, and warns", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const ran = vi.fn();
    await db.transaction(async (tx) => {
      tx.afterCommit(() => {
        throw new Error("boom");
      });
      tx.afterCommit(ran);
      await addNote(tx, "kept");
    });
    expect(ran).toHaveBeenCalledOnce();
    expect(warn).toHaveBeenCalledWith(expect.stringContaining("boom"));
    expect(await words()).toEqual(["kept"]);
    warn.mockRestore();
  });

  const raise = (tx: Transaction, sqlState: string) =>
    tx.query(`do $$ begin raise exception 'bad timing' using errcode = '${sqlState}'; end $$`);

  it.each(["40001", "40P01"])("runs the whole work again after SQLSTATE %s", async (sqlState) => {
    let runs = 0;
    const seen: number[] = [];
    await db.transaction(async (tx) => {
      runs += 1;
      const run = runs;
      tx.afterCommit(() => seen.push(run));
      await addNote(tx, `run ${runs}`);
      if (runs < 3) await raise(tx, sqlState);
    });
    expect(runs).toBe(3);
    expect(await words()).toEqual(["run 3"]);
    expect(seen).toEqual([3]);
  });

  it("gives up after three more runs", async () => {
    let runs = 0;
    const work = db.transaction(async (tx) => {
      runs += 1;
      await raise(tx, "40001");
    });
    await expect(work).rejects.toBeInstanceOf(StatementError);
    expect(runs).toBe(4);
  });

  it("does not run the work again after any other error", async () => {
    let runs = 0;
    const work = db.transaction(async (tx) => {
      runs += 1;
      await tx.query("select 1/0");
    });
    await expect(work).rejects.toMatchObject({ sqlState: "22012" });
    expect(runs).toBe(1);
  });
});

describe("notify and listen", () => {
  it("delivers a payload to every listener of the channel when the transaction commits", async () => {
    const one = vi.fn();
    const two = vi.fn();
    const other = vi.fn();
    await db.listen("work", one);
    await db.listen("work", two);
    await db.listen("other", other);
    await db.transaction(async (tx) => {
      await tx.notify("work", "陈 1");
      await tx.query("select 1");
      expect(one).not.toHaveBeenCalled();
    });
    await vi.waitFor(() => {
      expect(one.mock.calls).toEqual([["陈 1"]]);
      expect(two.mock.calls).toEqual([["陈 1"]]);
    });
    expect(other).not.toHaveBeenCalled();
  });

  it("delivers nothing of a rolled back transaction, and nothing to a listener that has ended", async () => {
    const ended = vi.fn();
    const listening = vi.fn();
    const end = await db.listen("news", ended);
    await db.listen("news", listening);
    await end();
    await expect(
      db.transaction(async (tx) => {
        await tx.notify("news", "rolled back");
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    await db.transaction((tx) => tx.notify("news", "committed"));
    await vi.waitFor(() => expect(listening.mock.calls).toEqual([["committed"]]));
    expect(ended).not.toHaveBeenCalled();
  });

  it("warns about a listener that throws, and still calls the others", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const heard = vi.fn();
    await db.listen("fragile", () => {
      throw new Error("boom");
    });
    await db.listen("fragile", heard);
    await db.transaction((tx) => tx.notify("fragile", "x"));
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith("x"));
    expect(warn).toHaveBeenCalledWith(expect.stringContaining("a listener of fragile failed: boom"));
    warn.mockRestore();
  });

  it("takes a channel name as a name, whatever is in it", async () => {
    const heard = vi.fn();
    await db.listen('a"; drop table note; --', heard);
    await db.transaction((tx) => tx.notify('a"; drop table note; --', "x"));
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith("x"));
    expect(await words()).toEqual([]);
  });

  it("refuses a payload that PostgreSQL would not carry", async () => {
    await expect(db.transaction((tx) => tx.notify("work", "陈".repeat(2667)))).rejects.toThrow(RangeError);
  });
});

const template = inject("databaseTemplate");

if (template.kind === "embedded")
  describe("the embedded database", () => {
    it("refuses use of the database inside of its own transaction, instead of waiting for ever", async () => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
      try {
        const work = db.transaction(async (tx) => {
          await addNote(tx, "outer");
          const nested = addNote(db, "nested");
          nested.catch(() => undefined);
          await vi.advanceTimersByTimeAsync(6000);
          await nested;
        });
        await expect(work).rejects.toBeInstanceOf(NestedUseError);
        await expect(work).rejects.toThrow(/pass the transaction \(tx\) on/);
      } finally {
        vi.useRealTimers();
      }
      expect(await words()).toEqual([]);
    });
  });

if (template.kind === "postgres")
  describe("PostgreSQL", () => {
    it("keeps its connection after a uniqueness conflict", async () => {
      const single = await openDatabase({ url: opened.url, poolSize: 1 });
      const session = async () => (await single.query("select pg_backend_pid() as pid"))[0];
      const before = await session();
      await addNote(single, "same");
      await expect(addNote(single, "same")).rejects.toBeInstanceOf(UniqueViolation);
      expect(await session()).toEqual(before);
      await single.close();
    });

    it("bounds a statement to 30 seconds and names itself", async () => {
      expect(await db.query("show statement_timeout")).toEqual([{ statement_timeout: "30s" }]);
      expect(await db.query("show application_name")).toEqual([
        { application_name: "scim-provisioning-gateway" },
      ]);
    });

    it("listens again after its listening connection was ended", async () => {
      const heard = vi.fn();
      await db.listen("again", heard);
      await db.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'scim-provisioning-gateway listener' and datname = current_database()`,
      );
      await vi.waitFor(
        async () => {
          await db.transaction((tx) => tx.notify("again", "hello"));
          expect(heard).toHaveBeenCalledWith("hello");
        },
        { timeout: 10_000, interval: 100 },
      );
    });

    it("works on after its connections were ended by the server", async () => {
      const victim = await openDatabase({ url: opened.url, poolSize: 1 });
      const [row] = await victim.query<{ pid: number }>("select pg_backend_pid() as pid");
      const broken = victim.transaction(async (tx) => {
        await addNote(tx, "lost");
        await db.query("select pg_terminate_backend($1)", [row?.pid]);
        await tx.query("select 1");
      });
      await expect(broken).rejects.toMatchObject({ name: "DatabaseUnavailableError" });
      await addNote(victim, "found");
      expect(await words()).toEqual(["found"]);
      await victim.close();
    });

    it("resolves a real deadlock by running one of the two again", async () => {
      await addNote(db, "left");
      await addNote(db, "right");
      let arrived = 0;
      let meet: () => void = () => undefined;
      const both = new Promise<void>((resolve) => {
        meet = resolve;
      });
      const cross = (first: string, second: string) =>
        db.transaction(async (tx) => {
          await tx.query("select 1 from note where word = $1 for update", [first]);
          arrived += 1;
          if (arrived === 2) meet();
          await both;
          await tx.query("select 1 from note where word = $1 for update", [second]);
        });
      await Promise.all([cross("left", "right"), cross("right", "left")]);
      expect(arrived).toBe(3);
    });
  });
