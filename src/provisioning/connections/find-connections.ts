import { type Connection, findConnection } from "../../persistence/connection-store.js";
import type { Queryable, Transaction } from "../../persistence/database.js";
import { ConnectionNotFoundError } from "./connection-errors.js";

/** The connection, locked until the transaction ends. @throws ConnectionNotFoundError */
export async function lockConnection(tx: Transaction, tenantId: string, id: string): Promise<Connection> {
  await tx.query("select 1 from connection where tenant_id = $1 and id = $2 for update", [tenantId, id]);
  const connection = await findConnection(tx, { tenantId, id });
  if (connection === undefined) throw new ConnectionNotFoundError(id);
  return connection;
}

/** Whether any resource is linked through the connection. */
export async function isLinked(tx: Queryable, tenantId: string, connectionId: string): Promise<boolean> {
  const sql = "select 1 from link where tenant_id = $1 and connection_id = $2 limit 1";
  return (await tx.query(sql, [tenantId, connectionId])).length > 0;
}

/** The connection that already leads to the corp, if there is one. */
export async function findByCorp(
  database: Queryable,
  tenantId: string,
  connector: string,
  corpKey: string,
): Promise<{ id: string; name: string } | undefined> {
  const rows = await database.query<{ id: string; name: string }>(
    "select id, name from connection where tenant_id = $1 and connector = $2 and corp_key = $3",
    [tenantId, connector, corpKey],
  );
  return rows[0];
}
