import { randomUUID } from "node:crypto";
import pg from "pg";
import { openDatabase } from "../src/persistence/database.js";

/** Two databases on one server: one for the gateway, and a copy of it for the bare server. */
export interface BenchDatabases {
  gatewayUrl: string;
  bareUrl: string;
  /** Makes the second one out of the first, to which nobody may be connected at that moment. */
  copyForBareServer(): Promise<void>;
  /** Removes both. */
  drop(): Promise<void>;
}

/** Creates the database of the gateway, with its tables. `serverUrl` names a database to which CREATE DATABASE is sent. */
export async function createBenchDatabases(serverUrl: string): Promise<BenchDatabases> {
  const suffix = randomUUID().slice(0, 8);
  const gateway = `scim_bench_gateway_${suffix}`;
  const bare = `scim_bench_bare_${suffix}`;
  const drop = async () => {
    for (const name of [gateway, bare]) await send(serverUrl, `drop database if exists ${name} with (force)`);
  };
  await send(serverUrl, `create database ${gateway}`);
  try {
    const database = await openDatabase({ url: urlOf(serverUrl, gateway), poolSize: 1, migrate: true });
    await database.close();
  } catch (error) {
    await drop();
    throw error;
  }
  return {
    gatewayUrl: urlOf(serverUrl, gateway),
    bareUrl: urlOf(serverUrl, bare),
    copyForBareServer: () => send(serverUrl, `create database ${bare} template ${gateway}`),
    drop,
  };
}

/** Runs `work` with a connection of its own. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: "scim bench" });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function send(serverUrl: string, sql: string): Promise<void> {
  await withClient(serverUrl, (client) => client.query(sql));
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}
