import type { CodeEntry } from "./code-entry.js";

const OUR_FAULT = {
  en: "This is a fault of the gateway: report it with the code and the request id.",
  zh: "这是网关自身的问题：请将错误码和请求 ID 反馈给我们。",
};
const WIDEN_SCOPE = {
  en: "Widen the contact scope of the app in DingTalk's developer console, then retry.",
  zh: "请在钉钉开放平台的应用详情中，进入“权限管理”，扩大通讯录接口的权限范围，然后重试。",
};

/** Token, credential, permission, address, and calls that DingTalk does not understand. */
export const ACCESS_CODES: readonly CodeEntry[] = [
  {
    codes: ["40001", "40014", "42001", "41001", "88/40000", "InvalidAuthentication"],
    kind: "unauthorized",
    message: {
      en: "DingTalk refuses the access token, also a new one.",
      zh: "钉钉不接受访问凭证（access_token），重新获取后仍被拒绝。",
    },
    remedy: {
      en: "Check AppKey and AppSecret (Client ID and Client Secret) and that the app is published.",
      zh: "请检查 AppKey 和 AppSecret（即 Client ID 和 Client Secret），并确认应用已发布。",
    },
    freshToken: true,
  },
  {
    codes: ["40089", "40096", "invalidClientIdOrSecret"],
    kind: "unauthorized",
    message: { en: "AppKey or AppSecret is wrong.", zh: "AppKey 或 AppSecret 不正确。" },
    remedy: {
      en: "Copy Client ID and Client Secret again from the app's page in DingTalk's developer console.",
      zh: "请在钉钉开放平台的应用详情“凭证与基础信息”中，重新复制 Client ID 和 Client Secret。",
    },
  },
  {
    codes: ["40013", "12012", "33001", "52010", "400042", "400043", "70001"],
    kind: "unauthorized",
    message: {
      en: "DingTalk does not know this company, or it was dissolved.",
      zh: "钉钉找不到该企业，或企业已解散。",
    },
    remedy: {
      en: "Check CorpId and that the app belongs to this company.",
      zh: "请检查 CorpId，并确认应用属于该企业。",
    },
  },
  {
    codes: ["50003", "50005"],
    kind: "unauthorized",
    message: { en: "The app is stopped or the company is disabled.", zh: "应用已停用，或企业已被禁用。" },
    remedy: {
      en: "Enable the app in DingTalk's admin console.",
      zh: "请在钉钉管理后台的“工作台”中启用该应用。",
    },
  },
  {
    codes: ["60011", "43007", "48002", "Forbidden.AccessDenied.AccessTokenPermissionDenied"],
    kind: "unauthorized",
    message: { en: "The app lacks a permission for this call.", zh: "应用没有调用该接口的权限。" },
    remedy: {
      en: "Grant the permission to the app in DingTalk's developer console, then test the connection.[ Missing: {permissions}.]",
      zh: "请在钉钉开放平台的应用详情“权限管理”中开通该权限，然后测试连接。[缺少的权限点：{permissions}。]",
    },
  },
  {
    codes: ["60020", "Forbidden.AccessDenied.IpNotInWhiteList"],
    kind: "unauthorized",
    message: {
      en: "DingTalk refuses calls from the gateway's address[ {address}][ (app {appKey})].",
      zh: "钉钉拒绝来自网关地址[ {address} ]的调用[（应用 {appKey}）]。",
    },
    remedy: {
      en: "Add the gateway's public address to the server egress IP list of the app in DingTalk's developer console.[ DingTalk saw {address}.]",
      zh: "请在钉钉开放平台的应用详情“安全设置”中，将网关的公网地址加入“服务器出口 IP”（多个地址用英文逗号分隔）。[钉钉看到的地址是 {address}。]",
    },
  },
  {
    codes: ["404", "22", "43001", "43002", "43004", "43005", "43009", "InvalidAction.NotFound"],
    kind: "unauthorized",
    message: { en: "DingTalk does not know this call.", zh: "钉钉不识别该接口调用。" },
    remedy: {
      en: "Check the two base URLs of the connection; if they are right, report this with the code.",
      zh: "请检查连接中的两个接口地址；如果地址无误，请将错误码反馈给我们。",
    },
  },
  {
    codes: ["50002"],
    kind: "rejected",
    concerns: "scope",
    message: {
      en: "The person is outside the part of the company that the app may see.",
      zh: "该成员不在应用的通讯录权限范围内。",
    },
    remedy: WIDEN_SCOPE,
  },
  {
    codes: ["50004"],
    kind: "rejected",
    concerns: "scope",
    message: {
      en: "The department is outside the part of the company that the app may see.",
      zh: "该部门不在应用的通讯录权限范围内。",
    },
    remedy: WIDEN_SCOPE,
  },
  {
    codes: ["400002", "40035", "40000", "40038", "660000", "47001", "44002", "invalid.param"],
    kind: "rejected",
    message: {
      en: "DingTalk finds a parameter missing or malformed.",
      zh: "钉钉认为请求缺少参数或参数格式不正确。",
    },
    remedy: OUR_FAULT,
  },
  {
    codes: ["40068", "40069", "40070", "AuthenticationFailed.MissingParameter"],
    kind: "rejected",
    message: { en: "DingTalk finds the call malformed.", zh: "钉钉认为请求格式不正确。" },
    remedy: OUR_FAULT,
  },
];
