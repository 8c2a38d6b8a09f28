import { readFile } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";
import type { Database } from "../../src/persistence/database.js";
import { databaseOnPglite, EMBEDDED_PARSERS } from "../../src/persistence/open-embedded.js";

/** An embedded database with what is needed to make it as good as new. */
interface Embedded {
  db: PGlite;
  names: readonly string[];
  /** Rows that the migrations made, and how far their sequences are, as statements that put them back. */
  restore: string;
  /** A test that changed a table spoils the database for the next one. */
  catalog: string;
}

/** As many as a test file commonly has open at a time; each takes about 250 MB. */
const MOST_IDLE = 2;
/** Deleted rows stay in the way of reading; with more than this a new database is the better one. */
const MOST_DELETED = 3_000;

const idle: Embedded[] = [];
let dump: Promise<Blob> | undefined;

/**
 * A database as the migrations leave it. Loading one takes 0.9 s of CPU, emptying one that another test file is done
 * with a tenth of that, so they go from file to file within a test process.
 */
export async function openEmbeddedDatabase(dumpFile: string): Promise<Database> {
  const embedded = (await takeIdle()) ?? (await load(dumpFile));
  return databaseOnPglite(embedded.db, { end: () => park(embedded) });
}

async function park(embedded: Embedded): Promise<void> {
  if (idle.length < MOST_IDLE) idle.push(embedded);
  else await embedded.db.close();
}

async function takeIdle(): Promise<Embedded | undefined> {
  for (let embedded = idle.pop(); embedded !== undefined; embedded = idle.pop()) {
    if (await isMadeNew(embedded)) return embedded;
    await embedded.db.close();
  }
  return undefined;
}

async function load(dumpFile: string): Promise<Embedded> {
  dump ??= readFile(dumpFile).then((bytes) => new Blob([bytes]));
  const db = await PGlite.create({ parsers: EMBEDDED_PARSERS, loadDataDir: await dump });
  const tables = await db.query<{ name: string }>(
    "select oid::regclass::text as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace",
  );
  const names = tables.rows.map(({ name }) => name);
  const filled = await namesOfFilled(db, names);
  const restore = [
    ...(await Promise.all(filled.map((name) => statementOfRows(db, name)))),
    ...(await statementsOfSequences(db)),
  ].join(";\n");
  return { db, names, restore, catalog: await catalogOf(db) };
}

async function isMadeNew({ db, names, restore, catalog }: Embedded): Promise<boolean> {
  await db.exec("rollback");
  await db.exec("discard all");
  if ((await catalogOf(db)) !== catalog) return false;
  await db.exec("set session_replication_role = replica");
  let deleted = 0;
  for (const name of await namesOfFilled(db, names)) {
    deleted += (await db.query(`delete from ${name}`)).affectedRows ?? 0;
  }
  if (deleted > MOST_DELETED) return false;
  // Nobody else does it on the embedded database, and what file after file deletes adds up.
  if (deleted > 0) await db.exec("vacuum");
  await db.exec(`${restore}; reset session_replication_role`);
  return true;
}

async function namesOfFilled(db: PGlite, names: readonly string[]): Promise<string[]> {
  const filled = await db.query<{ name: string }>(
    names.map((name) => `select '${name}' as name where exists (select from ${name})`).join(" union all "),
  );
  return filled.rows.map(({ name }) => name);
}

async function statementOfRows(db: PGlite, name: string): Promise<string> {
  const columns = await db.query<{ list: string }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as list from pg_attribute
      where attrelid = $1::text::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [name],
  );
  const rows = await db.query<{ json: string }>(
    `select quote_literal(json_agg(t)::text) as json from ${name} t`,
  );
  const list = columns.rows[0]?.list;
  return `insert into ${name} (${list}) overriding system value
          select ${list} from json_populate_recordset(null::${name}, ${rows.rows[0]?.json})`;
}

async function statementsOfSequences(db: PGlite): Promise<string[]> {
  const sequences = await db.query<{ statement: string }>(
    `select format('select setval(%L, %s, %L)', schemaname || '.' || quote_ident(sequencename),
                   coalesce(last_value, start_value), last_value is not null) as statement
       from pg_sequences where schemaname = 'public'`,
  );
  return sequences.rows.map(({ statement }) => statement);
}

/** Changes with every statement that creates, alters or drops something. */
async function catalogOf(db: PGlite): Promise<string> {
  const catalogs = ["attribute", "constraint", "index", "proc", "trigger", "type"].map(
    (name) => `select count(*) || ' ' || coalesce(max(xmin::text::bigint), 0) as state from pg_${name}`,
  );
  const states = await db.query<{ state: string }>(catalogs.join(" union all "));
  return states.rows.map(({ state }) => state).join();
}
