import { z } from "zod";

/**
 * What follows when a person's mobile number changes, which DingTalk lets nobody but the member change: `keep` leaves
 * the number there and warns; `recreate` removes the account and creates it with the new number, once an administrator
 * has approved it for this person, as attendance and HR records at the vendor do not survive it.
 */
export const mobileChangeSchema = z.enum(["keep", "recreate"], "must be keep or recreate").default("keep");

/** A connection's rule for changed mobile numbers. */
export type MobileChangeRule = z.output<typeof mobileChangeSchema>;
