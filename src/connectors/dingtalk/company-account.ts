import { newSecret } from "../../platform/ids.js";
import { ConnectorError } from "../errors.js";
import type { Changes, CompanyAccount, FirstPassword, UserProfile } from "../profiles.js";
import { mobileForDingTalk } from "./mobile.js";
import { ownReason } from "./own-reasons.js";
import type { DingTalkSettings } from "./settings.js";

/** The fields of user/create that make the account one of the company (企业账号). None for an ordinary member. */
export function newAccountFields(
  profile: UserProfile,
  firstPassword: FirstPassword | undefined,
  settings: Pick<DingTalkSettings, "defaultPassword">,
): Record<string, unknown> {
  const { account, mobile } = profile;
  if (account === undefined) return {};
  return {
    exclusive_account: true,
    ...(mobile !== undefined && { exclusive_mobile: exclusiveMobile(mobile) }),
    ...(account.signIn === "sso"
      ? { exclusive_account_type: "sso", ...(account.loginId && { login_id: account.loginId }) }
      : {
          exclusive_account_type: "dingtalk",
          login_id: requireLoginId(account),
          init_password: passwordOf(firstPassword, settings),
          send_password_to_user: firstPassword?.send === true,
        }),
  };
}

/** The fields of user/update for an account of the company. Its kind stays what it was created as. */
export function changedAccountFields(
  changes: Changes<UserProfile>,
  account: CompanyAccount,
): { body: Record<string, unknown>; warnings: string[] } {
  const body: Record<string, unknown> = {};
  const warnings: string[] = [];
  // On an update the field has another name than on a create.
  const loginId = changes.account?.loginId;
  if (account.signIn === "vendor" && loginId !== undefined && loginId !== account.loginId)
    body["loginId"] = loginId;
  if (changes.mobile !== undefined) {
    if (changes.mobile !== null && account.signIn === "vendor") {
      body["exclusive_mobile"] = exclusiveMobile(changes.mobile);
    } else {
      warnings.push(
        "The mobile number of the enterprise account was kept: DingTalk offers no way to change it.",
      );
    }
  }
  return { body, warnings };
}

/** The account of the company that a read shows. */
export function heldAccount(shown: {
  exclusive_account_type?: string | undefined;
  login_id?: string | undefined;
}): CompanyAccount {
  return {
    signIn: shown.exclusive_account_type === "dingtalk" ? "vendor" : "sso",
    ...(shown.login_id !== undefined && { loginId: shown.login_id }),
  };
}

function exclusiveMobile(text: string): string {
  const mobile = mobileForDingTalk(text, "other");
  if (mobile !== undefined) return mobile;
  throw new ConnectorError("rejected", {
    code: "invalid-mobile",
    field: "mobile",
    ...ownReason("invalid-mobile"),
  });
}

function requireLoginId({ loginId }: CompanyAccount): string {
  if (loginId !== undefined && loginId !== "") return loginId;
  throw new ConnectorError("rejected", {
    code: "login-id-missing",
    field: "account.loginId",
    ...ownReason("login-id-missing"),
  });
}

/** Never part of a profile, a record or a log: it exists in this call alone, and in DingTalk's message to the person. */
function passwordOf(
  firstPassword: FirstPassword | undefined,
  { defaultPassword }: Pick<DingTalkSettings, "defaultPassword">,
): string {
  // Letters, digits and a sign, so that it is never of one kind only.
  if (firstPassword?.from !== "default") return `Aa1-${newSecret(15)}`;
  if (defaultPassword !== undefined) return defaultPassword;
  throw new ConnectorError("rejected", {
    code: "default-password-missing",
    field: "account",
    ...ownReason("default-password-missing"),
  });
}
