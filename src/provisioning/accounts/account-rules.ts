import { z } from "zod";
import { textSourceSchema } from "../mapping/mapping-rules.js";

/** Whose accounts new people get, as a connection's rules say it. What was created as one kind stays of that kind. */
export const accountRulesSchema = z
  .strictObject(
    {
      /** `ordinary`: the person's own account, found by mobile number; `enterprise`: one of the company, without it. */
      kind: z.enum(["ordinary", "enterprise"], "must be ordinary or enterprise").default("ordinary"),
      /** Where people with an enterprise account sign in: at the company's identity provider, or at DingTalk. */
      type: z.enum(["sso", "dingtalk"], "must be sso or dingtalk").default("sso"),
      /** Where the login name comes from: a SCIM path, several, or a rule as in the mapping. */
      loginId: textSourceSchema.prefault("userName"),
      /** The first password of people who sign in at DingTalk. */
      firstPassword: z
        .strictObject(
          {
            /** `generated`: a random one for each person; `default`: `config.defaultPassword`. */
            from: z.enum(["generated", "default"], "must be generated or default").default("generated"),
            /** Whether DingTalk sends it to the person. */
            send: z.boolean("must be true or false").default(true),
          },
          "must be an object",
        )
        .prefault({}),
    },
    "must be an object",
  )
  .prefault({});

/** The account rules of a connection with everything filled in. */
export type AccountRules = z.output<typeof accountRulesSchema>;
