import type { LogLevel } from "../observability/logger.js";
import { ConfigError, type ConfigProblem } from "./config-error.js";
import { type ConfigOption, configOptions } from "./options.js";

/** What a process does: serve requests, deliver to the vendors, or both. */
export type Role = "all" | "server" | "worker";

/** Everything the environment decides, validated. */
export interface Config {
  /** 0 means any free port. */
  port: number;
  host: string;
  /** Without trailing slash. */
  publicUrl: string;
  /** Addresses, CIDR ranges and names of networks; empty: no proxy is believed. */
  trustProxy: readonly string[];
  /** A PostgreSQL URL; absent means the embedded database in `dataDir`. */
  databaseUrl?: string;
  databasePoolSize: number;
  dataDir: string;
  /** The first encrypts, all decrypt. Empty with the embedded database: `resolveSecretKeys` makes one. */
  secretKeys: readonly string[];
  bootstrap?: BootstrapCredentials;
  role: Role;
  passwords: "hash" | "discard";
  /** How long a claim lasts without a settle, in milliseconds. */
  deliveryLeaseMs: number;
  /** How long the change log is kept. */
  changeRetentionDays: number;
  logLevel: LogLevel;
  /** How long the request log keeps; 0 means that there is none. */
  requestLogDays: number;
  /** Addresses and CIDR ranges that notifications may be sent to although they are not public. */
  notificationNetworks: readonly string[];
  stopDelayMs: number;
  stopTimeoutMs: number;
}

/** An OAuth client that the operator chose beforehand. */
export interface BootstrapCredentials {
  clientId: string;
  clientSecret: string;
}

/**
 * Reads the configuration from the environment. An empty variable counts as absent, as container tools set it.
 * @throws ConfigError that lists every bad variable at once
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const problems: ConfigProblem[] = [];

  function read<Value>(option: ConfigOption<Value>): Value | undefined {
    const text = env[option.name]?.trim();
    if (!text) return undefined;
    const result = option.schema.safeParse(text);
    if (result.success) return result.data;
    problems.push({
      variable: option.name,
      found: option.secret ? `${text.length} characters` : JSON.stringify(text.slice(0, 200)),
      expected: `must be ${option.expected}`,
    });
    return undefined;
  }

  const port = read(configOptions.port) ?? 8080;
  const host = read(configOptions.host) ?? "127.0.0.1";
  const databaseUrl = read(configOptions.databaseUrl);
  const secretKeys = read(configOptions.secretKeys);
  const clientId = read(configOptions.bootstrapClientId);
  const clientSecret = read(configOptions.bootstrapClientSecret);
  const config: Config = {
    port,
    host,
    publicUrl: read(configOptions.publicUrl) ?? defaultPublicUrl(host, port),
    trustProxy: read(configOptions.trustProxy) ?? [],
    ...(databaseUrl !== undefined && { databaseUrl }),
    databasePoolSize: read(configOptions.databasePoolSize) ?? 10,
    dataDir: read(configOptions.dataDir) ?? "./data",
    secretKeys: secretKeys ?? [],
    ...(clientId !== undefined && clientSecret !== undefined && { bootstrap: { clientId, clientSecret } }),
    role: read(configOptions.role) ?? "all",
    passwords: read(configOptions.passwords) ?? "hash",
    deliveryLeaseMs: read(configOptions.deliveryLeaseMs) ?? 30_000,
    changeRetentionDays: read(configOptions.changeRetentionDays) ?? 90,
    logLevel: read(configOptions.logLevel) ?? "info",
    requestLogDays: read(configOptions.requestLogDays) ?? 14,
    notificationNetworks: read(configOptions.notificationNetworks) ?? [],
    stopDelayMs: read(configOptions.stopDelayMs) ?? 0,
    stopTimeoutMs: read(configOptions.stopTimeoutMs) ?? 10_000,
  };

  // Whether a variable is there is asked of the environment, so that a bad value is not also reported as missing.
  const isSet = (name: string) => Boolean(env[name]?.trim());
  problems.push(...findContradictions(config.role, isSet));
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** What the variables must fulfil together. */
function findContradictions(role: Role, isSet: (name: string) => boolean): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (isSet("DATABASE_URL") && !isSet("SECRET_KEY")) {
    problems.push({
      variable: "SECRET_KEY",
      found: "not set",
      expected: `must be set together with DATABASE_URL: ${configOptions.secretKeys.expected}`,
    });
  }
  if (role !== "all" && !isSet("DATABASE_URL")) {
    problems.push({
      variable: "ROLE",
      found: JSON.stringify(role),
      expected:
        "needs DATABASE_URL, because the embedded database serves one process only; use ROLE=all without it",
    });
  }
  const pair = ["BOOTSTRAP_CLIENT_ID", "BOOTSTRAP_CLIENT_SECRET"] as const;
  const missing = pair.filter((name) => !isSet(name));
  if (missing.length === 1 && missing[0]) {
    const other = pair.find((name) => name !== missing[0]);
    problems.push({ variable: missing[0], found: "not set", expected: `must be set together with ${other}` });
  }
  return problems;
}

/** The listener's own address, as a client on the same machine would write it. */
function defaultPublicUrl(host: string, port: number): string {
  const everywhere = host === "0.0.0.0" || host === "::";
  const name = everywhere ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
