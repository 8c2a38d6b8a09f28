import type { Clock } from "../platform/clock.js";
import type { Api } from "./call.js";
import { type Answer, addressBan, envelopedFailure, newApiFailure, plainFailure } from "./envelope.js";
import { createRateWindow, type Excess } from "./rate-window.js";
import type { SimulatorSettings } from "./settings.js";
import type { TokenStore } from "./tokens.js";

/** What stands before the APIs: limits by address and by path, tokens, the address list, permissions. */
export interface Gate {
  /** Counts the call; answers the refusal when the address or the path is over its limit. */
  throttle(ip: string, api: Api | undefined): Answer | undefined;
  /** Answers the refusal when this token, address or grant does not do for the API. */
  authorise(api: Api, token: string | undefined, ip: string): Answer | undefined;
  /** Forgets all counted calls. */
  clear(): void;
}

const IP_WINDOW_MS = 20_000;
const IP_BAN_MS = 300_000;

/** Makes a gate that has counted nothing. Settings are read at each call. */
export function createGate(deps: { clock: Clock; settings: SimulatorSettings; tokens: TokenStore }): Gate {
  const { clock, settings, tokens } = deps;
  const callsByPath = createRateWindow();
  const callsByAddress = createRateWindow();

  function refuseToken(api: Api, token: string | undefined): Answer | undefined {
    if (!token) return missingToken(settings, api);
    const state = tokens.check(token);
    if (state === "valid") return undefined;
    if (api.family === "v1") return newApiFailure(400, "InvalidAuthentication", "不合法的access_token");
    const code = state === "expired" ? settings.expiredTokenCode : "40014";
    return refuseOldApi(settings, api.family, code, "不合法的access_token");
  }

  function refuseAddress(api: Api, ip: string): Answer | undefined {
    if (settings.allowedIps === null || settings.allowedIps.includes(ip)) return undefined;
    const text = `访问ip不在白名单之中,request ip=${ip} appKey(${settings.appKey})`;
    if (api.family === "v1") return newApiFailure(403, "Forbidden.AccessDenied.IpNotInWhiteList", text);
    return refuseOldApi(settings, api.family, "60020", text);
  }

  function refusePermission(api: Api): Answer | undefined {
    if (api.permission === undefined || settings.grants.permissions.includes(api.permission))
      return undefined;
    const scope = api.permission;
    const applyUrl = `https://open-dev.dingtalk.com/appscope/apply?content=${settings.appKey}%23${scope}`;
    const text = `应用尚未开通所需的权限：[${scope}]，点击链接申请并开通即可：${applyUrl}, {requiredScopes=[${scope}]}`;
    if (api.family === "v1") {
      return newApiFailure(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", text);
    }
    return refuseOldApi(settings, api.family, "60011", text);
  }

  return {
    throttle(ip, api) {
      const now = clock.now().getTime();
      if (settings.ipCallsPer20Seconds !== null) {
        const limit = { windowMs: IP_WINDOW_MS, style: "fixed", penaltyMs: IP_BAN_MS } as const;
        const banned = callsByAddress.admit(ip, now, { calls: settings.ipCallsPer20Seconds, ...limit });
        if (banned !== undefined) return addressBan(settings.addressBan);
      }
      if (api === undefined) return undefined;
      const style = settings.rateWindow;
      const penaltyMs = style === "sliding" ? settings.throttlePenaltyMs : 0;
      const limit = { calls: settings.ratePerSecond, windowMs: 1_000, style, penaltyMs };
      const excess = callsByPath.admit(api.path, now, limit);
      return excess && throttleAnswer(api, settings, excess);
    },
    authorise(api, token, ip) {
      if (!api.needsToken) return undefined;
      return refuseToken(api, token) ?? refuseAddress(api, ip) ?? refusePermission(api);
    },
    clear() {
      callsByPath.clear();
      callsByAddress.clear();
    },
  };
}

/**
 * The answer of an exceeded limit: always wrapped in 88 on the older host, 403 on the newer one. The text names
 * the API, the counted window and the end of the refusal in China time, as the real one does.
 */
export function throttleAnswer(
  api: Pick<Api, "family" | "path">,
  settings: SimulatorSettings,
  excess: Excess,
  code: 90018 | 90002 = 90018,
): Answer {
  const window = `从 ${chinaTime(excess.from)} 到 ${chinaTime(excess.until)}`;
  const text =
    `您的服务器调用钉钉开放平台当前接口的请求都被暂时禁用了, appKey(${settings.appKey}), ` +
    `apiPath(${apiName(api.path)}), ${window} 请求总次数超过了 ${settings.ratePerSecond} 次, ` +
    `处罚将在 ${chinaTime(excess.endsAt)} 结束.`;
  if (api.family !== "v1") return envelopedFailure(String(code), text);
  const limit = code === 90018 ? "QpsLimitForAppkeyAndApi" : "QpsLimitForApi";
  return newApiFailure(403, `Forbidden.AccessDenied.${limit}`, text);
}

/** A failure found by the gateway before an older API: wrapped or plain, as the tenant's readings say. */
export function refuseOldApi(
  settings: Pick<SimulatorSettings, "topapiGatewayRefusals" | "oapiGatewayRefusals">,
  family: "topapi" | "oapi",
  code: string,
  text: string,
): Answer {
  const style = family === "topapi" ? settings.topapiGatewayRefusals : settings.oapiGatewayRefusals;
  return style === "88" ? envelopedFailure(code, text) : plainFailure(Number(code), text);
}

function missingToken(settings: SimulatorSettings, api: Api): Answer {
  if (api.family === "v1") {
    const text = "x-acs-dingtalk-access-token is mandatory for this action.";
    return newApiFailure(400, "AuthenticationFailed.MissingParameter", text);
  }
  // A plain 40000 would speak of any parameter.
  const isWrapped = api.family === "topapi" && settings.topapiGatewayRefusals === "88";
  if (isWrapped) return envelopedFailure("40000", "不合法的参数: access_token is blank");
  return refuseOldApi(settings, api.family, "41001", "缺少access_token参数");
}

/** `/topapi/v2/user/create` is `dingtalk.oapi.v2.user.create` in throttle texts. */
function apiName(path: string): string {
  return path.startsWith("/topapi/") ? `dingtalk.oapi.${path.slice(8).replaceAll("/", ".")}` : path;
}

function chinaTime(epochMs: number): string {
  return new Date(epochMs + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
}
