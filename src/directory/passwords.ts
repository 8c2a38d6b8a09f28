import type { Database } from "../persistence/database.js";
import { findPasswordHash } from "../persistence/resource-store.js";
import { hashPassword, isPassword } from "./password.js";

/** What becomes of passwords that clients send: stored as a hash, or accepted and thrown away. */
export type PasswordPolicy = "hash" | "discard";

/**
 * What to store for passwords. To be asked before a transaction is opened, since hashing takes long by design and
 * would keep a connection waiting.
 */
export interface Passwords {
  /** The hash for a new person, or undefined where there is nothing to store. */
  hash(password: string | undefined): Promise<string | undefined>;
  /**
   * The hash for a person who exists, or undefined where nothing is to change: also when it is the present password,
   * which clients repeat with every PUT.
   */
  changedHash(tenantId: string, id: string, password: string | undefined): Promise<string | undefined>;
}

/** Passwords under a policy. */
export function createPasswords(database: Database, policy: PasswordPolicy): Passwords {
  const isKept = policy === "hash";
  return {
    hash: async (password) => (isKept && password !== undefined ? hashPassword(password) : undefined),
    changedHash: async (tenantId, id, password) => {
      if (!isKept || password === undefined) return undefined;
      const isPresent = await isPassword(password, await findPasswordHash(database, tenantId, id));
      return isPresent ? undefined : hashPassword(password);
    },
  };
}
