import { createTransport } from "nodemailer";
import type { Clock } from "../platform/clock.js";
import type { OutgoingHttp } from "../platform/outgoing-http.js";
import { resolveCallable } from "../platform/public-address.js";
import { composeMail, composeWebhook, type ToldNotification } from "./compose-message.js";
import type { OpenedChannels } from "./notification-settings.js";
import { signWebhook } from "./sign-webhook.js";

/** The ways out of the gateway to administrators. */
export interface MessageSender {
  /** @throws Error saying why the receiver did not take it */
  webhook(channel: NonNullable<OpenedChannels["webhook"]>, told: ToldNotification): Promise<void>;
  /** @throws Error saying why the mail server did not take it */
  mail(channel: NonNullable<OpenedChannels["mail"]>, told: ToldNotification): Promise<void>;
  close(): Promise<void>;
}

/** What sending needs. */
export interface MessageSenderDeps {
  clock: Clock;
  /** Refuses addresses that are not public, apart from those allowed. */
  http: OutgoingHttp;
  /** Ranges in which the mail server may be although they are not public. */
  allowedRanges: readonly string[];
}

/** Longest wait for a mail server, in milliseconds: to connect, for its greeting, for any answer. */
const MAIL_TIMEOUT_MS = 10_000;

/** Creates the senders. */
export function createMessageSender({ clock, http, allowedRanges }: MessageSenderDeps): MessageSender {
  return {
    async webhook({ url, secret }, told) {
      const body = composeWebhook(told);
      const headers = {
        "content-type": "application/json",
        "user-agent": "scim-provisioning-gateway",
        ...signWebhook(secret, told.id, clock.now(), body),
      };
      const { status } = await http.send({ method: "POST", url: new URL(url), headers, body });
      if (status < 200 || status > 299) throw new Error(`the receiver answered with HTTP status ${status}`);
    },

    async mail({ host, port, security, user, password, from, to }, told) {
      const [found] = await resolveCallable(host, allowedRanges);
      if (found === undefined) throw new Error(`${host} has no address`);
      const transport = createTransport({
        // The address that was looked at; the certificate is still that of the name.
        host: found.address,
        port,
        secure: security === "tls",
        requireTLS: security === "starttls",
        ignoreTLS: security === "none",
        tls: { servername: host },
        ...(user !== undefined && password !== undefined && { auth: { user, pass: password } }),
        connectionTimeout: MAIL_TIMEOUT_MS,
        greetingTimeout: MAIL_TIMEOUT_MS,
        socketTimeout: MAIL_TIMEOUT_MS,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      try {
        await transport.sendMail({ from, to, ...composeMail(told), messageId: `<${told.id}@scim-gateway>` });
      } finally {
        transport.close();
      }
    },

    close: () => http.close(),
  };
}
