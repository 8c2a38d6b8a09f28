import type { RunReason } from "../../persistence/run-store.js";
import { type Explanation, explain, type TextValues } from "../../platform/bilingual.js";

const ORDERED_GOES_ON = {
  en: "Start another run. What this one had ordered is delivered all the same.",
  zh: "请重新发起对账。本次对账已安排的投递仍会继续。",
};

/** Why a run ended as it did, or a row of it stands as it does, by code. What a vendor says is explained by its connector. */
export const RUN_REASONS = {
  // The run
  settings: {
    message: { en: "{detail}", zh: "连接的设置无法使用：{detail}" },
    remedy: {
      en: "Enter the credentials of the connection anew.",
      zh: "请重新填写该连接的凭证。",
    },
  },
  "incomplete-read": {
    message: {
      en: "Some departments or their members could not be read, so nothing was concluded from what is missing: nothing was removed or made anew.",
      zh: "部分部门或其成员无法读取，因此不对缺失的对象作任何判断：没有删除，也没有重新创建。",
    },
    remedy: {
      en: "See the rows of kind not-comparable for what could not be read and why, then run again.",
      zh: "请查看类型为 not-comparable 的记录，了解哪些内容无法读取及原因，然后重新对账。",
    },
  },
  "scope-shrunk": {
    message: {
      en: "{lost} the last time, and sees less now. Nothing was compared.",
      zh: "{lost}，现在可见范围变小了。本次没有进行比较。",
    },
    remedy: {
      en: "Give the app its contact scope back; if the smaller scope is meant, start a run with acceptScope: true.",
      zh: "请在钉钉开放平台恢复应用的通讯录权限范围；如果确实要缩小范围，请以 acceptScope: true 发起对账。",
    },
  },
  "root-not-visible": {
    message: {
      en: "The connection's root department {root} cannot be read: {detail}",
      zh: "无法读取连接的根部门 {root}：{detail}",
    },
    remedy: {
      en: "Let the app see the root department, or correct it in the connection's settings.",
      zh: "请让应用可见该根部门，或在连接设置中更正根部门。",
    },
  },
  "process-died": {
    message: {
      en: "The process that carried the run out died or was cut off from the database, and so did those that took it up again.",
      zh: "执行对账的进程已退出或与数据库断开，重新执行也多次中断。",
    },
    remedy: ORDERED_GOES_ON,
  },
  "differences-repaired": {
    message: {
      en: "{count} records at the vendor were not as they were sent. All of them are in line again, or left alone as decided.",
      zh: "对方有 {count} 条记录与已发送的内容不一致，现已全部处理一致，或按规则保留。",
    },
    remedy: {
      en: "See the rows of the run for what was changed there, and by which rule it was dealt with.",
      zh: "请查看对账记录，了解对方改动的内容及处理方式。",
    },
  },
  "differences-open": {
    message: {
      en: "Some records at the vendor are not in line with SCIM; {count} were found other than they were sent.",
      zh: "部分记录与 SCIM 仍不一致；有 {count} 条与已发送的内容不同。",
    },
    remedy: {
      en: "See the rows of the run that are failed, held or not comparable, and their reasons.",
      zh: "请查看对账中失败、被拦截或无法比较的记录及其原因。",
    },
  },
  internal: {
    message: {
      en: "The gateway met trouble of its own; its log says more under the run's correlation id.",
      zh: "网关自身出现问题；请用本次对账的关联 ID 查看日志。",
    },
    remedy: { en: "Start another run.", zh: "请重新发起对账。" },
  },

  // Its rows
  "not-adoptable": {
    message: { en: "{detail}", zh: "对方的值无法写入 SCIM：{detail}" },
    remedy: {
      en: "Choose push or ignore for this field.",
      zh: "请为该字段选择“推送”（push）或“忽略”（ignore）。",
    },
  },
  "scim-refusal": {
    message: { en: "SCIM refuses the vendor's value: {detail}", zh: "SCIM 不接受对方的值：{detail}" },
    remedy: {
      en: "Correct the value at the vendor, or choose push or ignore.",
      zh: "请在对方更正该值，或选择“推送”（push）或“忽略”（ignore）。",
    },
  },
  "account-kind": {
    message: {
      en: "The account is of another kind (of the company, or a person's own; how it signs in) than the one that was made. No call changes that.",
      zh: "该帐号的类型（企业账号或个人账号、登录方式）与当初创建的不同，接口无法更改帐号类型。",
    },
    remedy: {
      en: "Remove the account at the vendor and run again: it is made anew. Or leave it alone by choosing ignore.",
      zh: "请在对方删除该帐号后重新对账，系统会重新创建；或者选择“忽略”（ignore）。",
    },
  },
  "delivery-pending": {
    message: {
      en: "Its own delivery is on its way, so the difference is no news.",
      zh: "该对象的投递正在进行，差异属于正常情况。",
    },
  },
  "duplicate-stamp": {
    message: {
      en: 'It carries the stamp of "{name}", which is linked to {linked}.',
      zh: "它带有“{name}”的标记，而该资源已关联到 {linked}。",
    },
    remedy: {
      en: "If nobody needs it, remove it at the vendor; otherwise leave it alone by a decision.",
      zh: "如果没有人需要它，请在对方将其删除；否则请明确决定保留。",
    },
  },
  "not-ordered": {
    message: { en: "No delivery was ever ordered.", zh: "从未安排过投递。" },
  },
} as const satisfies Record<string, Explanation>;

/** A reason of a run or of a row in both languages, its places filled with `values`. */
export function runReason(code: keyof typeof RUN_REASONS, values: TextValues = {}): RunReason {
  return { code, ...explain(RUN_REASONS[code], values) };
}
