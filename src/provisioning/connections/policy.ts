import { z } from "zod";
import { accountRulesSchema } from "../accounts/account-rules.js";
import { adoptionRulesSchema } from "../adoption/adoption-rules.js";
import { deactivationSchema } from "../deactivation/deactivation-rules.js";
import { mobileChangeSchema } from "../mobile-change/mobile-change-rules.js";
import { deletionProtectionSchema } from "../protection/protection-rules.js";
import { driftRulesSchema } from "../reconciliation/drift-rules.js";
import { tombstoneDaysSchema } from "../returners/returner-rules.js";
import { groupsAsRolesSchema } from "../roles/role-rules.js";
import { retryRulesSchema } from "./retry-rules.js";

/**
 * The rules of a connection, one entry for each concern, each with its default. A concern brings its schema from its
 * own file (strict, every field with a default, `.prefault({})`) and adds one line here.
 */
const policySections = {
  /**
   * How long a person or department waits for a department that may be on its way, in milliseconds: DingTalk needs a
   * department for everybody, and identity providers send the membership after the person.
   */
  settleMs: z
    .int("must be a whole number of milliseconds from 0 to 600000")
    .min(0, "must be a whole number of milliseconds from 0 to 600000")
    .max(600_000, "must be a whole number of milliseconds from 0 to 600000")
    .default(5_000),
  /** When a failed delivery is tried again. */
  retry: retryRulesSchema,
  deletionProtection: deletionProtectionSchema,
  deactivation: deactivationSchema,
  tombstoneDays: tombstoneDaysSchema,
  /** What a run does about fields that the vendor holds otherwise than they were sent. */
  drift: driftRulesSchema,
  /** Whether groups of kind `group` become roles. */
  groupsAsRoles: groupsAsRolesSchema,
  /** Whose accounts new people get. */
  accounts: accountRulesSchema,
  /** What a changed mobile number leads to, which no vendor call can change. */
  mobileChange: mobileChangeSchema,
  /** Who decides about linking to what exists at the vendor, and what has to agree for it. */
  adoption: adoptionRulesSchema,
};

/** The rules as an administrator may write them: what is unknown or malformed is refused, naming the field. */
export const policySchema = z.strictObject(policySections, "must be an object");

/** A connection's rules with everything filled in. */
export type Policy = z.output<typeof policySchema>;

/** The rules of a connection whose policy says nothing. */
export const defaultPolicy: Policy = policySchema.parse({});

/**
 * Reads the stored rules of a connection. What they do not say follows {@link defaultPolicy}; so does what this
 * version does not understand, field by field, as another version may have written it.
 */
export function readPolicy(stored: unknown): Policy {
  if (!isPlainObject(stored)) return defaultPolicy;
  const rest = structuredClone(stored);
  for (;;) {
    const parsed = policySchema.safeParse(rest);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    if (issue === undefined) return defaultPolicy;
    const unknown = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
    leaveOut(rest, [...issue.path, ...unknown].map(String));
  }
}

/** Takes away the field at a place; where it is missing or inside a list, the innermost one around it. */
function leaveOut(rest: Record<string, unknown>, place: string[]): void {
  for (let depth = place.length; depth > 0; depth--) {
    const holder = place.slice(0, depth - 1).reduce<unknown>(fieldOf, rest);
    const name = place[depth - 1] ?? "";
    if (isPlainObject(holder) && Object.hasOwn(holder, name)) {
      delete holder[name];
      return;
    }
  }
  for (const name of Object.keys(rest)) delete rest[name];
}

function fieldOf(value: unknown, name: string): unknown {
  return isPlainObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
