import { ConnectorError } from "../errors.js";
import type { CallContext, RoleOperations } from "../operations.js";
import type { DingTalkClient } from "./client.js";
import { roleDigits } from "./remote-id.js";
import { acceptedGuard } from "./types.js";

/** Roles in one call (pages of addrolesforemps and removerolesforemps). */
const MAX_ROLES = 20;

/** Who holds which role (`/topapi/role/addrolesforemps`, `removerolesforemps`). */
export function createRoleAssignment(client: DingTalkClient): Pick<RoleOperations, "assign" | "withdraw"> {
  const send = (
    verb: "add" | "remove",
    userRemoteId: string,
    roles: readonly string[],
    context: CallContext,
  ) =>
    client.call(
      {
        host: "old",
        method: "POST",
        // The person is what such a call is about: an unknown one is gone, an unknown role is what they refer to.
        subject: "user",
        path: `/topapi/role/${verb}rolesforemps`,
        body: { roleIds: roles.map(roleDigits).join(","), userIds: userRemoteId },
        write: true,
        guard: acceptedGuard,
      },
      context,
    );

  return {
    async assign({ userRemoteId, roleRemoteIds, ...context }) {
      for (const roles of portions(roleRemoteIds)) await send("add", userRemoteId, roles, context);
    },

    async withdraw({ userRemoteId, roleRemoteIds, ...context }) {
      for (const roles of portions(roleRemoteIds)) {
        try {
          await send("remove", userRemoteId, roles, context);
        } catch (error) {
          if (!isUnknownRole(error)) throw error;
          // One of them is gone, and with it the whole call was refused: each by itself.
          if (roles.length === 1) continue;
          for (const role of roles) {
            await send("remove", userRemoteId, [role], context).catch((alone: unknown) => {
              if (!isUnknownRole(alone)) throw alone;
            });
          }
        }
      }
    },
  };
}

function portions(roleRemoteIds: readonly string[]): string[][] {
  const all: string[][] = [];
  for (let start = 0; start < roleRemoteIds.length; start += MAX_ROLES) {
    all.push(roleRemoteIds.slice(start, start + MAX_ROLES));
  }
  return all;
}

function isUnknownRole(error: unknown): boolean {
  return error instanceof ConnectorError && error.facts.field === "roleRemoteIds";
}
