import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { appendNotification } from "../../src/notifications/append-notification.js";
import {
  changeNotificationSettings,
  readNotificationSettings,
} from "../../src/notifications/notification-settings.js";
import { startNotifier } from "../../src/notifications/notifier.js";
import { createMessageSender } from "../../src/notifications/send-message.js";
import { createOutgoingHttp } from "../../src/platform/outgoing-http.js";
import { createSecretBox } from "../../src/platform/secret-box.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";
import { createFakeClock, type FakeClock } from "../support/fake-clock.js";
import { type SmtpServer, startSmtpServer } from "../support/smtp-server.js";

const test = shareTestDatabase();
const secretBox = createSecretBox(["a key for tests that is long enough"]);
const LOOPBACK = ["127.0.0.0/8"];
const CONNECTION = "11111111-1111-4111-8111-111111111111";

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

let receiver: Server;
let url: string;
let smtp: SmtpServer;
let received: Received[];
let status: number;
let clock: FakeClock;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  smtp = await startSmtpServer();
});
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await smtp.close();
});

beforeEach(async () => {
  received = [];
  status = 204;
  clock = createFakeClock();
  await test.database.query(
    "truncate audit_entry, notification, notification_quiet, notification_message, notification_settings",
  );
});

const change = (input: Parameters<typeof changeNotificationSettings>[2]) =>
  changeNotificationSettings(
    { database: test.database, clock, secretBox },
    { tenantId: defaultTenantId, actor: "admin" },
    input,
  );

async function tell(code = "60020", kind: "quarantine" | "run-ended" = "quarantine"): Promise<void> {
  await test.database.transaction(async (tx) => {
    await appendNotification(tx, {
      tenantId: defaultTenantId,
      connectionId: CONNECTION,
      kind,
      reason: { code, message: "DingTalk refuses the address.", remedy: "Add it." },
      numbers: { waiting: 12 },
      correlationId: "c-1",
      now: clock.now(),
    });
  });
}

/** Sends what is due, as a process that starts now. */
async function send(allowedRanges: readonly string[] = LOOPBACK): Promise<void> {
  const http = createOutgoingHttp({ publicOrWithin: allowedRanges });
  const sender = createMessageSender({ clock, http, allowedRanges });
  const onError = (error: unknown) => {
    throw error;
  };
  const notifier = await startNotifier({ database: test.database, clock, secretBox, sender, onError });
  await notifier.sendDue();
  await notifier.stop();
  await sender.close();
}

const messages = () =>
  test.database.query<{ channel: string; state: string; tries: number; last_error: string | null }>(
    "select channel, state, tries, last_error from notification_message order by notification_id, channel",
  );

/** What a receiver does, by the specification Standard Webhooks. */
function signatureOf({ headers, body }: Received, secret: string): string {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
}

const webhook = (extra = {}) => ({
  enabled: true,
  url,
  kinds: ["quarantine" as const, "recovered" as const],
  ...extra,
});
const mail = (extra = {}) => ({
  enabled: true,
  host: "127.0.0.1",
  port: smtp.port,
  security: "none" as const,
  from: "gateway@example.com",
  to: ["admin@example.com", "second@example.com"],
  kinds: ["quarantine" as const],
  ...extra,
});

