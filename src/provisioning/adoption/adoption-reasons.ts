import type { RunReason } from "../../persistence/run-store.js";
import { type Explanation, explain, type TextValues } from "../../platform/bilingual.js";

const DECIDE = {
  en: "Approve or reject the proposal, under adoption/proposals of the connection; delivery goes on by itself.",
  zh: "请在该连接的 adoption/proposals 中批准或拒绝该关联建议，之后会自动继续同步。",
};

/** Why a delivery waits for a decision about a link, by code. Part of the engine's reasons. */
export const ADOPTION_REASONS = {
  "adoption-approval": {
    message: {
      en: 'At the vendor there is "{name}" ({remote}), which may be this one: {agree} agree[, {disagree} differ]. Linking waits for a decision.',
      zh: "对方已有“{name}”（{remote}），可能就是该对象：{agree}一致[，{disagree}不一致]。关联需要审批。",
    },
    remedy: DECIDE,
  },
  "adoption-conflict": {
    message: {
      en: 'Who is who is not clear: "{name}" ({remote}) at the vendor is one of several that this may be, or others may be it as well. Linking waits for a decision.',
      zh: "无法确定对应关系：对方的“{name}”（{remote}）只是候选之一，或者同时也是其他对象的候选。关联需要决定。",
    },
    remedy: {
      en: "Approve the right one of the proposals, under adoption/proposals of the connection; the others end by that. Or reject them all.",
      zh: "请在该连接的 adoption/proposals 中批准正确的一条，其余建议随之失效；或全部拒绝。",
    },
  },
  "adoption-rejected": {
    field: "mobile",
    message: {
      en: 'The mobile number belongs to the account "{account}" ({name}), and linking to it was rejected: DingTalk creates no second account with the number.',
      zh: "手机号属于账号“{account}”（{name}），而与其关联的建议已被拒绝：钉钉不会用同一手机号创建第二个账号。",
    },
    remedy: {
      en: "Correct the mobile number in the identity provider or at the vendor, or approve the proposal after all.",
      zh: "请在身份源或钉钉中更正手机号，或重新批准该关联建议。",
    },
  },
  "adoption-rejected-department": {
    field: "displayName",
    message: {
      en: 'Below the same parent there is a department "{name}" ({department}), and linking to it was rejected: DingTalk takes no second one of that name.',
      zh: "同一上级部门下已有部门“{name}”（{department}），而与其关联的建议已被拒绝：钉钉不允许同名部门。",
    },
    remedy: {
      en: "Rename one of the two departments, or approve the proposal after all.",
      zh: "请修改其中一个部门的名称，或重新批准该关联建议。",
    },
  },
} as const satisfies Record<string, Explanation & { field?: string }>;

/** Why a proposal is over, by code. */
const PROPOSAL_REASONS = {
  changed: {
    message: {
      en: "It is not any more what the proposal said.[ Changed at the vendor: {vendor}.][ Changed in SCIM: {scim}.]",
      zh: "情况已与建议不符。[对方已变更：{vendor}。][SCIM 已变更：{scim}。]",
    },
  },
  "record-gone": {
    message: { en: "The vendor does not have it any more.", zh: "对方已没有该对象。" },
  },
  "linked-elsewhere": {
    message: { en: "It is linked to another resource now.", zh: "对方的该对象已关联到其他资源。" },
  },
  "decided-otherwise": {
    message: {
      en: "Another proposal for the same resource or the same record was approved.",
      zh: "针对同一资源或同一对象的另一条建议已被批准。",
    },
  },
  "settled-otherwise": {
    message: {
      en: "The resource was created anew or linked to something else.",
      zh: "该资源已新建，或已关联到其他对象。",
    },
  },
  "resource-removed": {
    message: { en: "It was deleted in SCIM meanwhile.", zh: "SCIM 中已将其删除。" },
  },
  "not-found-again": {
    message: {
      en: "A later report, which read everything, does not find it any more.",
      zh: "之后的一次完整报告中已不再出现。",
    },
  },
} as const satisfies Record<string, Explanation>;

/** A reason of a proposal in both languages, its places filled with `values`. */
export function proposalReason(code: keyof typeof PROPOSAL_REASONS, values: TextValues = {}): RunReason {
  return { code, ...explain(PROPOSAL_REASONS[code], values) };
}
