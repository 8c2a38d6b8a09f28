import { describe, expect, inject, it, vi } from "vitest";
import {
  NestedUseError,
  StatementError,
  type Transaction,
  UniqueViolation,
} from "../../src/persistence/database.js";
import { shareNotes } from "./notes.js";

const { test, addNote, words } = shareNotes();

describe("transaction", () => {
  it("commits what the work did and returns its result", async () => {
    const result = await test.database.transaction(async (tx) => {
      await addNote(tx, "a");
      await addNote(tx, "b");
      return 7;
    });
    expect(result).toBe(7);
    expect(await words()).toEqual(["a", "b"]);
  });

  it("rolls everything back when the work fails, and passes its error on as it is", async () => {
    const failure = new Error("changed my mind");
    const work = test.database.transaction(async (tx) => {
      await addNote(tx, "a");
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(await words()).toEqual([]);
  });

  it("can be used for the next work after a refused statement", async () => {
    await addNote(test.database, "same");
    await expect(test.database.transaction((tx) => addNote(tx, "same"))).rejects.toBeInstanceOf(
      UniqueViolation,
    );
    await test.database.transaction((tx) => addNote(tx, "other"));
    expect(await words()).toEqual(["other", "same"]);
  });

  it("fails when the work swallowed the error of a statement, since nothing could be committed", async () => {
    await addNote(test.database, "same");
    const acted = vi.fn();
    const work = test.database.transaction(async (tx) => {
      tx.afterCommit(acted);
      await addNote(tx, "other");
      await addNote(tx, "same").catch(() => undefined);
    });
    await expect(work).rejects.toThrow(/nothing was committed/);
    expect(acted).not.toHaveBeenCalled();
    expect(await words()).toEqual(["same"]);
  });

  it("commits after a failed statement was undone by a savepoint", async () => {
    await addNote(test.database, "same");
    await test.database.transaction(async (tx) => {
      await tx.query("savepoint before_note");
      await addNote(tx, "same").catch(() => tx.query("rollback to savepoint before_note"));
      await addNote(tx, "other");
    });
    expect(await words()).toEqual(["other", "same"]);
  });

  it("refuses statements after its work has settled", async () => {
    let kept: Transaction | undefined;
    await test.database.transaction(async (tx) => {
      kept = tx;
    });
    await expect(kept?.query("select 1")).rejects.toThrow(/transaction is over/);
  });

  it("keeps concurrent transactions apart: the rollback of one takes nothing from the other", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        test.database.transaction(async (tx) => {
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
    await test.database.transaction(async (tx) => {
      note("first", tx);
      note("second", tx);
      await addNote(tx, "a");
      expect(seen).toEqual([]);
    });
    await expect(
      test.database.transaction(async (tx) => {
        note("never", tx);
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(seen).toEqual(["first", "second"]);
  });

  it("stands when an action after the commit fails, runs the other actions, and warns", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const ran = vi.fn();
    await test.database.transaction(async (tx) => {
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
    await test.database.transaction(async (tx) => {
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
    const work = test.database.transaction(async (tx) => {
      runs += 1;
      await raise(tx, "40001");
    });
    await expect(work).rejects.toBeInstanceOf(StatementError);
    expect(runs).toBe(4);
  });

  it("does not run the work again after any other error", async () => {
    let runs = 0;
    const work = test.database.transaction(async (tx) => {
      runs += 1;
      await tx.query("select 1/0");
    });
    await expect(work).rejects.toMatchObject({ sqlState: "22012" });
    expect(runs).toBe(1);
  });
});

if (inject("databaseTemplate").kind === "embedded")
  describe("the embedded database", () => {
    it("refuses use of the database inside of its own transaction, instead of waiting for ever", async () => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
      try {
        const work = test.database.transaction(async (tx) => {
          await addNote(tx, "outer");
          const nested = addNote(test.database, "nested");
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
