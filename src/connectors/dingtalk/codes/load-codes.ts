import { type CodeEntry, codeRange } from "./code-entry.js";

const BUSY = { en: "DingTalk says it is busy.", zh: "钉钉返回系统繁忙。" };

/** Busy and throttled: the same call succeeds later. */
export const LOAD_CODES: readonly CodeEntry[] = [
  {
    codes: ["-1"],
    kind: "transient",
    // The official advice is at most three repetitions; on a create the same code also hides the add quota.
    giveUpAfter: 4,
    message: BUSY,
    remedy: {
      en: "If this stays when people are created, the company has probably used up how many it may add for now: wait, or ask DingTalk for a higher limit.",
      zh: "如果新增成员时一直出现此错误，很可能是企业当前可新增的人数已用完：请稍后再试，或联系钉钉提升人数上限。",
    },
  },
  {
    codes: ["1002", "400001", "system.busy", "systemBusy", "unknownError", "service.timeout"],
    kind: "transient",
    message: BUSY,
  },
  {
    codes: ["60019"],
    kind: "transient",
    giveUpAfter: 4,
    message: {
      en: "DingTalk could not read the members of the department.",
      zh: "钉钉未能读取该部门的成员。",
    },
  },
  {
    codes: ["90018", "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"],
    kind: "throttled",
    message: {
      en: "Too many calls a second on this API.",
      zh: "应用调用该接口的频率超过了每秒上限。",
    },
    retryAfterMs: 1_000,
  },
  {
    codes: ["90002", "Forbidden.AccessDenied.QpsLimitForApi"],
    kind: "throttled",
    message: {
      en: "DingTalk limits this API for all of its customers at the moment.",
      zh: "钉钉当前对所有企业限制该接口的调用频率。",
    },
    retryAfterMs: 2_000,
  },
  {
    codes: ["90001", ...codeRange(90003, 90014), "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi"],
    kind: "throttled",
    message: {
      en: "DingTalk limits the calls of this app or company at the moment.",
      zh: "钉钉当前限制该应用或该企业的接口调用。",
    },
    retryAfterMs: 10_000,
    wholeConnection: true,
  },
  {
    codes: ["address-banned"],
    kind: "throttled",
    message: {
      en: "DingTalk answered with its ban page: too many calls came from this network address.",
      zh: "钉钉返回了封禁页面：来自该网络地址的调用过多。",
    },
    remedy: {
      en: "Calls go on after five minutes. If this returns, find what else calls DingTalk from the same address, and check the base URLs and the proxy.",
      zh: "五分钟后会自动恢复调用。如果反复出现，请排查同一出口地址上还有哪些程序在调用钉钉，并检查接口地址和代理设置。",
    },
    retryAfterMs: 300_000,
    wholeConnection: true,
  },
  {
    codes: ["90020", "Forbidden.AccessDenied.ApiCountLimitForOrg"],
    kind: "unauthorized",
    message: {
      en: "The company has used up its API calls of this month.",
      zh: "企业本月的接口调用次数已用完。",
    },
    remedy: {
      en: "Buy a larger plan at DingTalk, or enable the connection again next month.",
      zh: "请在钉钉开放平台购买更高的调用额度，或在下个月重新启用该连接。",
    },
  },
];
