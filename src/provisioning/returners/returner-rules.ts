import { z } from "zod";

const MESSAGE = "must be a whole number of days from 0 to 3650";

/**
 * How long a person who was deleted in SCIM and is created again gets the former account back, in days; 0: never.
 */
export const tombstoneDaysSchema = z.int(MESSAGE).min(0, MESSAGE).max(3_650, MESSAGE).default(90);
