import type { CodeEntry } from "./code-entry.js";

/** What DingTalk says about roles, role groups and who holds a role (the pages of the role calls). */
export const ROLE_CODES: readonly CodeEntry[] = [
  {
    codes: ["33011"],
    subject: "role",
    kind: "not-found",
    message: { en: "The role does not exist at DingTalk.", zh: "该角色在钉钉中不存在。" },
  },
  {
    codes: ["33011"],
    kind: "dependency-missing",
    field: "roleRemoteIds",
    message: {
      en: "A role of the person does not exist at DingTalk.",
      zh: "要授予该成员的角色在钉钉中不存在。",
    },
  },
  {
    codes: ["34020"],
    kind: "dependency-missing",
    field: "roleGroup",
    message: {
      en: "The role group does not exist at DingTalk, or is one of its own.",
      zh: "该角色组在钉钉中不存在，或为钉钉内置的角色组。",
    },
    remedy: {
      en: "Name another role group in policy.groupsAsRoles.roleGroup if this stays.",
      zh: "如果持续出现，请在 policy.groupsAsRoles.roleGroup 中填写其他角色组名称。",
    },
  },
  {
    codes: ["34021"],
    kind: "conflict",
    field: "name",
    message: { en: "DingTalk has a role of this name already.", zh: "钉钉中已存在同名角色。" },
    remedy: {
      en: "Rename the group, or the role that DingTalk has.",
      zh: "请修改该组的名称，或修改钉钉中已有角色的名称。",
    },
  },
  {
    codes: ["34018"],
    kind: "rejected",
    field: "name",
    message: { en: "DingTalk does not accept the name of the role.", zh: "钉钉不接受该角色名称。" },
  },
  {
    codes: ["23004"],
    kind: "rejected",
    message: {
      en: "The role is one of DingTalk's own, which an app can neither change nor give to anybody.",
      zh: "该角色由钉钉内置，应用不能修改，也不能授予成员。",
    },
  },
];
