import type { DeliveryReason } from "../../outbox/delivery.js";
import type { BilingualText } from "../../platform/bilingual.js";
import { reasonFor } from "../reasons.js";
import type { Loss } from "./losses.js";
import type { LossKind } from "./protection-rules.js";

/** What stands against a loss, in numbers. */
export interface Excess {
  loss: Loss;
  /** Lost already. */
  counted: number;
  allowed: number;
  /** How many there were at the start of the window. */
  present: number;
  /** Hours of the window, or the run whose limit it is. */
  within: { hours: number } | { runId: string };
}

/** Why a loss may not happen. */
export interface Objection {
  reason: DeliveryReason;
  /** Where a limit stands against it. */
  numbers?: { counted: number; allowed: number; present: number };
}

/** The objection of a limit, with the numbers. */
export function limitObjection({ loss, counted, allowed, present, within }: Excess): Objection {
  const reason = reasonFor("deletion-protection", {
    emptied: loss.kind === "emptied" ? loss.name : undefined,
    lost: lostText(loss.kind, counted),
    span: spanText(within),
    allowed: String(allowed),
    share: present === 0 ? undefined : shareText(allowed, present),
  });
  return { reason, numbers: { counted, allowed, present } };
}

/** The objection of the list of what is never removed. */
export function protectedObjection({ kind, name }: Loss, entry: string): Objection {
  const list = kind === "user" ? "protectedUsers" : "protectedDepartments";
  return { reason: reasonFor("protected", { name, list, entry }) };
}

function lostText(kind: LossKind, count: number): BilingualText {
  const one = count === 1;
  switch (kind) {
    case "user":
      return { en: `${count} ${one ? "person was" : "people were"} removed`, zh: `已删除 ${count} 人` };
    case "department":
      return {
        en: `${count} ${one ? "department was" : "departments were"} removed`,
        zh: `已删除 ${count} 个部门`,
      };
    case "emptied":
      return {
        en: `${count} ${one ? "department lost its" : "departments lost their"} last people`,
        zh: `已有 ${count} 个部门失去全部成员`,
      };
  }
}

function spanText(within: Excess["within"]): BilingualText {
  if ("runId" in within) return { en: `by run ${within.runId}`, zh: `运行 ${within.runId} 中` };
  return { en: `within ${within.hours} hours`, zh: `${within.hours} 小时内` };
}

function shareText(part: number, whole: number): BilingualText {
  const percent = Math.round((part / whole) * 1_000) / 10;
  return { en: `${percent} % of ${whole}`, zh: `${whole} 的 ${percent}%` };
}
