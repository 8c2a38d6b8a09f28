import { describe, expect, inject, it, vi } from "vitest";
import { openDatabase, UniqueViolation } from "../../src/persistence/database.js";
import { shareNotes } from "./notes.js";

const { test, addNote, words } = shareNotes();

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
    expect(await test.database.query(`select $1::${type} as value`, [given])).toEqual([{ value: expected }]);
  });

  it("returns the rows of RETURNING, and none for a write without it", async () => {
    await addNote(test.database, "a");
    expect(await test.database.query("update note set word = 'b' returning word")).toEqual([{ word: "b" }]);
    expect(await test.database.query("update note set word = 'c'")).toEqual([]);
    expect(await test.database.query("delete from note returning word")).toEqual([{ word: "c" }]);
  });

  it("reports a unique constraint as UniqueViolation with its name", async () => {
    await addNote(test.database, "same");
    const refused = addNote(test.database, "same");
    await expect(refused).rejects.toBeInstanceOf(UniqueViolation);
    await expect(refused).rejects.toMatchObject({ constraint: "note_word" });
  });

  it("reports every other refusal with its SQLSTATE", async () => {
    await expect(test.database.query("select 1/0")).rejects.toMatchObject({
      name: "StatementError",
      sqlState: "22012",
    });
    await expect(test.database.query("selec 1")).rejects.toMatchObject({
      name: "StatementError",
      sqlState: "42601",
    });
  });

  it("keeps parameter values out of its errors", async () => {
    await addNote(test.database, "secret-value");
    const errors = await Promise.allSettled([
      addNote(test.database, "secret-value"),
      test.database.query("select $1::text from missing_table", ["secret-value"]),
    ]);
    for (const outcome of errors) {
      expect(outcome.status).toBe("rejected");
      if (outcome.status !== "rejected") continue;
      const error: Error = outcome.reason;
      expect(JSON.stringify([error.message, error.cause, { ...error }])).not.toContain("secret-value");
    }
  });

  it("treats parameters as values, never as SQL", async () => {
    await addNote(test.database, "x'); drop table note; --");
    expect(await words()).toEqual(["x'); drop table note; --"]);
  });

  it("answers a ping", async () => {
    await expect(test.database.ping()).resolves.toBeUndefined();
  });
});

describe("notify and listen", () => {
  it("delivers a payload to every listener of the channel when the transaction commits", async () => {
    const one = vi.fn();
    const two = vi.fn();
    const other = vi.fn();
    await test.database.listen("work", one);
    await test.database.listen("work", two);
    await test.database.listen("other", other);
    await test.database.transaction(async (tx) => {
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
    const end = await test.database.listen("news", ended);
    await test.database.listen("news", listening);
    await end();
    await expect(
      test.database.transaction(async (tx) => {
        await tx.notify("news", "rolled back");
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    await test.database.transaction((tx) => tx.notify("news", "committed"));
    await vi.waitFor(() => expect(listening.mock.calls).toEqual([["committed"]]));
    expect(ended).not.toHaveBeenCalled();
  });

  it("warns about a listener that throws, and still calls the others", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const heard = vi.fn();
    await test.database.listen("fragile", () => {
      throw new Error("boom");
    });
    await test.database.listen("fragile", heard);
    await test.database.transaction((tx) => tx.notify("fragile", "x"));
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith("x"));
    expect(warn).toHaveBeenCalledWith(expect.stringContaining("a listener of fragile failed: boom"));
    warn.mockRestore();
  });

  it("takes a channel name as a name, whatever is in it", async () => {
    const heard = vi.fn();
    await test.database.listen('a"; drop table note; --', heard);
    await test.database.transaction((tx) => tx.notify('a"; drop table note; --', "x"));
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith("x"));
    expect(await words()).toEqual([]);
  });

  it("refuses a payload that PostgreSQL would not carry", async () => {
    await expect(test.database.transaction((tx) => tx.notify("work", "陈".repeat(2667)))).rejects.toThrow(
      RangeError,
    );
  });
});

describe("a hint", () => {
  it("is heard in this process at once, and from a transaction when it has committed", async () => {
    const heard = vi.fn();
    await test.database.listen("hinted", heard);
    test.database.hint("hinted");
    expect(heard.mock.calls).toEqual([[""]]);
    await test.database.transaction(async (tx) => {
      tx.hint("hinted");
      await tx.query("select 1");
      expect(heard).toHaveBeenCalledTimes(1);
    });
    expect(heard).toHaveBeenCalledTimes(2);
    const refused = test.database.transaction(async (tx) => {
      tx.hint("hinted");
      throw new Error("no");
    });
    await expect(refused).rejects.toThrow("no");
    expect(heard).toHaveBeenCalledTimes(2);
  });
});

if (inject("databaseTemplate").kind === "postgres")
  describe("PostgreSQL", () => {
    it("keeps its connection after a uniqueness conflict", async () => {
      const single = await openDatabase({ url: test.url, poolSize: 1 });
      const session = async () => (await single.query("select pg_backend_pid() as pid"))[0];
      const before = await session();
      await addNote(single, "same");
      await expect(addNote(single, "same")).rejects.toBeInstanceOf(UniqueViolation);
      expect(await session()).toEqual(before);
      await single.close();
    });

    it("bounds a statement to 30 seconds and names itself", async () => {
      expect(await test.database.query("show statement_timeout")).toEqual([{ statement_timeout: "30s" }]);
      expect(await test.database.query("show application_name")).toEqual([
        { application_name: "scim-provisioning-gateway" },
      ]);
    });

    it("tells other processes of many hints once, and this one not again", async () => {
      const other = await openDatabase({ url: test.url });
      const here = vi.fn();
      const there = vi.fn();
      await test.database.listen("many hints", here);
      await other.listen("many hints", there);
      for (let count = 0; count < 5; count++) test.database.hint("many hints");
      await vi.waitFor(() => expect(there.mock.calls).toEqual([[""]]));
      await test.database.transaction((tx) => tx.notify("many hints", "last"));
      await vi.waitFor(() => expect(here).toHaveBeenLastCalledWith("last"));
      expect(here).toHaveBeenCalledTimes(6);
      await other.close();
    });

    it("listens again after its listening connection was ended", async () => {
      const heard = vi.fn();
      await test.database.listen("again", heard);
      await test.database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'scim-provisioning-gateway listener' and datname = current_database()`,
      );
      await vi.waitFor(
        async () => {
          await test.database.transaction((tx) => tx.notify("again", "hello"));
          expect(heard).toHaveBeenCalledWith("hello");
        },
        { timeout: 10_000, interval: 100 },
      );
    });

    it("works on after its connections were ended by the server", async () => {
      const victim = await openDatabase({ url: test.url, poolSize: 1 });
      const [row] = await victim.query<{ pid: number }>("select pg_backend_pid() as pid");
      const broken = victim.transaction(async (tx) => {
        await addNote(tx, "lost");
        await test.database.query("select pg_terminate_backend($1)", [row?.pid]);
        await tx.query("select 1");
      });
      await expect(broken).rejects.toMatchObject({ name: "DatabaseUnavailableError" });
      await addNote(victim, "found");
      expect(await words()).toEqual(["found"]);
      await victim.close();
    });

    it("resolves a real deadlock by running one of the two again", async () => {
      await addNote(test.database, "left");
      await addNote(test.database, "right");
      let arrived = 0;
      let meet: () => void = () => undefined;
      const both = new Promise<void>((resolve) => {
        meet = resolve;
      });
      const cross = (first: string, second: string) =>
        test.database.transaction(async (tx) => {
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
