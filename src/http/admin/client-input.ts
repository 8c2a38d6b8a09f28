import { z } from "zod";
import type { ClientAuthMethod } from "../../auth/clients/clients.js";
import { MAX_TOKEN_YEARS } from "../../auth/clients/long-lived-tokens.js";
import { TOKEN_LIFETIME_S } from "../../auth/oauth/client-registration.js";
import { findKeyProblem } from "../../auth/oauth/public-keys.js";
import { SCOPES } from "../../auth/scopes.js";
import { isAddressRange } from "../../platform/address-list.js";
import { textSchema } from "./read-input.js";

/** The ways a client can be allowed to prove itself. */
const AUTH_METHODS = [
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
  "http_basic",
  "long_lived_token",
] as const satisfies readonly ClientAuthMethod[];

const MAX_KEYS = 10;
const MAX_RANGES = 100;
const MAX_PER_SECOND = 100_000;
const MAX_BURST = 1_000_000;

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

function wholeNumber(min: number, max: number, unit = "") {
  const message = `must be a whole number${unit} from ${min} to ${max}`;
  return z.int(message).min(min, message).max(max, message);
}

const ipAllowList = z
  .array(
    z
      .string("must be a text")
      .trim()
      .toLowerCase()
      .refine(isAddressRange, "must be an IP address or CIDR range, like 203.0.113.0/24 or 2001:db8::/32"),
    "must be a list of IP addresses and CIDR ranges",
  )
  .max(MAX_RANGES, `must have at most ${MAX_RANGES} entries`);

const publicKey = z.record(z.string(), z.json(), "must be a JWK").superRefine((jwk, context) => {
  const problem = findKeyProblem(jwk);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});

const jwks = z
  .strictObject(
    { keys: z.array(publicKey, "must be a list of keys").min(1, "must hold at least one key").max(MAX_KEYS) },
    "must be a JWK Set with public keys, or null",
  )
  .nullable();

const rateLimit = z
  .strictObject(
    { requestsPerSecond: wholeNumber(1, MAX_PER_SECOND), burst: wholeNumber(1, MAX_BURST) },
    "must be an object with requestsPerSecond and burst, or null for the default",
  )
  .nullable();

/** Ids are in lower case everywhere else, and so they are kept. */
const userId = z.uuid("must be the id of a user, or null").toLowerCase().nullable();

const settings = {
  name: textSchema(200),
  scopes: someOf(SCOPES),
  authMethods: someOf(AUTH_METHODS),
  profile: z.enum(PROFILES, `must be one of ${PROFILES.join(", ")}`),
  accessTokenLifetime: wholeNumber(TOKEN_LIFETIME_S.min, TOKEN_LIFETIME_S.max, " of seconds"),
  jwks,
  ipAllowList,
  rateLimit,
  userId,
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
  jwks: jwks.default(null),
  ipAllowList: ipAllowList.default([]),
  rateLimit: rateLimit.default(null),
  userId: userId.default(null),
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

/** The body of `POST /clients/{id}/tokens`; `now` decides what lies in the future. */
export function newTokenSchema(now: Date) {
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + MAX_TOKEN_YEARS);
  return z.strictObject({
    name: textSchema(200),
    scopes: settings.scopes,
    expiresAt: futureMoment(now).refine(
      (moment) => moment <= latest,
      `must be at most ${MAX_TOKEN_YEARS} years from now`,
    ),
  });
}

function futureMoment(now: Date) {
  return z.iso
    .datetime({ offset: true, error: "must be a date and time with zone, like 2027-01-31T12:00:00Z" })
    .transform((text) => new Date(text))
    .refine((moment) => moment > now, "must lie in the future");
}