describe("a webhook", () => {
  it("is signed so that a receiver can verify it, with a secret that is shown once", async () => {
    const { newSecret = "" } = await change({ webhook: webhook() });
    expect(newSecret).toMatch(/^whsec_/);
    await tell();
    await send();
    const [message] = received;
    if (message === undefined) throw new Error("nothing was received");
    expect(message.headers["webhook-signature"]).toBe(signatureOf(message, newSecret));
    expect(message.headers["webhook-timestamp"]).toBe(String(clock.now().getTime() / 1_000));
    expect(JSON.parse(message.body)).toEqual({
      type: "quarantine",
      timestamp: clock.now().toISOString(),
      data: {
        id: message.headers["webhook-id"],
        connection: { id: CONNECTION, name: CONNECTION },
        subject: null,
        reason: { code: "60020", message: "DingTalk refuses the address.", remedy: "Add it." },
        numbers: { waiting: 12 },
        correlationId: "c-1",
      },
    });
    expect(await messages()).toEqual([{ channel: "webhook", state: "sent", tries: 1, last_error: null }]);
    const again = await change({ webhook: webhook({ url: `${url}?2` }) });
    expect(again.newSecret).toBeUndefined();
  });

  it("keeps its secret sealed in the database", async () => {
    const { newSecret = "" } = await change({ webhook: webhook() });
    const rows = await test.database.query("select * from notification_settings");
    expect(JSON.stringify(rows)).not.toContain(newSecret);
    const audited = await test.database.query(
      "select action, changes from audit_entry order by at desc limit 1",
    );
    expect(audited).toMatchObject([{ action: "notification-settings.changed" }]);
    expect(JSON.stringify(audited)).toContain('"[secret]"');
  });

  it("that a receiver does not take is sent again with growing pauses, under the same id", async () => {
    await change({ webhook: webhook() });
    await tell();
    status = 503;
    await send();
    expect(await messages()).toEqual([
      {
        channel: "webhook",
        state: "pending",
        tries: 1,
        last_error: "the receiver answered with HTTP status 503",
      },
    ]);
    await clock.advance(9_999);
    await send();
    expect(received).toHaveLength(1);
    await clock.advance(1);
    await send();
    await clock.advance(20_000);
    status = 200;
    await send();
    expect(received.map(({ headers }) => headers["webhook-id"])).toEqual(
      Array.from({ length: 3 }, () => received[0]?.headers["webhook-id"]),
    );
    expect(await messages()).toMatchObject([{ state: "sent", tries: 3 }]);
  });

  it("is given up in the end", async () => {
    await change({ webhook: webhook() });
    await tell();
    status = 500;
    for (let time = 1; time <= 12; time++) {
      await send();
      await clock.advance(3_600_000);
    }
    expect(await messages()).toMatchObject([{ state: "failed", tries: 12 }]);
  });

  it.each([
    ["this machine by its figures", (port: number) => `http://127.0.0.1:${port}/`],
    ["this machine by its name", (port: number) => `http://localhost:${port}/`],
    ["this machine by IPv6", (port: number) => `http://[::1]:${port}/`],
    ["this machine mapped into IPv6", (port: number) => `http://[::ffff:127.0.0.1]:${port}/`],
    ["the cloud's metadata service", () => "http://169.254.169.254/latest/meta-data"],
  ])("to %s is refused where the operator did not allow it", async (_title, target) => {
    await change({ webhook: webhook({ url: target(Number(new URL(url).port)) }) });
    await tell();
    await send([]);
    expect(received).toEqual([]);
    expect(await messages()).toMatchObject([
      { state: "pending", last_error: expect.stringContaining("not in the public internet") },
    ]);
  });

  it("is not sent of kinds that were not asked for, nor after it was switched off", async () => {
    await change({ webhook: webhook() });
    await tell("aborted", "run-ended");
    await tell();
    await change({ webhook: webhook({ enabled: false }) });
    await send();
    expect(received).toEqual([]);
    expect(await messages()).toHaveLength(1);
  });

  it("of two processes at once is sent by one", async () => {
    await change({ webhook: webhook() });
    for (let n = 0; n < 5; n++) await tell(`code-${n}`);
    await Promise.all([send(), send()]);
    expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).toBe(5);
    expect(received).toHaveLength(5);
  });
});

describe("a mail", () => {
  it("goes to everybody named, in both languages, and logs in where a user is configured", async () => {
    await change({ mail: mail({ user: "robot", password: "very secret" }) });
    await tell();
    await send();
    expect(await messages()).toEqual([{ channel: "mail", state: "sent", tries: 1, last_error: null }]);
    expect(smtp.logins).toEqual(["\0robot\0very secret"]);
    expect(smtp.mails).toHaveLength(1);
    expect(smtp.mails[0]).toMatchObject({
      from: "gateway@example.com",
      to: ["admin@example.com", "second@example.com"],
    });
    expect(smtp.mails[0]?.text).toMatch(/Subject: \[SCIM gateway\].*paused \(60020\)/s);
  });

  it("to a server in a private network is refused where the operator did not allow it", async () => {
    const before = smtp.mails.length;
    await change({ mail: mail() });
    await tell();
    await send([]);
    expect(smtp.mails).toHaveLength(before);
    expect(await messages()).toMatchObject([
      { state: "pending", last_error: expect.stringContaining("not a public address") },
    ]);
  });

  it("keeps its password, and asks for it again when the server changes", async () => {
    await change({ mail: mail({ user: "robot", password: "very secret" }) });
    await change({ mail: mail({ user: "robot", to: ["other@example.com"] }) });
    const moved = change({ mail: mail({ user: "robot", host: "mail.example.com" }) });
    await expect(moved).rejects.toMatchObject({ field: "mail.password" });
    expect(await readNotificationSettings(test.database, defaultTenantId)).toMatchObject({
      hasMailPassword: true,
      mail: { host: "127.0.0.1", to: ["other@example.com"] },
    });
  });
});

describe("the quiet interval", () => {
  it("is as long as configured", async () => {
    await change({ quietMs: 60_000, webhook: webhook() });
    await tell();
    await clock.advance(59_999);
    await tell();
    await clock.advance(1);
    await tell();
    await send();
    expect(received).toHaveLength(2);
  });
});
