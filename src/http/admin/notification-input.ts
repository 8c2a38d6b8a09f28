import { z } from "zod";
import { NOTIFICATION_KINDS } from "../../notifications/notification.js";
import { textSchema } from "./read-input.js";

const kinds = z
  .array(z.enum(NOTIFICATION_KINDS, `must be one of ${NOTIFICATION_KINDS.join(", ")}`))
  .min(1, "must name at least one kind")
  .transform((list) => [...new Set(list)])
  .default([...NOTIFICATION_KINDS]);

/** Blank and masked secrets mean "as it was". */
const secret = (mask: string) =>
  z
    .string("must be a text")
    .max(1_000, "must have at most 1000 characters")
    .transform((text) => (text.trim() === "" || text === mask ? undefined : text))
    .optional();

const webhookUrl = z
  .url({ protocol: /^https?$/, error: "must be an https or http address" })
  .max(2_000, "must have at most 2000 characters")
  .refine((text) => !hasUserInfo(text), "must not hold a user name or password");

function hasUserInfo(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username !== "" || password !== "";
}

const mailAddress = z.email("must be an e-mail address").max(254, "must have at most 254 characters");

/** The body of `PATCH /notification-settings`: what is left out stays, null takes a way away. */
export function settingsChangeSchema(mask: string) {
  const webhook = z.strictObject({
    enabled: z.boolean("must be true or false").default(true),
    url: webhookUrl,
    secret: secret(mask),
    kinds,
  });
  const mail = z.strictObject({
    enabled: z.boolean("must be true or false").default(true),
    host: textSchema(253).regex(/^[A-Za-z0-9.:_-]+$/, "must be a host name or an address"),
    port: z
      .int("must be a whole number")
      .min(1, "must be from 1 to 65535")
      .max(65_535, "must be from 1 to 65535"),
    security: z.enum(["tls", "starttls", "none"], "must be tls, starttls or none").default("starttls"),
    user: textSchema(320)
      .nullish()
      .transform((user) => user ?? undefined),
    password: secret(mask),
    from: mailAddress,
    to: z
      .array(mailAddress)
      .min(1, "must name at least one address")
      .max(50, "must name at most 50 addresses"),
    kinds,
  });
  return z
    .strictObject({
      quietMinutes: z
        .int("must be a whole number of minutes from 1 to 10080")
        .min(1, "must be a whole number of minutes from 1 to 10080")
        .max(10_080, "must be a whole number of minutes from 1 to 10080")
        .optional(),
      webhook: webhook.nullable().optional(),
      mail: mail.nullable().optional(),
    })
    .refine((change) => Object.keys(change).length > 0, "names nothing to change");
}

/** The body of `POST /notification-settings/test`. */
export const testSchema = z.strictObject({
  channel: z.enum(["webhook", "mail"], 'must be "webhook" or "mail"'),
});
