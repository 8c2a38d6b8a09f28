import type { DeliveryState } from "../../outbox/delivery.js";
import type { Awaited } from "../../outbox/settle.js";
import type { BilingualText } from "../../platform/bilingual.js";
import { reasonFor } from "../reasons.js";
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

/** What is waited for, as it stands in reasons. */
export const ROLES = {
  department: { en: "the department", zh: "所属部门" },
  parent: { en: "the parent department", zh: "上级部门" },
  holders: { en: "those who still hold the role", zh: "仍持有该角色的成员" },
  occupants: { en: "those still in it", zh: "仍在其中的成员或部门" },
} as const satisfies Record<string, BilingualText>;

const STATE_WORDS: Record<DeliveryState, BilingualText> = {
  pending: { en: "pending", zh: "待投递" },
  claimed: { en: "claimed", zh: "投递中" },
  blocked: { en: "blocked", zh: "等待依赖" },
  awaiting: { en: "awaiting", zh: "等待生效" },
  parked: { en: "parked", zh: "挂起" },
  held: { en: "held", zh: "保护拦截" },
  synced: { en: "synced", zh: "已同步" },
  skipped: { en: "skipped", zh: "跳过" },
  failed: { en: "failed", zh: "失败" },
};
const NOT_ORDERED: BilingualText = { en: "not ordered", zh: "未安排" };

/** The first three with where they stand, and how many more there are. */
function nameThem(references: readonly Reference[]): BilingualText {
  const named = references.slice(0, 3).map(({ displayName, state }) => ({
    displayName,
    state: state === undefined ? NOT_ORDERED : STATE_WORDS[state],
  }));
  const more = references.length - named.length;
  return {
    en:
      named.map((one) => `"${one.displayName}" (${one.state.en})`).join(", ") +
      (more > 0 ? ` and ${more} more` : ""),
    zh:
      named.map((one) => `“${one.displayName}”（${one.state.zh}）`).join("、") +
      (more > 0 ? `等 ${references.length} 个` : ""),
  };
}

/** The decision to wait for references, saying which and where they stand. */
export function blockedBy(
  references: readonly Reference[],
  role: BilingualText,
): Extract<Decision, { kind: "block" }> {
  return {
    kind: "block",
    reason: reasonFor("waiting-for-reference", { role, named: nameThem(references) }),
    awaited: awaits(references),
  };
}
