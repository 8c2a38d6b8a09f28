import type { Call } from "./call.js";
import type { EnterpriseAccount, User } from "./contact-records.js";
import type { AnswerFields } from "./envelope.js";
import { NewApiRefusal } from "./refusals.js";

/** `POST /v1.0/contact/orgAccounts/enable` `{userId}`. */
export function enableAccount(call: Call): AnswerFields {
  return setDisabled(call, false);
}

/** `POST /v1.0/contact/orgAccounts/disable` `{userId, reason?}`. */
export function disableAccount(call: Call): AnswerFields {
  requireReason(call);
  return setDisabled(call, true);
}

/** `POST /v1.0/contact/orgAccounts/signOut` `{userId, reason?}`: ends the sessions, changes nothing that is kept. */
export function signOutAccount(call: Call): AnswerFields {
  requireReason(call);
  requireEnterpriseAccount(call);
  return { result: true };
}

/** `POST /v1.0/contact/orgAccounts/status` `{userId}`. */
export function getAccountStatus(call: Call): AnswerFields {
  return { disable: requireEnterpriseAccount(call).account.disabled };
}

function setDisabled(call: Call, disabled: boolean): AnswerFields {
  const { user, account } = requireEnterpriseAccount(call);
  call.book.changeUser(user.userid, { account: { ...account, disabled } }, [disabled ? "disable" : "enable"]);
  return { result: true };
}

function requireEnterpriseAccount(call: Call): { user: User; account: EnterpriseAccount } {
  const userid = call.parameters.get("userId");
  if (typeof userid !== "string" || userid === "") {
    throw new NewApiRefusal(400, "invalid.param", "userId is mandatory for this action.");
  }
  const user = call.book.users.get(userid);
  if (user === undefined) throw new NewApiRefusal(400, "user.not.exist", "员工不存在");
  if (user.account === undefined) throw new NewApiRefusal(400, "exclusive.account.only", "仅支持企业账号");
  return { user, account: user.account };
}

function requireReason(call: Call): void {
  const reason = call.parameters.get("reason");
  if (reason !== undefined && typeof reason !== "string") {
    throw new NewApiRefusal(400, "invalid.param", "reason must be a string.");
  }
}
