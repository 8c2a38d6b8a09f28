import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  nextFireTimes,
  readSchedule,
  type Schedule,
  scheduleSchema,
} from "../../../src/provisioning/reconciliation/schedule.js";

/** A day on which clocks are put back, by an hour at most. */
const LONGEST_DAY_MS = 25 * 3_600_000;

const at = (schedule: Schedule, after: string, count = 5) =>
  nextFireTimes(schedule, new Date(after), count).map((time) => time.toISOString());

describe("a schedule", () => {
  it("without a kind, or of none, fires never [002-11]", () => {
    expect(nextFireTimes(readSchedule({}), new Date(), 5)).toEqual([]);
    expect(nextFireTimes(readSchedule({ kind: "none" }), new Date(), 5)).toEqual([]);
    expect(nextFireTimes(readSchedule({ kind: "hourly" }), new Date(), 5)).toEqual([]);
  });

  it("of an interval counts from its anchor, every hour from midnight [004-11]", () => {
    const schedule: Schedule = {
      kind: "interval",
      everyMinutes: 60,
      anchor: "2026-01-01T00:00:00+08:00",
    };
    expect(at(schedule, "2026-03-05T09:20:00+08:00")).toEqual([
      "2026-03-05T02:00:00.000Z",
      "2026-03-05T03:00:00.000Z",
      "2026-03-05T04:00:00.000Z",
      "2026-03-05T05:00:00.000Z",
      "2026-03-05T06:00:00.000Z",
    ]);
    expect(at(schedule, "2025-12-01T00:00:00Z", 1)).toEqual(["2025-12-31T16:00:00.000Z"]);
  });

  const shanghai = "Asia/Shanghai";
  const newYork = "America/New_York";
  it.each<[string, Schedule, string, string[]]>([
    [
      "daily",
      { kind: "daily", hour: 2, timeZone: shanghai },
      "2026-01-05T02:00:00+08:00",
      ["2026-01-05T18:00:00.000Z", "2026-01-06T18:00:00.000Z"],
    ],
    [
      "weekly, on two days",
      { kind: "weekly", weekdays: ["monday", "friday"], hour: 9, timeZone: shanghai },
      "2026-01-05T10:00:00+08:00",
      ["2026-01-09T01:00:00.000Z", "2026-01-12T01:00:00.000Z"],
    ],
    [
      "weekly by the day in its own zone",
      { kind: "weekly", weekdays: ["monday"], hour: 0, timeZone: shanghai },
      "2026-01-04T15:59:59Z",
      ["2026-01-04T16:00:00.000Z"],
    ],
    [
      "monthly on the 31st, on the last day of shorter months",
      { kind: "monthly", day: 31, hour: 3, timeZone: shanghai },
      "2026-01-31T03:00:00+08:00",
      ["2026-02-27T19:00:00.000Z", "2026-03-30T19:00:00.000Z", "2026-04-29T19:00:00.000Z"],
    ],
    [
      "monthly on the 29th in a leap year",
      { kind: "monthly", day: 29, hour: 0, timeZone: "UTC" },
      "2028-02-01T00:00:00Z",
      ["2028-02-29T00:00:00.000Z"],
    ],
    [
      "daily over the hour that clocks skip",
      { kind: "daily", hour: 2, timeZone: newYork },
      "2026-03-07T12:00:00Z",
      ["2026-03-08T07:00:00.000Z", "2026-03-09T06:00:00.000Z"],
    ],
    [
      "daily over the hour that clocks show twice, once",
      { kind: "daily", hour: 1, timeZone: newYork },
      "2026-10-31T12:00:00Z",
      ["2026-11-01T05:00:00.000Z", "2026-11-02T06:00:00.000Z"],
    ],
    [
      "daily where the zone is not whole hours from UTC",
      { kind: "daily", hour: 6, timeZone: "Asia/Kathmandu" },
      "2026-01-01T00:00:00Z",
      ["2026-01-01T00:15:00.000Z"],
    ],
  ])("fires %s [002-13]", (_, schedule, after, expected) => {
    expect(at(schedule, after, expected.length)).toEqual(expected);
  });

  const zones = [
    "Asia/Shanghai",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
  ];
  it("fires at its hour on each of its days once, whatever the zone and the moment", () => {
    const moment = fc.date({ min: new Date("2020-01-01"), max: new Date("2030-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 23 }),
        fc.constantFrom(...zones),
        moment,
        (hour, timeZone, after) => {
          const times = nextFireTimes({ kind: "daily", hour, timeZone }, after, 3);
          expect(times).toHaveLength(3);
          let before = after.getTime();
          for (const time of times) {
            expect(time.getTime()).toBeGreaterThan(before);
            expect(time.getTime() - before).toBeLessThanOrEqual(LONGEST_DAY_MS);
            before = time.getTime();
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    [{ kind: "hourly" }, "kind"],
    [{ kind: "daily", hour: 24, timeZone: "UTC" }, "hour"],
    [{ kind: "daily", hour: 2.5, timeZone: "UTC" }, "hour"],
    [{ kind: "daily", hour: 2, timeZone: "Mars/Olympus" }, "timeZone"],
    [{ kind: "weekly", weekdays: [], hour: 2, timeZone: "UTC" }, "weekdays"],
    [{ kind: "monthly", day: 32, hour: 2, timeZone: "UTC" }, "day"],
    [{ kind: "interval", everyMinutes: 1, anchor: "2026-01-01T00:00:00Z" }, "everyMinutes"],
    [{ kind: "interval", everyMinutes: 60, anchor: "midnight" }, "anchor"],
    [{ hour: 2 }, "kind"],
  ])("is refused as %j, naming %s", (given, field) => {
    const parsed = scheduleSchema.safeParse(given);
    expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toContain(field);
  });
});
