import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach } from "vitest";
import type { Database } from "../../src/persistence/database.js";
import { shareTestDatabase, type TestDatabase } from "../support/database.js";

/** A database with a table of notes, whose words are unique, and that is empty before every test. */
export interface NotesDatabase {
  test: TestDatabase;
  addNote(to: Pick<Database, "query">, word: string): Promise<unknown>;
  /** The words of all notes, in order. */
  words(): Promise<string[]>;
}

/** One database with notes for all tests of the calling file. */
export function shareNotes(): NotesDatabase {
  const test = shareTestDatabase();
  beforeAll(async () => {
    await test.database.query(
      "create table note (id uuid primary key, word text constraint note_word unique)",
    );
  });
  beforeEach(async () => {
    await test.database.query("delete from note");
  });
  return {
    test,
    addNote: (to, word) => to.query("insert into note values ($1, $2)", [randomUUID(), word]),
    async words() {
      const rows = await test.database.query<{ word: string }>("select word from note order by word");
      return rows.map(({ word }) => word);
    },
  };
}
