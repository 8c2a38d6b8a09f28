import type { Explanation } from "../../platform/bilingual.js";

/** Why a connection rests, or takes nobody new, by code. Part of the engine's reasons. */
export const TROUBLE_REASONS = {
  "scope-lost": {
    message: {
      en: "Ten people or departments in a row are outside of what DingTalk lets the app see. The last answer: {detail}",
      zh: "连续十个人员或部门不在应用的可见范围内。最近一次返回：{detail}",
    },
    remedy: {
      en: "Check the contact scope of the app in DingTalk's developer console; then retry the parked deliveries.",
      zh: "请在钉钉开放平台检查应用的通讯录权限范围，然后重试已挂起的投递。",
    },
  },
  "creates-stopped": {
    message: {
      en: "Nobody is added at the moment: {detail} Changes and removals go on.",
      zh: "目前暂停新增人员：{detail}变更和删除照常进行。",
    },
    remedy: {
      en: "Ask the vendor for a higher limit, or remove accounts that are not needed. One person is tried from time to time; a retry of any of them tries at once.",
      zh: "请联系对方提升人数上限，或移除不再需要的账号。系统会定期尝试新增一人；手动重试其中任何一人则立即尝试。",
    },
  },
  "secret-key": {
    message: { en: "{detail}", zh: "保存的密钥无法用当前的 SECRET_KEY 打开：{detail}" },
    remedy: {
      en: "Restore SECRET_KEY, or enter the credentials anew.",
      zh: "请恢复 SECRET_KEY，或重新填写凭证。",
    },
  },
  "vendor-unreachable": {
    message: {
      en: "Too many calls failed on their way or at the vendor, so the connection rests. The last one: {detail}",
      zh: "过多调用在途中或对方服务处失败，连接已暂停。最近一次：{detail}",
    },
    remedy: {
      en: "One change is tried from time to time, and everything goes on by itself when it succeeds. If this stays, check the network, the base URLs and the proxy, and the vendor's status page.",
      zh: "系统会定期试投一条变更，成功后自动恢复。如果持续出现，请检查网络、接口地址和代理，以及对方的服务状态。",
    },
  },
  recovered: {
    message: {
      en: "The connection works again; what had to wait is delivered now.",
      zh: "连接已恢复，等待中的内容正在投递。",
    },
  },
} as const satisfies Record<string, Explanation & { field?: string }>;
