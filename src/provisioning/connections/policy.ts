import { z } from "zod";

/** What a connection's rules say about people whom the vendor would otherwise show wrongly. */
export interface Policy {
  /** How long a person or department waits for a department that may be on its way, in milliseconds. */
  settleMs: number;
}

/** DingTalk needs a department for everybody, and identity providers send the membership after the person. */
export const defaultPolicy: Policy = { settleMs: 5_000 };

const policySchema = z.object({ settleMs: z.number().int().min(0).max(600_000).optional() }).loose();

/** Reads the stored rules of a connection; what it does not say follows {@link defaultPolicy}. */
export function readPolicy(stored: unknown): Policy {
  const parsed = policySchema.safeParse(stored ?? {});
  return { settleMs: parsed.data?.settleMs ?? defaultPolicy.settleMs };
}
