import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/config.js";
import { ConfigError } from "../../src/config/config-error.js";

const KEY = "k".repeat(32);
const POSTGRES = "postgres://gateway:hunter2@db:5432/gateway";

function refusal(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

describe("readConfig", () => {
  it("needs no variable at all", () => {
    expect(readConfig({})).toEqual({
      port: 8080,
      host: "127.0.0.1",
      publicUrl: "http://127.0.0.1:8080",
      trustProxy: [],
      databasePoolSize: 10,
      dataDir: "./data",
      secretKeys: [],
      role: "all",
      passwords: "hash",
      deliveryLeaseMs: 30_000,
      changeRetentionDays: 90,
      logLevel: "info",
      requestLogDays: 14,
      notificationNetworks: [],
      stopDelayMs: 0,
      stopTimeoutMs: 10_000,
    });
  });

  it("reads every variable", () => {
    const config = readConfig({
      PORT: "9000",
      HOST: "0.0.0.0",
      PUBLIC_URL: "https://scim.example.com/gateway/",
      TRUST_PROXY: "Loopback, 10.0.0.0/8,2001:db8::1",
      DATABASE_URL: POSTGRES,
      DATABASE_POOL_SIZE: "20",
      DATA_DIR: "/var/lib/gateway",
      SECRET_KEY: `${KEY}, ${"o".repeat(40)}`,
      BOOTSTRAP_CLIENT_ID: "idp",
      BOOTSTRAP_CLIENT_SECRET: "a-secret-of-the-operator",
      ROLE: "worker",
      DELIVERY_LEASE_MS: "45000",
      LOG_LEVEL: "warn",
      REQUEST_LOG_DAYS: "0",
      PASSWORDS: "discard",
      NOTIFICATION_NETWORKS: "10.1.0.0/16, ::1",
      STOP_DELAY_MS: "5000",
      STOP_TIMEOUT_MS: "30000",
    });
    expect(config).toEqual({
      port: 9000,
      host: "0.0.0.0",
      publicUrl: "https://scim.example.com/gateway",
      trustProxy: ["loopback", "10.0.0.0/8", "2001:db8::1"],
      databaseUrl: POSTGRES,
      databasePoolSize: 20,
      dataDir: "/var/lib/gateway",
      secretKeys: [KEY, "o".repeat(40)],
      bootstrap: { clientId: "idp", clientSecret: "a-secret-of-the-operator" },
      role: "worker",
      passwords: "discard",
      deliveryLeaseMs: 45_000,
      changeRetentionDays: 90,
      logLevel: "warn",
      requestLogDays: 0,
      notificationNetworks: ["10.1.0.0/16", "::1"],
      stopDelayMs: 5000,
      stopTimeoutMs: 30_000,
    });
  });

  it("takes an empty or blank variable for an absent one", () => {
    expect(readConfig({ PORT: "", ROLE: "  ", SECRET_KEY: "", DATABASE_URL: " " })).toEqual(readConfig({}));
  });

  it.each([
    { host: "0.0.0.0", url: "http://localhost:8080" },
    { host: "::", url: "http://localhost:8080" },
    { host: "::1", url: "http://[::1]:8080" },
    { host: "gateway.internal", url: "http://gateway.internal:8080" },
  ])("makes $url of HOST=$host where PUBLIC_URL is absent", ({ host, url }) => {
    expect(readConfig({ HOST: host }).publicUrl).toBe(url);
  });

  it.each<{ what: string; env: Record<string, string>; says: string[] }>([
    { what: "a port that is no number", env: { PORT: "http" }, says: ["PORT", '"http"', "0 to 65535"] },
    { what: "a port out of range", env: { PORT: "65536" }, says: ["PORT", '"65536"', "0 to 65535"] },
    { what: "a negative port", env: { PORT: "-1" }, says: ["PORT", '"-1"'] },
    { what: "a host with a scheme", env: { HOST: "http://x/" }, says: ["HOST", "host name or IP address"] },
    {
      what: "a public URL that is not http",
      env: { PUBLIC_URL: "ftp://x" },
      says: ["PUBLIC_URL", '"ftp://x"'],
    },
    { what: "a public URL without scheme", env: { PUBLIC_URL: "x.example.com" }, says: ["PUBLIC_URL"] },
    {
      what: "a public URL with a query",
      env: { PUBLIC_URL: "https://x/?a=1" },
      says: ["PUBLIC_URL", "query"],
    },
    {
      what: "a public URL with credentials",
      env: { PUBLIC_URL: "https://u:p@x.example" },
      says: ["PUBLIC_URL", "credentials"],
    },
    { what: "a proxy by name", env: { TRUST_PROXY: "proxy.internal" }, says: ["TRUST_PROXY", "CIDR"] },
    { what: "a network that is none", env: { TRUST_PROXY: "10.0.0.0/99" }, says: ["TRUST_PROXY", "CIDR"] },
    { what: "trust in everybody", env: { TRUST_PROXY: "true" }, says: ["TRUST_PROXY", '"true"'] },
    {
      what: "a short key",
      env: { SECRET_KEY: "short" },
      says: ["SECRET_KEY", "5 characters", "at least 32"],
    },
    {
      what: "a key list with a short entry",
      env: { SECRET_KEY: `${KEY},old` },
      says: ["SECRET_KEY", "at least 32"],
    },
    {
      what: "PostgreSQL without a key",
      env: { DATABASE_URL: POSTGRES },
      says: ["SECRET_KEY", "not set", "together with DATABASE_URL"],
    },
    {
      what: "a database of another kind",
      env: { DATABASE_URL: "mysql://root@db/x", SECRET_KEY: KEY },
      says: ["DATABASE_URL", "postgres://"],
    },
    {
      what: "a worker on the embedded database",
      env: { ROLE: "worker" },
      says: ["ROLE", "DATABASE_URL", "one process"],
    },
    {
      what: "a server on the embedded database",
      env: { ROLE: "server" },
      says: ["ROLE", "DATABASE_URL", "one process"],
    },
    {
      what: "an unknown use of passwords",
      env: { PASSWORDS: "plain" },
      says: ["PASSWORDS", '"plain"', "hash or discard"],
    },
    { what: "an unknown role", env: { ROLE: "master" }, says: ["ROLE", '"master"', "all, server or worker"] },
    { what: "an unknown log level", env: { LOG_LEVEL: "loud" }, says: ["LOG_LEVEL", '"loud"', "debug"] },
    {
      what: "a bootstrap id without its secret",
      env: { BOOTSTRAP_CLIENT_ID: "idp" },
      says: ["BOOTSTRAP_CLIENT_SECRET", "not set", "BOOTSTRAP_CLIENT_ID"],
    },
    {
      what: "a bootstrap secret without its id",
      env: { BOOTSTRAP_CLIENT_SECRET: "a-secret-of-the-operator" },
      says: ["BOOTSTRAP_CLIENT_ID", "not set"],
    },
    {
      what: "a bootstrap id with a colon, which a Basic header cannot carry",
      env: { BOOTSTRAP_CLIENT_ID: "a:b", BOOTSTRAP_CLIENT_SECRET: "a-secret-of-the-operator" },
      says: ["BOOTSTRAP_CLIENT_ID", '"a:b"'],
    },
    {
      what: "a short bootstrap secret",
      env: { BOOTSTRAP_CLIENT_ID: "idp", BOOTSTRAP_CLIENT_SECRET: "12345" },
      says: ["BOOTSTRAP_CLIENT_SECRET", "5 characters", "16 to 256"],
    },
    { what: "a pool of one", env: { DATABASE_POOL_SIZE: "1" }, says: ["DATABASE_POOL_SIZE", "2 to 500"] },
    {
      what: "a stop delay in seconds",
      env: { STOP_DELAY_MS: "5s" },
      says: ["STOP_DELAY_MS", "milliseconds"],
    },
  ])("refuses $what", ({ env, says }) => {
    const message = refusal(env);
    for (const words of says) expect(message).toContain(words);
  });

  it("lists every bad variable at once", () => {
    const message = refusal({ PORT: "x", LOG_LEVEL: "y", DATABASE_URL: POSTGRES });
    expect(message.split("\n")).toHaveLength(4);
    expect(message).toMatch(/PORT[\s\S]*LOG_LEVEL[\s\S]*SECRET_KEY/);
  });

  it("does not call a bad value a missing one", () => {
    expect(refusal({ DATABASE_URL: POSTGRES, SECRET_KEY: "short" })).not.toContain("not set");
  });

  it.each([
    { DATABASE_URL: "mysql://root:TopSecretWord@db/x" },
    { SECRET_KEY: "TopSecretWord" },
    { BOOTSTRAP_CLIENT_ID: "idp", BOOTSTRAP_CLIENT_SECRET: "TopSecretWord" },
  ])("never echoes a secret (%o)", (env) => {
    expect(refusal(env)).not.toContain("TopSecretWord");
  });
});
