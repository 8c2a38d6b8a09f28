import type { CodeEntry } from "./code-entry.js";

const NOT_A_MEMBER = ["33012", "40003", "60111", "60121", "46004", "user.not.exist"];

/** What DingTalk says about people, their values and their accounts. */
export const PEOPLE_CODES: readonly CodeEntry[] = [
  {
    codes: NOT_A_MEMBER,
    subject: "user",
    kind: "not-found",
    message: {
      en: "The person is not a member of the company at DingTalk.",
      zh: "该人员不是企业在钉钉中的成员。",
    },
  },
  {
    codes: NOT_A_MEMBER,
    kind: "dependency-missing",
    message: {
      en: "A person named in the call is not a member of the company at DingTalk.",
      zh: "请求中引用的人员不是企业在钉钉中的成员。",
    },
  },
  {
    codes: ["60102"],
    kind: "conflict",
    field: "remoteId",
    message: { en: "Somebody has this DingTalk user id already.", zh: "该 UserID 在企业中已被占用。" },
    remedy: {
      en: "Link the person with the existing DingTalk account, or give them another user id.",
      zh: "请将该人员与已有的钉钉账号关联，或为其更换 UserID。",
    },
  },
  {
    codes: ["60103", "40104"],
    kind: "rejected",
    field: "mobile",
    message: { en: "DingTalk does not accept the mobile number.", zh: "钉钉不接受该手机号。" },
    remedy: {
      en: "Write it as 11 digits (mainland) or +<country>-<number>. A company registered outside the mainland needs +86- in front of mainland numbers.",
      zh: "请使用 11 位手机号（中国内地），或“+国家代码-号码”的格式。注册地不在中国内地的企业，内地手机号前需加“+86-”。",
    },
  },
  {
    codes: ["60104", "60107"],
    kind: "conflict",
    field: "mobile",
    message: {
      en: "A member of the company has this mobile number already.",
      zh: "企业中已有成员使用该手机号。",
    },
    remedy: {
      en: "Link the person with that member, or correct the number.",
      zh: "请将该人员与已有成员关联，或更正手机号。",
    },
  },
  {
    codes: ["40022", "41054", "40021"],
    kind: "rejected",
    field: "mobile",
    message: {
      en: "DingTalk does not let an app change a member's mobile number.",
      zh: "钉钉不允许应用修改成员的手机号。",
    },
    remedy: {
      en: "The member changes the number in DingTalk, or an administrator removes and adds the person.",
      zh: "请由成员本人在钉钉中更换手机号，或由管理员删除后重新添加该成员。",
    },
  },
  {
    codes: ["40103"],
    kind: "awaiting",
    field: "mobile",
    message: {
      en: "DingTalk sent the person an invitation; they become a member when they accept it.",
      zh: "钉钉已向该人员发送邀请，对方同意后即加入企业。",
    },
    remedy: {
      en: "Ask the person to accept the invitation in DingTalk.",
      zh: "请提醒对方在钉钉中同意加入企业的邀请。",
    },
  },
  {
    codes: ["60105"],
    kind: "rejected",
    field: "email",
    message: { en: "DingTalk does not accept the e-mail address.", zh: "钉钉不接受该邮箱地址。" },
    remedy: {
      en: "Correct the e-mail address in the identity system.",
      zh: "请在身份系统中更正邮箱地址。",
    },
  },
  {
    codes: ["60106", "40101"],
    kind: "rejected",
    field: "email",
    message: {
      en: "Another member of the company has this e-mail address.",
      zh: "企业中已有其他成员使用该邮箱。",
    },
    remedy: { en: "Give one of the two another address.", zh: "请为其中一人更换邮箱地址。" },
  },
  {
    codes: ["40100"],
    kind: "rejected",
    field: "telephone",
    message: {
      en: "Another member of the company has this extension number.",
      zh: "企业中已有其他成员使用该分机号。",
    },
    remedy: {
      en: "DingTalk wants extension numbers to be unique: do not map a shared switchboard number to it.",
      zh: "钉钉要求分机号在企业内唯一：请不要将公用总机号码映射到分机号。",
    },
  },
  {
    codes: ["40063"],
    kind: "rejected",
    field: "telephone",
    message: {
      en: "The extension number is too long (50).",
      zh: "分机号过长（最多 50 个字符）。",
    },
  },
  {
    codes: ["40064"],
    kind: "rejected",
    field: "workPlace",
    message: { en: "DingTalk does not accept the work place.", zh: "钉钉不接受该办公地点。" },
  },
  {
    codes: ["40065"],
    kind: "rejected",
    field: "remark",
    message: { en: "DingTalk does not accept the remark.", zh: "钉钉不接受该备注。" },
  },
  {
    codes: ["60112"],
    kind: "rejected",
    field: "name",
    message: { en: "DingTalk does not accept the person's name.", zh: "钉钉不接受该姓名。" },
  },
  {
    codes: ["60119"],
    kind: "rejected",
    field: "title",
    message: { en: "DingTalk does not accept the position.", zh: "钉钉不接受该职位。" },
  },
  {
    codes: ["60122"],
    kind: "rejected",
    field: "extension",
    message: { en: "DingTalk does not accept the custom fields.", zh: "钉钉不接受扩展属性。" },
    remedy: {
      en: "Custom fields must exist in DingTalk's admin console, under the same names.",
      zh: "请确认钉钉管理后台的通讯录字段中已有同名的自定义字段。",
    },
  },
  {
    codes: ["60123"],
    kind: "rejected",
    field: "jobNumber",
    message: { en: "DingTalk does not accept the job number.", zh: "钉钉不接受该工号。" },
  },
  {
    codes: ["60114"],
    kind: "rejected",
    field: "gender",
    message: { en: "DingTalk does not accept the gender.", zh: "钉钉不接受该性别。" },
  },
  {
    codes: ["60113", "60118"],
    kind: "rejected",
    field: "mobile",
    message: {
      en: "The person has neither mobile number nor e-mail address.",
      zh: "该人员既没有手机号，也没有邮箱。",
    },
    remedy: {
      en: "Add the mobile number in the identity system.",
      zh: "请在身份系统中补充手机号。",
    },
  },
  {
    codes: ["60120"],
    kind: "rejected",
    message: { en: "The person's account is disabled at DingTalk.", zh: "该成员的账号在钉钉中已被停用。" },
    remedy: {
      en: "Enable the account in DingTalk's admin console.",
      zh: "请在钉钉管理后台启用该账号。",
    },
  },
  {
    codes: ["60128", "60068"],
    kind: "dependency-missing",
    field: "managerRemoteId",
    message: {
      en: "The manager is not a member of the company at DingTalk yet.",
      zh: "直属主管尚未成为企业在钉钉中的成员。",
    },
  },
  {
    codes: ["40031"],
    subject: "department",
    kind: "dependency-missing",
    field: "managerRemoteIds",
    message: {
      en: "Somebody who is to lead the department is no direct member of it at DingTalk.",
      zh: "要设为部门主管的人员在钉钉中不是该部门的直属成员。",
    },
    remedy: {
      en: "Put the person back into the department in DingTalk, or take them off the group's managers.",
      zh: "请在钉钉中将该人员重新加入该部门，或从该组的主管中移除。",
    },
  },
  {
    codes: ["40031", "40032", "40093", "60067"],
    kind: "rejected",
    message: {
      en: "DingTalk does not accept a list of people or the owner of a group.",
      zh: "钉钉不接受人员列表或群主设置。",
    },
    remedy: {
      en: "Managers and owners must be direct members of the department.",
      zh: "部门主管和群主必须是该部门的直属成员。",
    },
  },
  {
    codes: ["40066", "40025"],
    kind: "rejected",
    field: "departmentRemoteIds",
    message: {
      en: "DingTalk does not accept the list of departments: one of them is none of this company.",
      zh: "钉钉不接受部门列表：其中有部门不属于该企业。",
    },
    remedy: {
      en: "Look at the ddtalkId of the person's groups: each must be a department of this company, at or below the connection's root department. Where a group has none, its own delivery has not ended, or the dictionary field ddtalkId is switched off.",
      zh: "请查看该人员所在组的 ddtalkId：必须是本企业中连接根部门或其下级部门的 ID。如果组没有 ddtalkId，说明该组尚未同步完成，或字典字段 ddtalkId 已停用。",
    },
  },
  {
    codes: ["40019", "40020", "40024", "45024"],
    kind: "rejected",
    concerns: "head-count",
    message: {
      en: "The company has reached the number of people it may have or add.",
      zh: "企业人数或可新增人数已达上限。",
    },
    remedy: {
      en: "Ask DingTalk for a higher limit. People who are to be added wait; one of them is tried from time to time, or at once when you retry it.",
      zh: "请联系钉钉提升人数上限。待新增的人员会等待，系统会定期尝试其中一人；也可以手动重试，立即生效。",
    },
  },
  {
    codes: ["12150"],
    kind: "rejected",
    field: "title",
    message: {
      en: "DingTalk's HR module owns positions and departments of this company.",
      zh: "该企业的职位和部门由钉钉智能人事管理。",
    },
    remedy: {
      en: "Switch off HR position management, or leave title and departments out of the mapping.",
      zh: "请在智能人事中关闭职位管理，或在字段映射中去掉职位和部门。",
    },
  },
  {
    codes: ["exclusive.account.only"],
    kind: "rejected",
    message: {
      en: "Only enterprise accounts can be enabled and disabled.",
      zh: "只有专属账号才能启用或停用。",
    },
  },
];
