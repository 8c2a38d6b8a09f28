import type { CodeEntry } from "./code-entry.js";

/** What DingTalk says about departments and the tree. */
export const DEPARTMENT_CODES: readonly CodeEntry[] = [
  {
    codes: ["60003", "40009"],
    subject: "department",
    kind: "not-found",
    message: { en: "The department does not exist at DingTalk.", zh: "该部门在钉钉中不存在。" },
  },
  {
    codes: ["60003", "40009"],
    kind: "dependency-missing",
    field: "departmentRemoteIds",
    message: {
      en: "A department of the person does not exist at DingTalk.",
      zh: "该成员所属的部门在钉钉中不存在。",
    },
  },
  {
    codes: ["60004", "40010"],
    kind: "dependency-missing",
    field: "parentRemoteId",
    message: { en: "The parent department does not exist at DingTalk.", zh: "上级部门在钉钉中不存在。" },
  },
  {
    codes: ["60008", "60021"],
    kind: "conflict",
    field: "name",
    message: {
      en: "The parent department has a department of this name already.",
      zh: "上级部门下已有同名部门。",
    },
    remedy: {
      en: "Rename one of the two, or link the existing department.",
      zh: "请修改其中一个部门的名称，或关联已有部门。",
    },
  },
  {
    codes: ["60001", "60009", "60022"],
    kind: "rejected",
    field: "name",
    message: { en: "DingTalk does not accept the department's name.", zh: "钉钉不接受该部门名称。" },
    remedy: {
      en: "Use 1 to 64 characters without - and commas, and no sensitive words.",
      zh: "部门名称应为 1 到 64 个字符，不能包含“-”和逗号，也不能包含敏感词。",
    },
  },
  {
    codes: ["40011"],
    kind: "rejected",
    field: "order",
    message: { en: "DingTalk does not accept the position.", zh: "钉钉不接受该部门的排序值。" },
  },
  {
    codes: ["60002"],
    kind: "rejected",
    field: "parentRemoteId",
    message: {
      en: "The department tree would become deeper than DingTalk allows.",
      zh: "部门层级超过了钉钉允许的最大深度。",
    },
    remedy: { en: "Move the department further up in the tree.", zh: "请将该部门移到更高的层级。" },
  },
  {
    codes: ["60110"],
    kind: "rejected",
    message: {
      en: "The company has as many departments as DingTalk allows.",
      zh: "企业的部门数量已达钉钉上限。",
    },
    remedy: {
      en: "Remove departments that are not needed, or ask DingTalk for a higher limit.",
      zh: "请删除不再需要的部门，或联系钉钉提升上限。",
    },
  },
  {
    codes: ["40023"],
    kind: "rejected",
    field: "departmentRemoteIds",
    message: {
      en: "The department has as many members as DingTalk allows.",
      zh: "该部门的成员数量已达钉钉上限。",
    },
    remedy: {
      en: "Divide the department, or place some of its people in another one.",
      zh: "请拆分该部门，或将部分成员调整到其他部门。",
    },
  },
  {
    // People of ours may be on their way out; those whom somebody put there by hand stay, and then a person decides.
    codes: ["60005"],
    kind: "dependency-missing",
    message: { en: "The department still has members at DingTalk.", zh: "该部门在钉钉中仍有成员。" },
    remedy: {
      en: "Move these people to another department in DingTalk, then retry the removal.",
      zh: "请在钉钉管理后台将这些成员移到其他部门，然后重试删除。",
    },
  },
  {
    codes: ["60006"],
    kind: "dependency-missing",
    message: { en: "The department still has departments below it.", zh: "该部门下仍有子部门。" },
    remedy: {
      en: "Move or delete the departments below it in DingTalk, then retry the removal.",
      zh: "请在钉钉管理后台移动或删除其子部门，然后重试删除。",
    },
  },
  {
    codes: ["60007", "60018"],
    kind: "rejected",
    message: {
      en: "DingTalk's root department can be neither changed nor deleted.",
      zh: "钉钉的根部门不能修改，也不能删除。",
    },
    remedy: {
      en: "Do not link a group with the root department.",
      zh: "请不要将组与钉钉根部门关联。",
    },
  },
  {
    // The tree in SCIM has no circle: a department on the way up is still below this one, until its own move is delivered.
    codes: ["60010"],
    kind: "dependency-missing",
    giveUpAfter: 16,
    field: "parentRemoteId",
    message: { en: "The department would come below itself.", zh: "该部门会成为自己的下级部门。" },
    remedy: {
      en: "Check at DingTalk whether somebody moved the new parent below this department.",
      zh: "请检查是否有人在钉钉中将新的上级部门移到了该部门之下。",
    },
  },
  {
    codes: ["60109", "600109", "60510"],
    kind: "rejected",
    message: {
      en: "DingTalk does not accept the list of who may see the department.",
      zh: "钉钉不接受该部门的可见范围列表。",
    },
  },
];
