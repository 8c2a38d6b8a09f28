import type { PGlite } from "@electric-sql/pglite";
import { DataSource, type DataSourceOptions } from "typeorm";
import { migrations } from "../../migrations/index.js";
import { ConnectionEntity } from "./entities/connection-entity.js";
import { DictionaryFieldEntity } from "./entities/dictionary-field-entity.js";
import { LongLivedTokenEntity } from "./entities/long-lived-token-entity.js";
import { OauthClientEntity, OauthClientSecretEntity } from "./entities/oauth-client-entity.js";
import { OauthTokenEntity } from "./entities/oauth-token-entity.js";
import { pgliteDriver } from "./pglite-driver.js";

/** How long to wait for a connection, new or from the pool, in milliseconds. */
export const connectTimeoutMs = 10_000;
const statementTimeoutMs = 30_000;
/** Holds locks that others wait for, so it must be a mistake. */
const idleInTransactionTimeoutMs = 60_000;
export const applicationName = "scim-provisioning-gateway";

const shared = {
  type: "postgres",
  entities: [
    ConnectionEntity,
    DictionaryFieldEntity,
    LongLivedTokenEntity,
    OauthClientEntity,
    OauthClientSecretEntity,
    OauthTokenEntity,
  ],
  migrations,
  migrationsTableName: "migration",
  // The hand-written migrations are the truth: nothing may be derived from the entities.
  synchronize: false,
  installExtensions: false,
  logging: false,
} satisfies DataSourceOptions;

/** The not yet connected DataSource of a PostgreSQL server. */
export function postgresDataSource(url: string, poolSize: number): DataSource {
  return new DataSource({
    ...shared,
    url,
    poolSize,
    applicationName,
    connectTimeoutMS: connectTimeoutMs,
    // An idle connection was lost. The pool has dropped it already and the next query makes a new one.
    poolErrorHandler: () => undefined,
    extra: {
      keepAlive: true,
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
      onConnect: withoutCompiling,
    },
  });
}

/**
 * Statements here end after milliseconds, while compiling one (JIT) takes a tenth of a second and is done again each
 * time, even for a prepared one. PostgreSQL decides by the estimated cost, which for a filter on documents is a guess.
 */
async function withoutCompiling(client: { query(sql: string): Promise<unknown> }): Promise<void> {
  await client.query("set jit = off");
}

/** The not yet connected DataSource of an open PGlite. `end`: see pgliteDriver. */
export function embeddedDataSource(db: PGlite, end?: () => Promise<void>): DataSource {
  return new DataSource({ ...shared, driver: pgliteDriver(db, end) });
}
