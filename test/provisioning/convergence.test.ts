import { beforeAll, describe, expect, it } from "vitest";
import { describeFailure, hasFailed, runSeed } from "../../soak/seeds.js";
import { prepareDatabase, type Theatre } from "../../soak/theatre.js";

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
