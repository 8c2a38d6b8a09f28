import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { openDatabase, runMigrations } from "../../src/persistence/database.js";
import { databaseOnPglite } from "../../src/persistence/open-embedded.js";

/** Where openTestDatabase() finds a migrated database to copy. */
export type DatabaseTemplate =
  | { kind: "embedded"; dumpFile: string }
  | { kind: "postgres"; serverUrl: string; name: string };

declare module "vitest" {
  export interface ProvidedContext {
    databaseTemplate: DatabaseTemplate;
  }
}

/** Vitest's global setup: migrates one database, once for all test files. Returns the clean-up. */
export default async function prepare(project: TestProject): Promise<() => Promise<void>> {
  const serverUrl = process.env["TEST_DATABASE_URL"];
  if (serverUrl) {
    const name = `scim_template_${randomUUID().replaceAll("-", "")}`;
    await makeTemplateDatabase(serverUrl, name);
    project.provide("databaseTemplate", { kind: "postgres", serverUrl, name });
    return () => onServer(serverUrl, `drop database if exists ${name} with (force)`);
  }
  project.provide("databaseTemplate", { kind: "embedded", dumpFile: await dumpFile() });
  return async () => undefined;
}

/** Runs one statement that may not run in a transaction, such as CREATE DATABASE. */
export async function onServer(serverUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The same server, another database. */
export function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function makeTemplateDatabase(serverUrl: string, name: string): Promise<void> {
  await onServer(serverUrl, `create database ${name}`);
  const database = await openDatabase({ url: urlOf(serverUrl, name), poolSize: 1, migrate: true });
  await database.close();
}

/** A dumped PGlite folder with all migrations. Making one takes seconds, so it is kept until a migration changes. */
async function dumpFile(): Promise<string> {
  const file = join(
    tmpdir(),
    `scim-provisioning-gateway-${userInfo().username}-${await versionOfTables()}.tar`,
  );
  if (existsSync(file)) return file;
  const db = await PGlite.create();
  const database = await databaseOnPglite(db);
  await runMigrations(database);
  const dump = await db.dumpDataDir("none");
  await database.close();
  // Another run may be making the same file: the reader must never see half of one.
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, Buffer.from(await dump.arrayBuffer()), { mode: 0o600 });
  await rename(draft, file);
  return file;
}

async function versionOfTables(): Promise<string> {
  const hash = createHash("sha256");
  const folder = new URL("../../migrations/", import.meta.url);
  for (const name of (await readdir(folder)).sort()) hash.update(await readFile(new URL(name, folder)));
  hash.update(await readFile(new URL("../../package-lock.json", import.meta.url)));
  return hash.digest("hex").slice(0, 16);
}
