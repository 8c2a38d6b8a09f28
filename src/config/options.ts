import { z } from "zod";
import { LOG_LEVELS } from "../observability/logger.js";
import { isAddressRange } from "../platform/address-list.js";

/** One environment variable: how it is read, and what the documentation says about it. */
export interface ConfigOption<Value = unknown> {
  name: string;
  /** What holds when the variable is absent, in words. */
  fallback: string;
  /** What it is for, for an operator. */
  meaning: string;
  /** What a valid value looks like; finishes the sentence "must be …". */
  expected: string;
  /** Whether the value must never be shown, not even in an error. */
  secret: boolean;
  schema: z.ZodType<Value, string>;
}

/** The shortest accepted entry of SECRET_KEY, in characters. */
export const MIN_SECRET_KEY_LENGTH = 32;

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));

/** A base URL without its trailing slash, so that paths can be put behind it. */
const baseUrl = z
  .url({ protocol: /^https?$/ })
  .refine((text) => URL.canParse(text) && isPlainBase(new URL(text)))
  .transform((text) => text.replace(/\/+$/, ""));

function isPlainBase(url: URL): boolean {
  return url.search === "" && url.hash === "" && url.username === "" && url.password === "";
}

/** Host and database may be left out of it: PostgreSQL's own defaults, e.g. a local socket, hold then. */
const postgresUrl = z
  .string()
  .refine((text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol));

const secretKeys = z
  .string()
  .transform((text) => text.split(",").map((key) => key.trim()))
  .pipe(z.array(z.string().min(MIN_SECRET_KEY_LENGTH)).min(1));

const PRIVATE_NETWORKS = ["loopback", "linklocal", "uniquelocal"];

const ranges = z
  .string()
  .transform((text) => text.split(",").map((entry) => entry.trim().toLowerCase()))
  .pipe(z.array(z.string().refine(isAddressRange)).min(1).max(100));

const proxies = z
  .string()
  .transform((text) => text.split(",").map((entry) => entry.trim().toLowerCase()))
  .pipe(
    z
      .array(z.string().refine((entry) => PRIVATE_NETWORKS.includes(entry) || isAddressRange(entry)))
      .min(1)
      .max(100),
  );

function option<Value>(
  name: string,
  fallback: string,
  schema: z.ZodType<Value, string>,
  expected: string,
  meaning: string,
): ConfigOption<Value> {
  return { name, fallback, schema, expected, meaning, secret: false };
}

function secretOption<Value>(...facts: Parameters<typeof option<Value>>): ConfigOption<Value> {
  return { ...option(...facts), secret: true };
}

