import { z } from "zod";

/** What can speak for a user of SCIM and an account at the vendor being the same person. */
export const WITNESSES = ["mobile", "name", "jobNumber", "email"] as const;

/** One of {@link WITNESSES}; the names are those of the fields of a profile. */
export type Witness = (typeof WITNESSES)[number];

const ALL = WITNESSES.join(", ");

const combinationSchema = z
  .array(z.enum(WITNESSES, `must be one of ${ALL}`), `must be a list of some of ${ALL}`)
  .min(1, "must name at least one witness")
  .superRefine((given, context) => {
    const names = new Set(given);
    if (names.size < given.length) {
      context.addIssue({ code: "custom", message: "must not name a witness twice" });
    }
    const [only] = given;
    if (names.size !== 1 || (only !== "name" && only !== "mobile")) return;
    const message =
      only === "name"
        ? "must name another witness beside the name: several people may have it"
        : "must name another witness beside the mobile number: numbers are handed on";
    context.addIssue({ code: "custom", message });
  });

const MAX_COMBINATIONS = 10;

/**
 * `policy.adoption`: who decides about linking to what exists at the vendor already, and what has to agree for it. Ids
 * given from outside (`ddAccountId`, `ddtalkId`) and our own stamp link in either mode.
 */
export const adoptionRulesSchema = z
  .strictObject(
    {
      /** `automatic` links what the witnesses tell; in `manual` mode each link waits for an administrator. */
      mode: z.enum(["automatic", "manual"], "must be automatic or manual").default("automatic"),
      witnesses: z
        .strictObject(
          {
            /** Combinations; one of them is enough, and in it all have to agree. None: nobody is taken for the same. */
            people: z
              .array(combinationSchema, "must be a list of combinations of witnesses")
              .max(MAX_COMBINATIONS, `must have at most ${MAX_COMBINATIONS} combinations`)
              .default([
                ["mobile", "name"],
                ["mobile", "jobNumber"],
              ]),
            /** A department is known by its name below the parent that it should have, or not at all. */
            departments: z
              .array(
                z.tuple([z.literal("name", 'must be "name"')], 'must be ["name"]'),
                "must be a list of combinations of witnesses",
              )
              .max(1, 'must be [["name"]] or []')
              .default([["name"]]),
          },
          "must be an object",
        )
        .prefault({}),
    },
    "must be an object",
  )
  .prefault({});

/** The rules of a connection, everything filled in. */
export type AdoptionRules = z.output<typeof adoptionRulesSchema>;
