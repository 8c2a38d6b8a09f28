import type { DeliveryReason } from "../outbox/delivery.js";
import { type BilingualText, type Explanation, explain, type TextValues } from "../platform/bilingual.js";
import { ADOPTION_REASONS } from "./adoption/adoption-reasons.js";
import { ROLE_REASONS } from "./roles/role-reasons.js";
import { TROUBLE_REASONS } from "./trouble/trouble-reasons.js";
import { CONFLICT_REASONS } from "./write/conflict-reasons.js";

/**
 * Why the engine itself leaves, parks or delays a delivery, by code. What a vendor says is explained by its connector.
 * Places such as `{name}` are filled by whoever gives the reason.
 */
export const REASONS = {
  // A rule leaves the resource out
  inactive: {
    message: {
      en: "The user is inactive in SCIM and has no account here.",
      zh: "用户在 SCIM 中未启用，且在此处没有账号。",
    },
  },
  "outside-scope": {
    message: {
      en: "{what} outside the connection's root group.",
      zh: "{what}不在该连接的根组范围内。",
    },
  },
  "left-scope": {
    message: {
      en: "The user left the connection's root group; the person is kept as last sent.",
      zh: "用户已离开该连接的根组；钉钉中的人员保持最后一次同步的内容。",
    },
  },
  excluded: {
    message: {
      en: "A rule of the connection's scope (include, exclude) leaves the user out.",
      zh: "连接范围的规则（include、exclude）排除了该用户。",
    },
  },
  "root-group": {
    message: {
      en: "This group is the connection's root: it stands for the vendor's root department.",
      zh: "该组是连接的根组，对应对方的根部门。",
    },
  },
  "not-a-department": {
    message: {
      en: 'The group\'s kind is "group": it is not shown as a department.',
      zh: "该组的类型是“group”，不作为部门同步。",
    },
  },
  "deactivation-grace": {
    message: {
      en: 'No longer wanted in SCIM; the policy of the connection ("{action}") is applied on {until} unless that changes.',
      zh: "SCIM 中已不再需要；如无变化，将于 {until} 按连接策略（“{action}”）处理。",
    },
  },
  "disable-not-possible": {
    message: {
      en: "The person is inactive, but the account cannot be disabled: it is an ordinary member's own. ({detail})",
      zh: "该用户已停用，但其账号无法禁用：这是普通成员自己的账号。（{detail}）",
    },
    remedy: {
      en: "Only accounts of the company can be disabled. Choose another action in policy.deactivation, or remove the member in DingTalk.",
      zh: "只有专属账号可以禁用。请在 policy.deactivation 中选择其他处理方式，或在钉钉中移除该成员。",
    },
  },

  // Held by deletion protection
  "deletion-protection": {
    message: {
      en: '[This change would take the last people out of "{emptied}". ]Deletion protection: {lost} {span}; at most {allowed} may be[, {share}].',
      zh: "[此变更会使“{emptied}”不再有任何成员。]删除保护：{span}{lost}，上限为 {allowed}[（{share}）]。",
    },
    remedy: {
      en: "If this is meant, release the removal; otherwise discard it, which restores what was removed in SCIM. Both can be done for all held removals of the connection together.",
      zh: "如确属预期，请放行该删除；否则请丢弃，在 SCIM 中被删除的内容会恢复。两者都可对该连接的全部拦截项一并操作。",
    },
  },
  "run-protection": {
    message: {
      en: "Deletion protection: this run would remove {planned} {what}; {counted} were removed within {hours} hours, at most {allowed} may be. None of them is removed.",
      zh: "删除保护：本次运行将删除 {planned} 个{what}；{hours} 小时内已删除 {counted} 个，上限为 {allowed}。全部未删除。",
    },
    remedy: {
      en: "If this is meant, release the removals; otherwise discard them.",
      zh: "如确属预期，请放行这些删除；否则请丢弃。",
    },
  },
  protected: {
    message: {
      en: '"{name}" is never removed: policy.deletionProtection.{list} names "{entry}".',
      zh: "“{name}”不会被删除：policy.deletionProtection.{list} 中列有“{entry}”。",
    },
    remedy: {
      en: "Discard the removal, or take the entry out of the list.",
      zh: "请丢弃该删除，或将该条目移出列表。",
    },
  },
  kept: {
    message: {
      en: "An administrator discarded the removal: it stays as it was last sent until it is wanted again.",
      zh: "管理员已丢弃该删除：保持最后一次同步的内容，直到再次需要。",
    },
  },

  // Needs data
  "mobile-missing": {
    field: "mobile",
    message: {
      en: "Mobile missing: DingTalk creates nobody without a mobile number.",
      zh: "缺少手机号：没有手机号，钉钉无法新增成员。",
    },
    remedy: {
      en: 'Give the user a phone number of type "mobile" in the identity provider; delivery goes on by itself.',
      zh: "请在身份源中为该用户填写类型为“mobile”的手机号，之后会自动继续同步。",
    },
  },
  "mobile-not-mapped": {
    field: "mobile",
    message: {
      en: "DingTalk creates nobody without a mobile number, and the connection's mapping leaves it out.",
      zh: "没有手机号，钉钉无法新增成员，而该连接的映射未包含手机号。",
    },
    remedy: {
      en: "Map the mobile number, or set the user's ddAccountId to an account that exists.",
      zh: "请映射手机号，或将用户的 ddAccountId 设为已存在的账号。",
    },
  },
  "mobile-change-approval": {
    field: "mobile",
    message: {
      en: "The mobile number changed, and DingTalk lets nobody but the member change it. Removing the account and creating it anew waits for an approval; everything else was sent.",
      zh: "手机号已变更，而钉钉只允许成员本人修改手机号。删除账号并重新创建需要审批；其他内容已同步。",
    },
    remedy: {
      en: "Approve the delivery to have the account removed and created anew (its attendance group and HR record end), or let the member change the number in DingTalk and set the old one in the identity provider until then.",
      zh: "审批通过后将删除账号并重新创建（考勤组和人事记录将终止）；也可由成员本人在钉钉中修改手机号，在此之前请在身份源中保留原手机号。",
    },
  },
  "too-long": {
    message: {
      en: "The {field} has {length} characters; the vendor takes at most {most}.",
      zh: "{field} 有 {length} 个字符，对方最多接受 {most} 个。",
    },
    remedy: {
      en: "Shorten the value in the identity provider, or map the field from another attribute.",
      zh: "请在身份源中缩短该值，或改用其他属性映射该字段。",
    },
  },
  malformed: {
    message: {
      en: "The {field} has no form that the vendor takes.",
      zh: "{field} 的格式不符合对方的要求。",
    },
    remedy: {
      en: "Correct the value in the identity provider, or map the field from another attribute.",
      zh: "请在身份源中更正该值，或改用其他属性映射该字段。",
    },
  },
  "too-many-departments": {
    field: "departmentRemoteIds",
    message: {
      en: "The person is in {count} departments; the vendor takes at most {most}.",
      zh: "该人员属于 {count} 个部门，对方最多接受 {most} 个。",
    },
    remedy: { en: "Take the person out of some groups.", zh: "请将该人员移出部分组。" },
  },
  "name-missing": {
    field: "displayName",
    message: { en: "The group has no name.", zh: "该组没有名称。" },
    remedy: {
      en: "Give the group a name in the identity provider; delivery goes on by itself.",
      zh: "请在身份源中为该组填写名称，之后会自动继续同步。",
    },
  },

  // Waits for something
  "department-missing": {
    message: {
      en: "In no department yet; waiting a moment for the membership.",
      zh: "尚未加入任何部门，正在等待成员关系到达。",
    },
  },
  "parent-unknown": {
    message: {
      en: 'The parent "{parent}" is not known yet; waiting a moment for it.',
      zh: "上级部门“{parent}”尚未到达，正在等待。",
    },
  },
  "waiting-for-reference": {
    message: { en: "Waits for {role}: {named}.", zh: "正在等待{role}：{named}。" },
  },
  "department-first": {
    message: {
      en: "The department above, or the one the person is in, is delivered first.",
      zh: "先同步上级部门或所属部门。",
    },
  },
  "kind-changed": {
    message: {
      en: "The group's kind changed: what it was at the vendor was let go, what it is now is made next.",
      zh: "该组的类型已变更：对方原有的对象已处理，接下来按新类型创建。",
    },
  },
  vanished: {
    message: {
      en: "The remote object {remoteId} does not exist any more. It is created anew.",
      zh: "对方的对象 {remoteId} 已不存在，将重新创建。",
    },
  },

  // Somebody else has it
  ...CONFLICT_REASONS,
  ...ROLE_REASONS,
  "lease-lost": {
    message: {
      en: "The worker was held up for so long that another one was given the delivery; nothing more was written.",
      zh: "处理进程停顿过久，该投递已交由其他进程处理，本次未再写入。",
    },
  },
  "former-in-work": {
    message: {
      en: "The person was deleted before, and that account is being removed at this moment; looked at again in a second.",
      zh: "该人员此前被删除，其原账号正在移除，稍后再次处理。",
    },
  },
  "holder-first": {
    message: {
      en: "{refusal} Waits for that resource's own delivery.",
      zh: "{refusal}正在等待该资源自身的投递。",
    },
  },

  // A list of departments that the vendor refuses
  "department-field-off": {
    field: "departmentRemoteIds",
    message: {
      en: 'The vendor does not accept the list of departments. The dictionary field "{field}" for departments is missing or switched off, so that their ids are not seen.',
      zh: "对方不接受部门列表。部门的字典字段“{field}”不存在或未启用，因此无法识别部门 ID。",
    },
    remedy: {
      en: 'Enable the field "{field}" of the category "group" in the dictionary, then retry.',
      zh: "请在数据字典中启用部门类别的字段“{field}”，然后重试。",
    },
  },
  "departments-out-of-reach": {
    field: "departmentRemoteIds",
    message: {
      en: "The vendor does not accept the list of departments. People cannot be placed in: {list}.",
      zh: "对方不接受部门列表。无法将人员放入以下部门：{list}。",
    },
    remedy: {
      en: "Check at the vendor whether the department was deleted or moved out of the root department {root}, whether the app may see it, and the id written back (ddtalkId); then retry.",
      zh: "请在钉钉管理后台检查该部门是否已被删除或移出根部门 {root}，应用的通讯录权限范围是否包含该部门，以及回写的部门 ID（ddtalkId）是否正确，然后重试。",
    },
  },

  // Waits for a decision about a link
  ...ADOPTION_REASONS,

  // The whole connection
  ...TROUBLE_REASONS,
} as const satisfies Record<string, Explanation & { field?: string }>;

/** A code under which the engine explains itself. */
export type ReasonCode = keyof typeof REASONS;

/** A reason of the engine's own in both languages, its places filled with `values`. */
export function reasonFor(code: ReasonCode, values: TextValues = {}): DeliveryReason {
  const reason: Explanation & { field?: string } = REASONS[code];
  return {
    code,
    ...explain(reason, values),
    ...(reason.field === undefined ? {} : { field: reason.field }),
  };
}

/** The same text in both languages of a reason that was given before, to stand within another. */
export function messageOf(reason: DeliveryReason): BilingualText {
  return { en: reason.message, zh: reason.zh?.message ?? reason.message };
}
