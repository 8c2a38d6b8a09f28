import { z } from "zod";

/** What deletion protection counts apart from each other. */
export type LossKind = "user" | "department" | "emptied";

const limitSchema = (number: number) =>
  z
    .strictObject(
      {
        number: z
          .int("must be a whole number from 0 to 1000000")
          .min(0, "must be a whole number from 0 to 1000000")
          .max(1_000_000, "must be a whole number from 0 to 1000000")
          .default(number),
        percent: z
          .number("must be a number from 0 to 100")
          .min(0, "must be a number from 0 to 100")
          .max(100, "must be a number from 0 to 100")
          .default(5),
      },
      "must be an object with number and percent",
    )
    .prefault({});

const namesSchema = z
  .array(
    z
      .string("must be a resource id, an externalId or the vendor's id")
      .trim()
      .min(1, "must not be blank")
      .max(200, "must have at most 200 characters"),
    "must be a list of ids",
  )
  .max(1_000, "must have at most 1000 entries")
  .default([]);

/** The section `deletionProtection` of a connection's policy. */
export const deletionProtectionSchema = z
  .strictObject(
    {
      /** Off: nothing is counted or held, except what is protected by name. */
      enabled: z.boolean("must be true or false").default(true),
      /** How long a removal counts, in hours. */
      windowHours: z
        .int("must be a whole number of hours from 1 to 720")
        .min(1, "must be a whole number of hours from 1 to 720")
        .max(720, "must be a whole number of hours from 1 to 720")
        .default(24),
      /** People who may be removed within the window, and by one run. */
      users: limitSchema(10),
      /** Departments that may be removed. */
      departments: limitSchema(5),
      /** Departments that may lose their last people while they themselves stay. */
      emptiedDepartments: limitSchema(5),
      /** People who are never removed: resource id, externalId or the vendor's id. */
      protectedUsers: namesSchema,
      /** Departments that are never removed. */
      protectedDepartments: namesSchema,
    },
    "must be an object",
  )
  .prefault({});

/** The limits and exceptions of a connection's deletion protection, everything filled in. */
export type ProtectionRules = z.output<typeof deletionProtectionSchema>;

/** Limit by number and by percent of what is there: the greater of the two holds. */
export type ProtectionLimit = ProtectionRules["users"];

/** The limit for one kind of loss. */
export function limitFor(rules: ProtectionRules, kind: LossKind): ProtectionLimit {
  switch (kind) {
    case "user":
      return rules.users;
    case "department":
      return rules.departments;
    case "emptied":
      return rules.emptiedDepartments;
  }
}

/** How many losses a limit allows where there are `present` of the kind; rounded down. */
export function allowedLosses(limit: ProtectionLimit, present: number): number {
  return Math.max(limit.number, Math.floor((present * limit.percent) / 100));
}

/** The first moment that counts, seen from `now`. */
export function windowStart(rules: ProtectionRules, now: Date): Date {
  return new Date(now.getTime() - rules.windowHours * 3_600_000);
}