/** Every variable the product reads. `docs/configuration.md` is generated from this table. */
export const configOptions = {
  port: option(
    "PORT",
    "8080",
    wholeNumber(0, 65_535),
    "a whole number from 0 to 65535",
    "Port of the HTTP listener; 0 takes any free port.",
  ),
  host: option(
    "HOST",
    "127.0.0.1 (0.0.0.0 in the container image)",
    z.string().regex(/^[\w.:-]{1,253}$/),
    "a host name or IP address",
    "Address of the HTTP listener.",
  ),
  publicUrl: option(
    "PUBLIC_URL",
    "http://HOST:PORT",
    baseUrl,
    "an http:// or https:// address without credentials, query or fragment",
    "Base of every `meta.location`, callback and redirect: the address at which clients reach the gateway.",
  ),
  trustProxy: option(
    "TRUST_PROXY",
    "none: whoever opened the connection is the caller",
    proxies,
    "IP addresses and CIDR ranges separated by commas; loopback, linklocal and uniquelocal stand for those networks",
    "Proxies in front of the gateway whose `X-Forwarded-For` header says where a request came from. It decides what the " +
      "`ipAllowList` of a client and the budget of wrong credentials go by, so name your own proxies only.",
  ),
  databaseUrl: secretOption(
    "DATABASE_URL",
    "none: the embedded database in DATA_DIR",
    postgresUrl,
    "an address like postgres://user:password@host:5432/database",
    "PostgreSQL 14 or newer, for production and for more than one process.",
  ),
  databasePoolSize: option(
    "DATABASE_POOL_SIZE",
    "10",
    wholeNumber(2, 500),
    "a whole number from 2 to 500",
    "Most connections that one process holds to PostgreSQL.",
  ),
  dataDir: option(
    "DATA_DIR",
    "./data",
    z.string().max(4096),
    "a path of at most 4096 characters",
    "Folder of the embedded database and of the generated secret key. One process per folder.",
  ),
  secretKeys: secretOption(
    "SECRET_KEY",
    "generated into DATA_DIR/secret.key with the embedded database; required with DATABASE_URL",
    secretKeys,
    `a text of at least ${MIN_SECRET_KEY_LENGTH} characters, or several separated by commas`,
    "Encrypts stored credentials (AES-256-GCM). To change it, put the new key in front: `new,old`. " +
      "The first encrypts, all decrypt.",
  ),
  bootstrapClientId: option(
    "BOOTSTRAP_CLIENT_ID",
    "none: a client is generated and shown once at the first start",
    z.string().regex(/^[\w.~-]{1,128}$/),
    "1 to 128 letters, digits and ._~-",
    "OAuth client with all scopes, made or updated at every start. Goes with BOOTSTRAP_CLIENT_SECRET.",
  ),
  bootstrapClientSecret: secretOption(
    "BOOTSTRAP_CLIENT_SECRET",
    "none",
    z.string().regex(/^[\x21-\x7e]{16,256}$/),
    "16 to 256 printable ASCII characters without blanks",
    "The secret of that client. Make it at random, e.g. with `openssl rand -hex 32`.",
  ),
  role: option(
    "ROLE",
    "all",
    z.enum(["all", "server", "worker"]),
    "all, server or worker",
    "What this process does: serve requests, deliver to the vendors, or both. " +
      "Several processes of each role share one PostgreSQL; the embedded database allows `all` only.",
  ),
  passwords: option(
    "PASSWORDS",
    "hash",
    z.enum(["hash", "discard"]),
    "hash or discard",
    "What becomes of passwords that clients send: stored as a scrypt hash (some 60 ms of a core each), or accepted and " +
      "thrown away. Never returned, never sent to a vendor.",
  ),
  deliveryLeaseMs: option(
    "DELIVERY_LEASE_MS",
    "30000",
    wholeNumber(1_000, 600_000),
    "a whole number of milliseconds from 1000 to 600000",
    "How long a claimed delivery belongs to its worker. After a worker was killed, its deliveries wait that long for " +
      "another process; one delivery may take at most five sixths of it.",
  ),
  changeRetentionDays: option(
    "CHANGE_RETENTION_DAYS",
    "90",
    wholeNumber(1, 3_650),
    "a whole number of days from 1 to 3650",
    "How long the change log keeps what happened to each user and group.",
  ),
  logLevel: option(
    "LOG_LEVEL",
    "info",
    z.enum(LOG_LEVELS),
    `one of ${LOG_LEVELS.join(", ")}`,
    "How much is logged. Logs are JSON lines; secrets and personal data are redacted at every level.",
  ),
  notificationNetworks: option(
    "NOTIFICATION_NETWORKS",
    "none",
    ranges,
    "addresses or CIDR ranges, separated by commas",
    "Networks that are not public in which webhook receivers and mail servers of notifications may be, e.g. " +
      "`10.1.0.0/16`. Other private addresses, this machine's own included, are refused.",
  ),
  requestLogDays: option(
    "REQUEST_LOG_DAYS",
    "14",
    wholeNumber(0, 400),
    "a whole number of days from 0 to 400",
    "How long `/admin/v1/requests` keeps what identity providers sent, at most 100,000 requests of each tenant; " +
      "0 keeps nothing. Bodies are kept masked, and only of writes that were refused or needed a quirk.",
  ),
  stopDelayMs: option(
    "STOP_DELAY_MS",
    "0",
    wholeNumber(0, 120_000),
    "a whole number of milliseconds from 0 to 120000",
    "After SIGTERM: how long `/readyz` answers 503 before the listener closes, so that a load balancer notices.",
  ),
  stopTimeoutMs: option(
    "STOP_TIMEOUT_MS",
    "10000",
    wholeNumber(0, 600_000),
    "a whole number of milliseconds from 0 to 600000",
    "After SIGTERM: how long running requests and deliveries may take before they are cut off.",
  ),
} as const;
