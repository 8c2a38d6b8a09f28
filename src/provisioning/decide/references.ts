import type { DeliveryState } from "../../outbox/delivery.js";
import type { Awaited } from "../../outbox/settle.js";
import type { Decision } from "./decision.js";
import type { Reference } from "./subject.js";

const MOVING: ReadonlySet<DeliveryState> = new Set(["pending", "claimed", "blocked"]);

/** Whether a reference's delivery is still moving by itself, so that waiting for it makes sense. */
export function isOnItsWay(reference: Reference): boolean {
  return reference.state !== undefined && MOVING.has(reference.state);
}

/** The references as the outbox waits for them. */
export function awaits(references: readonly Reference[]): Awaited[] {
  return references.map((reference) => ({ resourceId: reference.resourceId, settles: reference.settles }));
}

/** The decision to wait for references, saying which and where they stand. */
export function blockedBy(
  references: readonly Reference[],
  role: string,
): Extract<Decision, { kind: "block" }> {
  const named = references
    .slice(0, 3)
    .map((reference) => `"${reference.displayName}" (${reference.state ?? "not ordered"})`)
    .join(", ");
  const more = references.length > 3 ? ` and ${references.length - 3} more` : "";
  return {
    kind: "block",
    reason: { code: "waiting-for-reference", message: `Waits for ${role}: ${named}${more}.` },
    awaited: awaits(references),
  };
}
