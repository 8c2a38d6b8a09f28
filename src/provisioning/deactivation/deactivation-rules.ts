import { z } from "zod";

/**
 * The section `deactivation` of a connection's policy: what becomes of people who are inactive in SCIM, or who leave
 * the connection's scope.
 */
export const deactivationSchema = z
  .strictObject(
    {
      /**
       * `keep` leaves the person in the contact book; `delete` removes the account; `disable` stops it from signing in,
       * which only accounts of the company know; `holding` moves the person to a department of their own.
       */
      action: z
        .enum(["keep", "delete", "disable", "holding"], "must be keep, delete, disable or holding")
        .default("keep"),
      /** Days between the deactivation and the action; a person who is wanted again meanwhile stays as they are. */
      graceDays: z
        .int("must be a whole number of days from 0 to 365")
        .min(0, "must be a whole number of days from 0 to 365")
        .max(365, "must be a whole number of days from 0 to 365")
        .default(0),
      /** For `holding`: the vendor's id of the department. */
      holdingDepartmentId: z
        .string("must be the vendor's id of a department, a text")
        .trim()
        .min(1, "must not be blank")
        .max(64, "must have at most 64 characters")
        .optional(),
      /** What a disabled account does when the person is wanted again: signs in again, or waits for an administrator. */
      onReturn: z.enum(["enable", "manual"], "must be enable or manual").default("enable"),
    },
    "must be an object",
  )
  .refine((rules) => rules.action !== "holding" || rules.holdingDepartmentId !== undefined, {
    path: ["holdingDepartmentId"],
    message: 'is required for the action "holding"',
  })
  .prefault({});

/** What becomes of people who are no longer wanted, everything filled in. */
export type DeactivationRules = z.output<typeof deactivationSchema>;
