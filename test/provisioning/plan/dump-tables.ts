type Query = (sql: string) => Promise<object[]>;

/** Everything that a delivery or a SCIM write could leave behind, as text that can be compared. */
export async function dumpTables(query: Query): Promise<Record<string, string>> {
  const tables = (await query(
    "select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
  )) as { name: string }[];
  const dump: Record<string, string> = {};
  for (const { name } of tables) {
    const rows = (await query(`select row_to_json(t)::text as row from ${name} t`)) as { row: string }[];
    dump[name] = rows
      .map(({ row }) => row)
      .sort()
      .join("\n");
  }
  return dump;
}
