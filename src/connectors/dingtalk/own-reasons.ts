import { type ExplainedText, type Explanation, explain, type TextValues } from "../../platform/bilingual.js";

const BASE_URLS_AND_PROXY = {
  en: "Check the base URLs and the proxy of the connection.",
  zh: "请检查连接中的接口地址和代理设置。",
};
const IF_IT_STAYS = {
  en: "If this stays, check the base URLs and the proxy of the connection.",
  zh: "如果持续出现，请检查连接中的接口地址和代理设置。",
};
const UNREACHABLE = { en: "DingTalk could not be reached: {detail}", zh: "无法连接钉钉：{detail}" };
const CANNOT_CONNECT = {
  message: UNREACHABLE,
  remedy: {
    en: "Check the base URLs, the proxy and that the gateway may open connections to DingTalk.",
    zh: "请检查接口地址和代理设置，并确认网关所在网络可以访问钉钉。",
  },
};

/** What the connector says by itself, where no code of DingTalk does: the code is ours. */
export const OWN_REASONS = {
  garbled: {
    message: { en: "DingTalk's answer could not be read.", zh: "无法解析钉钉的应答。" },
    remedy: IF_IT_STAYS,
  },
  "too-many-calls": { message: { en: "Too many calls.", zh: "调用过于频繁。" } },
  "server-trouble": {
    message: { en: "DingTalk answered with HTTP status {status}.", zh: "钉钉返回了 HTTP 状态码 {status}。" },
  },
  "not-dingtalk": {
    message: {
      en: "Something in front of DingTalk answered with HTTP status {status}.",
      zh: "应答并非来自钉钉：途中的设备返回了 HTTP 状态码 {status}。",
    },
    remedy: BASE_URLS_AND_PROXY,
  },
  unlisted: {
    message: {
      en: "DingTalk refused the call with the unlisted code {code}: {text}",
      zh: "钉钉拒绝了调用，错误码 {code} 不在已知列表中：{text}",
    },
    remedy: {
      en: "If it stays, look the code up in DingTalk's error code page or ask its support with the request id.",
      zh: "如果持续出现，请在钉钉开放平台的全局错误码页面查询，或携带请求 ID 联系钉钉技术支持。",
    },
  },
  "unresolved-host": CANNOT_CONNECT,
  "private-address": CANNOT_CONNECT,
  "refused-connection": CANNOT_CONNECT,
  tls: {
    message: UNREACHABLE,
    remedy: {
      en: "Check the certificate of the base URL or of the proxy.",
      zh: "请检查接口地址或代理的证书。",
    },
  },
  "too-large": { message: UNREACHABLE },
  timeout: { message: UNREACHABLE },
  reset: { message: UNREACHABLE },
  aborted: { message: UNREACHABLE },
  "given-up": {
    message: { en: "The call was given up before it was sent.", zh: "调用在发出之前已取消。" },
  },
  "keeping-silent": {
    message: {
      en: "DingTalk asked for a pause in all calls of this connection; this one was not sent.",
      zh: "钉钉要求该连接暂停所有调用，本次调用未发出。",
    },
  },
  "unexpected-answer": {
    message: {
      en: "DingTalk's answer lacks what is documented: {detail}",
      zh: "钉钉的应答缺少文档中约定的内容：{detail}",
    },
    remedy: {
      en: "If this stays, check that the app may read this field, and the base URLs of the connection.",
      zh: "如果持续出现，请确认应用有读取该字段的权限，并检查连接中的接口地址。",
    },
  },
  "bad-department-id": {
    message: {
      en: '"{id}" is not a department id of DingTalk.',
      zh: "“{id}”不是钉钉的部门 ID。",
    },
    remedy: {
      en: "Check the department id written back (ddtalkId) and the root department of the connection.",
      zh: "请检查回写的部门 ID（ddtalkId）以及连接的根部门。",
    },
  },
  "bad-role-id": {
    message: { en: '"{id}" is not a role id of DingTalk.', zh: "“{id}”不是钉钉的角色 ID。" },
  },
  "built-in-role-group": {
    message: {
      en: 'The role group "{name}" is DingTalk\'s own: no app may make roles in it.',
      zh: "角色组“{name}”由钉钉内置，应用不能在其中创建角色。",
    },
    remedy: {
      en: "Name another role group in policy.groupsAsRoles.roleGroup.",
      zh: "请在 policy.groupsAsRoles.roleGroup 中填写其他角色组名称。",
    },
  },
  "role-held": {
    message: {
      en: "The role is still held by people to whom the gateway did not give it: {people}",
      zh: "该角色仍由并非网关授予的人员持有：{people}",
    },
    remedy: {
      en: "Take the role from these people in DingTalk's console, then retry the removal.",
      zh: "请在钉钉管理后台移除这些人员的该角色，然后重试删除。",
    },
  },
  "no-department": {
    message: {
      en: "A DingTalk member belongs to at least one department, and none is left.",
      zh: "钉钉成员至少要属于一个部门，而该人员已没有部门。",
    },
    remedy: {
      en: "Add the person to a department, or remove them.",
      zh: "请将该人员加入某个部门，或删除该人员。",
    },
  },
  "invalid-mobile": {
    message: {
      en: "The mobile number has no form that DingTalk takes.",
      zh: "手机号的格式不符合钉钉的要求。",
    },
    remedy: {
      en: "Write it as 11 digits (mainland) or with its country, e.g. +852 9123 4567.",
      zh: "请填写 11 位手机号（中国内地），或带国家（地区）代码的号码，例如 +852 9123 4567。",
    },
  },
  "invalid-order": {
    message: {
      en: "A place in the list of a department is not a whole number of up to 19 digits.",
      zh: "部门内的排序值不是 19 位以内的整数。",
    },
  },
  "login-id-missing": {
    message: {
      en: "An enterprise account that signs in at DingTalk needs a login name, and the user has none.",
      zh: "在钉钉登录的企业账号需要登录名，而该用户没有。",
    },
    remedy: {
      en: "Give the user the attribute that policy.accounts.loginId names.",
      zh: "请为该用户补充 policy.accounts.loginId 所指定的属性。",
    },
  },
  "default-password-missing": {
    message: {
      en: "New enterprise accounts get the connection's default password, and it has none.",
      zh: "新的企业账号使用连接的默认初始密码，而连接未设置该密码。",
    },
    remedy: {
      en: "Set config.defaultPassword, or policy.accounts.firstPassword.from to generated.",
      zh: "请设置 config.defaultPassword，或将 policy.accounts.firstPassword.from 设为 generated。",
    },
  },
} as const satisfies Record<string, Explanation>;

/** A reason of our own in both languages, its places filled. */
export function ownReason(reason: keyof typeof OWN_REASONS, values: TextValues = {}): ExplainedText {
  return explain(OWN_REASONS[reason], values);
}
