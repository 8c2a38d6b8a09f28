import type { Database } from "../persistence/database.js";
import { findPasswordHash } from "../persistence/resource-store.js";
import { hashPassword, isPassword } from "./password.js";

/**
 * The hash to store for a password a client sent, or undefined when there is none or it is the present one: clients
 * repeat passwords with every PUT, and that is no change. To be called before the transaction, since hashing takes
 * long by design.
 */
export async function newPasswordHash(
  database: Database,
  tenantId: string,
  id: string,
  password: string | undefined,
): Promise<string | undefined> {
  if (password === undefined) return undefined;
  const isPresent = await isPassword(password, await findPasswordHash(database, tenantId, id));
  return isPresent ? undefined : hashPassword(password);
}
