import type { Call } from "./call.js";
import type { EnterpriseAccount, User } from "./contact-records.js";
import { type Parameters, readBoolean, readText, required } from "./parameters.js";
import { BusinessRefusal } from "./refusals.js";

const LOGIN_ID_MAX = 64;
const PASSWORD_MAX = 128;
const EXCLUSIVE_MOBILE = /^\+\d{1,4}-\d{4,14}$/;

/**
 * The enterprise account that a user/create asks for; undefined for an ordinary member.
 * @throws BusinessRefusal 400002 in a company without enterprise accounts, and for values against their rules
 */
export function readNewAccount(call: Call): EnterpriseAccount | undefined {
  const { parameters } = call;
  if (readBoolean(parameters, "exclusive_account") !== true) return undefined;
  if (!call.settings.enterpriseAccounts) {
    throw new BusinessRefusal(400002, "exclusive_account: 企业账号未开通");
  }
  const type = readText(parameters, "exclusive_account_type", 20);
  if (type !== "sso" && type !== "dingtalk") throw new BusinessRefusal(400002, "exclusive_account_type");
  const loginId = readText(parameters, "login_id", LOGIN_ID_MAX) || undefined;
  requirePasswordRules(parameters);
  if (type === "dingtalk") {
    required(loginId, "login_id");
    required(parameters.get("init_password") ?? undefined, "init_password");
  }
  requireExclusiveMobile(parameters);
  requireFreeLoginId(call, loginId, undefined);
  return { type, loginId, nickname: readText(parameters, "nickname", 80) || undefined, disabled: false };
}

/** The account after a user/update, where the login name is called `loginId`; undefined for an ordinary member. */
export function readChangedAccount(call: Call, user: User): EnterpriseAccount | undefined {
  const { account } = user;
  if (account === undefined) return undefined;
  const { parameters } = call;
  const loginId = readText(parameters, "loginId", LOGIN_ID_MAX) || account.loginId;
  requirePasswordRules(parameters);
  requireExclusiveMobile(parameters);
  requireFreeLoginId(call, loginId, user);
  return { ...account, loginId, nickname: readText(parameters, "nickname", 80) || account.nickname };
}

/** At least 8 characters, not only letters and not only digits; to be sent to somebody it has to be there. */
function requirePasswordRules(parameters: Parameters): void {
  const password = readText(parameters, "init_password", PASSWORD_MAX);
  if (password === undefined) {
    if (readBoolean(parameters, "send_password_to_user") === true) required(password, "init_password");
    return;
  }
  if (password.length < 8 || /^\d+$/.test(password) || /^[A-Za-z]+$/.test(password)) {
    throw new BusinessRefusal(400002, "init_password");
  }
}

function requireExclusiveMobile(parameters: Parameters): void {
  const mobile = readText(parameters, "exclusive_mobile", 30, 60103);
  if (mobile !== undefined && !EXCLUSIVE_MOBILE.test(mobile)) throw new BusinessRefusal(60103);
}

/** The code for a login name that is taken is not documented. */
function requireFreeLoginId(call: Call, loginId: string | undefined, holder: User | undefined): void {
  if (loginId === undefined) return;
  const other = call.book.userHolding("loginId", loginId);
  if (other !== undefined && other.userid !== holder?.userid) throw new BusinessRefusal(400002, "login_id");
}
