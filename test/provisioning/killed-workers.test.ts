import { beforeAll, describe, expect, it } from "vitest";
import type { Happening, Kind, Script } from "../../soak/happenings.js";
import { runScript } from "../../soak/run-script.js";
import { prepareDatabase, type Theatre } from "../../soak/theatre.js";
import { shareTestDatabase } from "../support/database.js";

const test = shareTestDatabase();
let theatre: Theatre;
beforeAll(async () => {
  theatre = await prepareDatabase(test.database);
});

describe("a worker may be killed before and after every statement and every vendor call", () => {
  const happening = (kind: Kind, a = 0, b = 0): Happening => ({ kind, a, b });
  const toTheEnd = happening("work", 0, 10_000);
  const waitToSettle = happening("pass", 20);
  const company = [happening("addDepartment"), happening("addPerson"), happening("join")];
  const tree = [...company, happening("addDepartment", 1, 1)];

  it.each([
    ["while a department and a person are delivered for the first time", company, []],
    [
      "while they are renamed, moved, transferred and given a title",
      [...tree, waitToSettle, toTheEnd],
      [
        happening("renameDepartment", 0, 4),
        happening("moveDepartment", 1, 4),
        happening("transfer", 1),
        happening("retitle"),
      ],
    ],
    [
      "while they are removed, and one returns under another SCIM id",
      [...tree, waitToSettle, toTheEnd],
      [happening("removeDepartment"), happening("removePerson"), happening("addPerson")],
    ],
  ])(
    "%s",
    async (_when, before, changes) => {
      const play = (steps: number) => {
        const killed = [waitToSettle, happening("work", 0, steps), happening("kill")];
        const script: Script = {
          contrary: steps % 2 === 1,
          inactive: "keep",
          accounts: "ordinary",
          mobileChange: "keep",
          happenings: [...before, ...changes, ...killed],
        };
        return runScript(theatre, script, { founded: false });
      };
      const { diary } = await play(10_000);
      const steps = Number(/(\d+) steps/.exec(diary.at(-3) ?? "")?.[1]);
      expect(steps).toBeGreaterThan(10);
      for (let killedAfter = 0; killedAfter < steps; killedAfter++) await play(killedAfter);
    },
    300_000,
  );
});
