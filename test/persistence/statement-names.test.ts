import { describe, expect, it } from "vitest";
import { createStatementNames } from "../../src/persistence/statement-names.js";

describe("the name of a statement", () => {
  const third = (sql: string) => {
    const nameOf = createStatementNames();
    nameOf(sql);
    nameOf(sql);
    return nameOf(sql);
  };

  it("is given when the text comes for the third time, and stays", () => {
    const nameOf = createStatementNames();
    expect(["a", "a", "a", "a"].map(nameOf)).toEqual([undefined, undefined, "s1", "s1"]);
  });

  it.each([["select 1 limit $2"], ["select 1 limit 5 offset $1::bigint"]])(
    "is not given to one that pages by a parameter: %s",
    (sql) => {
      expect(third(sql)).toBeUndefined();
    },
  );

  it("is given to no more texts than the server should keep", () => {
    const nameOf = createStatementNames();
    const names = Array.from(
      { length: 1_000 },
      (_, n) => [nameOf(`q${n}`), nameOf(`q${n}`), nameOf(`q${n}`)][2],
    );
    expect(new Set(names.filter((name) => name !== undefined)).size).toBe(250);
  });

  it("forgets texts that came once, however many there are", () => {
    const nameOf = createStatementNames();
    for (let n = 0; n < 10_000; n++) nameOf(`once ${n}`);
    expect(["x", "x", "x"].map(nameOf).at(-1)).toBe("s1");
  });
});
