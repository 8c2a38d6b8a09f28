import { z } from "zod";
import type { RunDepth } from "../../persistence/run-store.js";

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;

const hour = z
  .int("must be a whole hour from 0 to 23")
  .min(0, "must be a whole hour from 0 to 23")
  .max(23, "must be a whole hour from 0 to 23");

const timeZone = z
  .string("must be a time zone such as Asia/Shanghai")
  .max(64, "must be a time zone such as Asia/Shanghai")
  .refine(isTimeZone, "must be a time zone such as Asia/Shanghai");

/** How closely the runs of a schedule look; see RunDepth. */
const depth = z.enum(["listed", "full"], 'must be "listed" or "full"').optional();

/**
 * When a connection is compared by itself. An empty object, or `kind: "none"`, means: only on demand.
 *
 * - `interval`: every so many minutes, counted from `anchor`
 * - `daily`, `weekly`, `monthly`: at a whole hour on the clocks of a time zone; a month that has no such day is compared
 *   on its last one
 */
export const scheduleSchema = z.preprocess(
  noneWhereEmpty,
  z.discriminatedUnion(
    "kind",
    [
      z.strictObject({ kind: z.literal("none") }),
      z.strictObject({
        kind: z.literal("interval"),
        everyMinutes: z
          .int("must be a whole number of minutes from 15 to 10080")
          .min(15, "must be a whole number of minutes from 15 to 10080")
          .max(10_080, "must be a whole number of minutes from 15 to 10080"),
        anchor: z.iso.datetime({
          offset: true,
          error: "must be a time such as 2026-01-01T00:00:00+08:00",
        }),
        depth,
      }),
      z.strictObject({ kind: z.literal("daily"), hour, timeZone, depth }),
      z.strictObject({
        kind: z.literal("weekly"),
        weekdays: z
          .array(z.enum(WEEKDAYS, `must be some of ${WEEKDAYS.join(", ")}`))
          .min(1, "must name at least one day")
          .max(7, "must name at most seven days"),
        hour,
        timeZone,
        depth,
      }),
      z.strictObject({
        kind: z.literal("monthly"),
        day: z
          .int("must be a day of the month from 1 to 31")
          .min(1, "must be a day of the month from 1 to 31")
          .max(31, "must be a day of the month from 1 to 31"),
        hour,
        timeZone,
        depth,
      }),
    ],
    { error: 'must be "none", "interval", "daily", "weekly" or "monthly"' },
  ),
);

/** When a connection is compared by itself. */
export type Schedule = z.output<typeof scheduleSchema>;

const DAY_MS = 86_400_000;

/** Reads a stored schedule; what this version does not understand fires never. */
export function readSchedule(stored: unknown): Schedule {
  const parsed = scheduleSchema.safeParse(stored);
  return parsed.success ? parsed.data : { kind: "none" };
}

/** How closely the runs of a schedule look. */
export function depthOf(schedule: Schedule): RunDepth {
  return (schedule.kind === "none" ? undefined : schedule.depth) ?? "full";
}

/** The next moments after `after` at which a schedule fires, earliest first; none for a schedule that never does. */
export function nextFireTimes(schedule: Schedule, after: Date, count: number): Date[] {
  const times: Date[] = [];
  let from = after;
  while (times.length < count) {
    const next = nextFireTime(schedule, from);
    if (next === undefined) break;
    times.push(next);
    from = next;
  }
  return times;
}

function nextFireTime(schedule: Schedule, after: Date): Date | undefined {
  switch (schedule.kind) {
    case "none":
      return undefined;
    case "interval": {
      const everyMs = schedule.everyMinutes * 60_000;
      const anchor = Date.parse(schedule.anchor);
      const passed = Math.floor((after.getTime() - anchor) / everyMs) + 1;
      // Before the anchor it does not fire at all.
      return new Date(anchor + Math.max(0, passed) * everyMs);
    }
    case "daily":
      return nextDay(schedule, after, () => true);
    case "weekly":
      return nextDay(schedule, after, ({ weekday }) => schedule.weekdays.includes(weekday));
    case "monthly":
      return nextDay(schedule, after, ({ day, daysInMonth }) => day === Math.min(schedule.day, daysInMonth));
  }
}

/** A day in the calendar, without a place on the time line. */
interface CalendarDay {
  year: number;
  month: number;
  day: number;
  weekday: (typeof WEEKDAYS)[number];
  daysInMonth: number;
}

function nextDay(
  { hour: atHour, timeZone: zone }: { hour: number; timeZone: string },
  after: Date,
  fires: (day: CalendarDay) => boolean,
): Date | undefined {
  const offset = offsetAt(after.getTime(), zone);
  const today = Math.floor((after.getTime() + offset) / DAY_MS);
  // Every schedule fires within any 32 days; one more for the day before, whose hour may lie ahead by a change of offset.
  for (let index = -1; index <= 32; index++) {
    const day = calendarDay(today + index);
    if (!fires(day)) continue;
    const at = momentOf(Date.UTC(day.year, day.month, day.day, atHour), zone);
    if (at > after.getTime()) return new Date(at);
  }
  return undefined;
}

function calendarDay(daysSinceEpoch: number): CalendarDay {
  const date = new Date(daysSinceEpoch * DAY_MS);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return {
    year,
    month,
    day: date.getUTCDate(),
    weekday: WEEKDAYS[date.getUTCDay()] ?? "sunday",
    daysInMonth: new Date(Date.UTC(year, month + 1, 0)).getUTCDate(),
  };
}

/**
 * The moment at which the clocks of a zone show a wall time (given as if it were UTC). Of a time that they show twice,
 * the first; for one that they skip, the moment at which they skip it.
 */
function momentOf(wall: number, zone: string): number {
  const offsets = [offsetAt(wall - DAY_MS, zone), offsetAt(wall + DAY_MS, zone)];
  const moments = offsets.map((offset) => wall - offset).filter((at) => at + offsetAt(at, zone) === wall);
  return moments.length > 0 ? Math.min(...moments) : wall - (offsets[0] ?? 0);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far the clocks of a zone are ahead of UTC at a moment, in milliseconds. */
function offsetAt(moment: number, zone: string): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(
    format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour: hours = 0, minute = 0, second = 0 } = parts;
  const wall = Date.UTC(year, month - 1, day, hours, minute, second);
  return wall - Math.floor(moment / 1_000) * 1_000;
}

function noneWhereEmpty(given: unknown): unknown {
  const isEmpty = typeof given === "object" && given !== null && Object.keys(given).length === 0;
  return isEmpty ? { kind: "none" } : given;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
