import type { Explanation } from "../../platform/bilingual.js";

/** Why what exists at the vendor already is in the way, by code. Part of the engine's reasons. */
export const CONFLICT_REASONS = {
  "account-unknown": {
    field: "ddAccountId",
    message: {
      en: 'The vendor has no account "{account}", and without a mobile number none can be created.',
      zh: "对方没有账号“{account}”；没有手机号也无法新建账号。",
    },
    remedy: {
      en: "Correct ddAccountId, or give the user a mobile number.",
      zh: "请更正 ddAccountId，或为该用户填写手机号。",
    },
  },
  "mobile-held": {
    field: "mobile",
    message: {
      en: 'The mobile number[ of "{person}"] belongs to the account "{account}" ({name}), and what else is known of the two does not agree.',
      zh: "[“{person}”的]手机号属于账号“{account}”（{name}），但其他信息不足以确认是同一个人。",
    },
    remedy: {
      en: 'If it is the same person, set the user\'s ddAccountId to "{account}"; otherwise correct the mobile number.',
      zh: "如果是同一个人，请将该用户的 ddAccountId 设为“{account}”；否则请更正手机号。",
    },
  },
  "account-linked-elsewhere": {
    field: "ddAccountId",
    message: {
      en: 'The vendor\'s account "{account}" is linked to another SCIM user already.',
      zh: "对方的账号“{account}”已关联到另一个 SCIM 用户。",
    },
    remedy: {
      en: "One person has two SCIM users, or a mobile number or ddAccountId is wrong: correct one of the two.",
      zh: "可能是同一个人有两个 SCIM 用户，或者手机号、ddAccountId 有误：请更正其中一个。",
    },
  },
  "department-linked-elsewhere": {
    field: "displayName",
    message: {
      en: "The vendor's department {department} is linked to another SCIM group already.",
      zh: "对方的部门 {department} 已关联到另一个 SCIM 组。",
    },
    remedy: {
      en: "Rename one of the two groups, or remove the wrong ddtalkId.",
      zh: "请修改其中一个组的名称，或清除错误的 ddtalkId。",
    },
  },
  "department-held": {
    field: "displayName",
    message: {
      en: 'Below the same parent there is a department "{name}" ({department}), and the connection takes no department for the same by its name.',
      zh: "同一上级部门下已有部门“{name}”（{department}），而该连接不按名称关联部门。",
    },
    remedy: {
      en: 'If they are the same one, set the group\'s ddtalkId to "{department}"; otherwise rename one of the two.',
      zh: "如果是同一个部门，请将该组的 ddtalkId 设为“{department}”；否则请修改其中一个部门的名称。",
    },
  },
  "linked-just-now": {
    message: {
      en: 'Another resource is just being linked to "{remoteId}"; looked at again in a moment.',
      zh: "另一个资源正在关联到“{remoteId}”，稍后再次处理。",
    },
  },
  "child-in-work": {
    message: {
      en: "Another department is just being put below this one, which is to go; looked at again in a second.",
      zh: "正有另一个部门被放到该待删除部门之下，稍后再次处理。",
    },
  },
  "parent-in-removal": {
    message: {
      en: "The department above is just being removed; looked at again in a second.",
      zh: "上级部门正在被删除，稍后再次处理。",
    },
  },
  "name-taken": {
    field: "displayName",
    message: {
      en: 'Below the same parent there is a department "{name}" ({department}) that belongs to "{owner}".',
      zh: "同一上级部门下已有部门“{name}”（{department}），属于“{owner}”。",
    },
    remedy: {
      en: 'Rename one of the two departments. If they are the same one, set the group\'s ddtalkId to "{department}".',
      zh: "请修改其中一个部门的名称。如果是同一个部门，请将该组的 ddtalkId 设为“{department}”。",
    },
  },
} as const satisfies Record<string, Explanation & { field?: string }>;
