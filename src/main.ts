import { startGateway } from "./app.js";
import { type Config, readConfig } from "./config/config.js";
import { ConfigError } from "./config/config-error.js";
import { readEnvironment } from "./config/environment.js";
import { ListenError } from "./http/server.js";
import {
  DatabaseUnavailableError,
  DataFolderInUseError,
  openDatabase,
  revertLastMigration,
  runMigrations,
} from "./persistence/database.js";
import { MigrationsPendingError } from "./start-database.js";

const USAGE = `Usage: npm start                      run the gateway (ROLE decides which parts)
       npm run migrate                bring the database up to this version
       npm run migrate -- --revert    take the newest migration back
The environment variables are described in docs/configuration.md.`;

async function main(args: readonly string[]): Promise<void> {
  switch (args.join(" ")) {
    case "":
    case "start":
      return serve(readConfig(readEnvironment()));
    case "migrate":
      return migrate(readConfig(readEnvironment()), false);
    case "migrate --revert":
      return migrate(readConfig(readEnvironment()), true);
    case "--help":
      console.log(USAGE);
      return;
    default:
      throw new UsageError(`Unknown arguments: ${args.join(" ")}\n${USAGE}`);
  }
}

class UsageError extends Error {
  override readonly name = "UsageError";
}

async function serve(config: Config): Promise<void> {
  const gateway = await startGateway(config);
  if (gateway.client.clientSecret !== undefined) showClient(gateway.publicUrl, gateway.client);
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      // A second signal is an operator who does not want to wait.
      if (stopping) process.exit(1);
      stopping = true;
      gateway.stop().then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
    });
  }
}

/** Shown once, on standard error so that it stays out of the JSON log. */
function showClient(publicUrl: string, client: { clientId?: string; clientSecret?: string }): void {
  process.stderr.write(`
An OAuth client with all scopes was made. Its secret is shown this once; keep it.
  client id      ${client.clientId}
  client secret  ${client.clientSecret}
Try it:
  TOKEN=$(curl -s ${publicUrl}/oauth/token -d grant_type=client_credentials \\
    -d client_id=${client.clientId} -d client_secret=${client.clientSecret} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -s ${publicUrl}/scim/v2/Users -H "Authorization: Bearer $TOKEN"

`);
}

async function migrate(config: Config, revert: boolean): Promise<void> {
  const database = await openDatabase(
    config.databaseUrl === undefined ? { dataDir: config.dataDir } : { url: config.databaseUrl },
  );
  try {
    if (revert) {
      console.log(`reverted: ${(await revertLastMigration(database)) ?? "nothing, there was no migration"}`);
      return;
    }
    const applied = await runMigrations(database, (name) => console.log(`applied: ${name}`));
    console.log(applied.length === 0 ? "The database is up to date." : "The database is up to date now.");
  } finally {
    await database.close();
  }
}

/** Errors made for the operator are shown as their message; anything else is a fault of ours and shows its stack. */
function fail(error: unknown): never {
  const text = !(error instanceof Error)
    ? String(error)
    : isForTheOperator(error)
      ? error.message
      : error.stack;
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

function isForTheOperator(error: Error): boolean {
  return [
    UsageError,
    ConfigError,
    ListenError,
    DatabaseUnavailableError,
    DataFolderInUseError,
    MigrationsPendingError,
  ].some((kind) => error instanceof kind);
}

main(process.argv.slice(2)).catch(fail);
