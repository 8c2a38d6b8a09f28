import { ConnectorError } from "../errors.js";
import type { UserOperations } from "../operations.js";
import type { DingTalkClient } from "./client.js";
import { isNotFound } from "./errors.js";
import { acceptedGuard, accountStatusGuard } from "./types.js";

const ORDINARY_MEMBER = "exclusive.account.only";

/**
 * The state of enterprise accounts (`/v1.0/contact/orgAccounts/*`), DingTalk's only true counterpart of SCIM's
 * `active`: an ordinary member's own account belongs to them and can not be stopped by the company.
 */
export function createAccountStateOperations(
  client: DingTalkClient,
): Pick<UserOperations, "setEnabled" | "isEnabled"> {
  const post = { host: "new", method: "POST", subject: "user" } as const;
  return {
    async setEnabled({ remoteId, enabled, reason, ...context }) {
      const path = `/v1.0/contact/orgAccounts/${enabled ? "enable" : "disable"}`;
      // Only "disable" has a reason.
      const body = { userId: remoteId, ...(!enabled && reason !== undefined && { reason }) };
      await client.call({ ...post, path, body, write: true, guard: acceptedGuard }, context);
    },

    async isEnabled({ remoteId, ...context }) {
      const path = "/v1.0/contact/orgAccounts/status";
      try {
        const answer = await client.call(
          { ...post, path, body: { userId: remoteId }, write: false, guard: accountStatusGuard },
          context,
        );
        return !answer.disable;
      } catch (error) {
        if (isNotFound(error) || isOrdinaryMember(error)) return undefined;
        throw error;
      }
    },
  };
}

function isOrdinaryMember(error: unknown): boolean {
  return error instanceof ConnectorError && error.facts.code === ORDINARY_MEMBER;
}
