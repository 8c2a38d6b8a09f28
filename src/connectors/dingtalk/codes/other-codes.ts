import { type CodeEntry, codeRange } from "./code-entry.js";

/** Of calls that this product does not make; listed so that nothing documented counts as unknown. */
export const OTHER_CODES: readonly CodeEntry[] = [
  {
    codes: ["40078", "40102", "42003", "40029"],
    kind: "rejected",
    message: {
      en: "The sign-in code is unknown, used or expired.",
      zh: "登录授权码不存在、已使用或已过期。",
    },
    remedy: { en: "Start the sign-in again.", zh: "请重新发起登录。" },
  },
  {
    codes: ["60012"],
    kind: "rejected",
    message: { en: "A built-in app can not be deleted.", zh: "钉钉内置应用不能删除。" },
  },
  {
    codes: [...codeRange(71006, 71013), "400040", "400041"],
    kind: "rejected",
    message: { en: "The event subscription could not be changed.", zh: "未能修改事件订阅。" },
    remedy: {
      en: "Check the event subscription of the app in DingTalk's developer console.",
      zh: "请在钉钉开放平台的应用详情“事件订阅”中检查配置。",
    },
  },
  {
    codes: codeRange(900001, 900010),
    kind: "rejected",
    message: { en: "An event could not be deciphered.", zh: "事件消息无法解密。" },
    remedy: {
      en: "Compare token and key of the event subscription with those of the connection.",
      zh: "请核对事件订阅中的 Token 和 aes_key 是否与连接中的配置一致。",
    },
  },
];
