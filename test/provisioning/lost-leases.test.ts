import { beforeAll, describe, it } from "vitest";
import type { Happening, Kind, Script } from "../../soak/happenings.js";
import { runScript } from "../../soak/run-script.js";
import { prepareDatabase, type Theatre } from "../../soak/theatre.js";
import { shareTestDatabase } from "../support/database.js";

const test = shareTestDatabase();
let theatre: Theatre;
beforeAll(async () => {
  theatre = await prepareDatabase(test.database);
});

const happening = (kind: Kind, a = 0, b = 0): Happening => ({ kind, a, b });
const A = 0;
const [LONG, SHORT] = [0, 1];
const HOUR_FORWARD = 0;
const company = [happening("addDepartment"), happening("addPerson"), happening("join")];
const waitToSettle = happening("pass", 20);

/** Worker A comes so far and stands still; meanwhile something changes, worker B does what is due, and A goes on. */
function whileAStandsStill(steps: number, howLong: number, ...meanwhile: Happening[]): Happening[] {
  // Its one step more may be the call to DingTalk.
  const goesOn = [happening("stall", A, howLong), happening("work", A), happening("kill", A)];
  return [happening("stall", A, steps), ...meanwhile, ...goesOn];
}

describe("a worker that is overtaken in the middle of a delivery leaves nothing behind, wherever it was and although it dies", () => {
  const jump = happening("jump", HOUR_FORWARD);
  it.each([
    [
      "while a person is created, and removed after a jump of the clock",
      SHORT,
      [jump, happening("removePerson")],
    ],
    ["while a department is created, and renamed", LONG, [happening("renameDepartment", 0, 3)]],
  ])(
    "%s",
    async (_when, howLong, meanwhile) => {
      const play = (steps: number) => {
        const happenings = [...company, waitToSettle, ...whileAStandsStill(steps, howLong, ...meanwhile)];
        const script: Script = {
          contrary: steps % 2 === 1,
          inactive: "keep",
          accounts: "ordinary",
          mobileChange: "keep",
          happenings,
        };
        return runScript(theatre, script, { founded: false });
      };
      for (let steps = 0; steps < 24; steps++) await play(steps);
    },
    120_000,
  );
});
