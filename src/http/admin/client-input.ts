import { z } from "zod";
import { TOKEN_LIFETIME_S } from "../../auth/oauth/client-registration.js";
import { SCOPES } from "../../auth/scopes.js";
import { textSchema } from "./read-input.js";

/** The ways a client can be allowed to prove itself. */
const AUTH_METHODS = ["client_secret_basic", "client_secret_post"] as const;

/** How a client's SCIM requests are read; "auto" finds out. */
const PROFILES = ["auto", "rfc", "interop", "entra", "okta", "idaas"] as const;

/** At least one of `words`, each once. */
function someOf<const Word extends string>(words: readonly Word[]) {
  const message = `must be some of ${words.join(", ")}`;
  return z
    .array(z.enum(words, message), message)
    .min(1, "must name at least one")
    .max(2 * words.length, message)
    .transform((given) => words.filter((word) => given.includes(word)));
}

const lifetime = `must be a whole number of seconds from ${TOKEN_LIFETIME_S.min} to ${TOKEN_LIFETIME_S.max}`;

const settings = {
  name: textSchema(200),
  scopes: someOf(SCOPES),
  authMethods: someOf(AUTH_METHODS),
  profile: z.enum(PROFILES, `must be one of ${PROFILES.join(", ")}`),
  accessTokenLifetime: z
    .int(lifetime)
    .min(TOKEN_LIFETIME_S.min, lifetime)
    .max(TOKEN_LIFETIME_S.max, lifetime),
  enabled: z.boolean("must be true or false"),
};

/** The body of `POST /clients`. */
export const newClientSchema = z.strictObject({
  ...settings,
  clientId: z
    .string("must be a text")
    .regex(/^[\w.~-]{1,128}$/, "must be 1 to 128 letters, digits and ._~-")
    .optional(),
  authMethods: settings.authMethods.default(["client_secret_basic", "client_secret_post"]),
  profile: settings.profile.default("auto"),
  accessTokenLifetime: settings.accessTokenLifetime.default(TOKEN_LIFETIME_S.usual),
  enabled: settings.enabled.default(true),
});

/** The body of `PATCH /clients/{id}`: what is left out stays. */
export const clientChangeSchema = z
  .strictObject(settings)
  .partial()
  .refine((change) => Object.keys(change).length > 0, "names nothing to change");

/** The body of `POST /clients/{id}/secrets`; `now` decides what lies in the future. */
export function newSecretSchema(now: Date) {
  return z.strictObject({ expiresAt: futureMoment(now).nullable().default(null) });
}

function futureMoment(now: Date) {
  return z.iso
    .datetime({ offset: true, error: "must be a date and time with zone, like 2027-01-31T12:00:00Z" })
    .transform((text) => new Date(text))
    .refine((moment) => moment > now, "must lie in the future");
}
