import { beforeAll, describe, expect, it } from "vitest";
import type { Happening, Kind, Script } from "../../soak/happenings.js";
import { prepareDatabase, runScript, type Theatre } from "../../soak/run-script.js";
import { describeFailure, hasFailed, runSeed } from "../../soak/seeds.js";

import { shareTestDatabase } from "../support/database.js";

const SEEDS = 200;
const IN_ONE_TEST = 25;
/** `npm run soak` plays longer scripts, and more of them. */
const OPTIONS = { longest: 24, shrinkMs: 30_000 };

const test = shareTestDatabase();
let theatre: Theatre;
beforeAll(async () => {
  theatre = await prepareDatabase(test.database);
});

describe("whatever changes, faults, deaths of workers and clock jumps are mixed, DingTalk ends as SCIM says, nobody is doubled, and nothing of others is touched", () => {
  const firsts = Array.from({ length: SEEDS / IN_ONE_TEST }, (_, index) => 1 + index * IN_ONE_TEST);
  it.each(firsts.map((first) => [first, first + IN_ONE_TEST - 1]))(
    "seeds %i to %i",
    async (first, last) => {
      for (let seed = first; seed <= last; seed++) {
        const result = await runSeed(theatre, seed, OPTIONS);
        if (hasFailed(result)) expect.fail(describeFailure(result));
      }
    },
    120_000,
  );
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
          happenings: [...before, ...changes, ...killed],
        };
        return runScript(theatre, script, { founded: false });
      };
      const { diary } = await play(10_000);
      const steps = Number(/(\d+) steps/.exec(diary.at(-3) ?? "")?.[1]);
      expect(steps).toBeGreaterThan(10);
      for (let killedAfter = 0; killedAfter < steps; killedAfter++) await play(killedAfter);
    },
    120_000,
  );
});
