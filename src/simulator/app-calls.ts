import type { Call } from "./call.js";
import type { AnswerFields } from "./envelope.js";
import { readText } from "./parameters.js";
import { BusinessRefusal, NewApiRefusal } from "./refusals.js";

/** `GET /gettoken`: the app token by the older way. */
export function getToken(call: Call): AnswerFields {
  const appKey = readText(call.parameters, "appkey", 200);
  const appSecret = readText(call.parameters, "appsecret", 200);
  if (!appKey) throw new BusinessRefusal(40035, "corpid or appkey");
  if (!appSecret) throw new BusinessRefusal(40035, "corpsecret or appsecret");
  if (!isApp(call, appKey, appSecret)) throw new BusinessRefusal(40096);
  const { token, lifetimeMs } = call.tokens.issue();
  return { access_token: token, expires_in: Math.floor(lifetimeMs / 1_000) };
}

/** `POST /v1.0/oauth2/accessToken`: the same token by the newer way. */
export function getAccessToken(call: Call): AnswerFields {
  const appKey = call.parameters.get("appKey");
  const appSecret = call.parameters.get("appSecret");
  for (const [name, value] of [
    ["appKey", appKey],
    ["appSecret", appSecret],
  ] as const) {
    if (typeof value !== "string" || value === "") {
      throw new NewApiRefusal(400, `Missing${name}`, `${name} is mandatory for this action.`);
    }
  }
  if (!isApp(call, appKey, appSecret)) {
    throw new NewApiRefusal(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret");
  }
  const { token, lifetimeMs } = call.tokens.issue();
  return { accessToken: token, expireIn: Math.floor(lifetimeMs / 1_000) };
}

/** `GET /auth/scopes`: which departments, people and fields the app was granted. */
export function getScopes(call: Call): AnswerFields {
  const { contactScope, userFields } = call.settings.grants;
  return {
    auth_user_field: ["userid", "name", "avatar", "job_number", "title", ...userFields],
    condition_field: [],
    auth_org_scopes: { authed_user: contactScope.users, authed_dept: contactScope.departments },
  };
}

function isApp(call: Call, appKey: unknown, appSecret: unknown): boolean {
  return appKey === call.settings.appKey && appSecret === call.settings.appSecret;
}
