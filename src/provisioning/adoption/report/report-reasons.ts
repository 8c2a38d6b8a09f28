import type { RunReason } from "../../../persistence/run-store.js";
import { type Explanation, explain, type TextValues } from "../../../platform/bilingual.js";

const AGAIN = { en: "Start another report.", zh: "请重新生成报告。" };

/** Why a report ended as it did, by code. What a vendor says is explained by its connector. */
const REPORT_REASONS = {
  "incomplete-read": {
    message: {
      en: "{count} departments could not be read, or not all of their members; the first one is {department}: {detail} Only links that need no look at all others are proposed: where the mobile number agrees, and departments.",
      zh: "{count} 个部门或其成员无法完整读取，首个为 {department}：{detail}仅给出无需查看全部对象即可判断的建议：手机号一致的人员，以及部门。",
    },
    remedy: {
      en: "See to it that the app may see the department, then start another report.",
      zh: "请确认应用可以查看该部门，然后重新生成报告。",
    },
  },
  "root-not-visible": {
    message: {
      en: "The connection's root department {department} cannot be read: {detail}",
      zh: "无法读取连接的根部门 {department}：{detail}",
    },
    remedy: {
      en: "Let the app see the root department, or correct it in the connection's settings.",
      zh: "请让应用可见该根部门，或在连接设置中更正根部门。",
    },
  },
  settings: {
    message: { en: "{detail}", zh: "连接的设置无法使用：{detail}" },
    remedy: { en: "Enter the credentials of the connection anew.", zh: "请重新填写该连接的凭证。" },
  },
  interrupted: {
    message: {
      en: "The process that made the report stopped or died; nothing was proposed.",
      zh: "生成报告的进程已停止或退出，没有给出任何建议。",
    },
    remedy: AGAIN,
  },
  internal: {
    message: {
      en: "The gateway met trouble of its own; its log says more under the report's correlation id.",
      zh: "网关自身出现问题；请用报告的关联 ID 查看日志。",
    },
    remedy: AGAIN,
  },
} as const satisfies Record<string, Explanation>;

/** A reason of a report in both languages, its places filled with `values`. */
export function reportReason(code: keyof typeof REPORT_REASONS, values: TextValues = {}): RunReason {
  return { code, ...explain(REPORT_REASONS[code], values) };
}
