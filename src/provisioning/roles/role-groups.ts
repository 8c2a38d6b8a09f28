import type { ConnectorSession } from "../../connectors/connector.js";
import type { CallContext } from "../../connectors/operations.js";
import type { Queryable } from "../../persistence/database.js";
import {
  claimRoleGroup,
  findRoleGroup,
  forgetRoleGroup,
  type RoleGroupKey,
  settleRoleGroup,
} from "../../persistence/role-group-store.js";
import { reasonFor } from "../reasons.js";
import { NotYet } from "../write/execution.js";

/** How long the delivery that makes a group of roles may take, in milliseconds. */
const CLAIM_MS = 60_000;
/** When those that need the same group look again, in milliseconds. */
const LOOK_AGAIN_MS = 1_000;

/** Where groups of roles are made. */
export interface RoleGroupDeps {
  database: Queryable;
  session: Pick<ConnectorSession, "roles">;
  tenantId: string;
  connectionId: string;
  now: Date;
  context: CallContext;
}

/**
 * The remote id of the group of roles of this name, which is made where there is none. It is looked for by its name first,
 * so that one whose answer was lost is found; only one delivery at a time does so.
 * @throws ConnectorError; NotYet while another delivery is at it
 */
export async function ensureRoleGroup(deps: RoleGroupDeps, name: string): Promise<string> {
  const { database, session, now, context } = deps;
  const key = keyOf(deps, name);
  const known = await findRoleGroup(database, key);
  if (known !== undefined) return known;
  const until = new Date(now.getTime() + CLAIM_MS);
  if (!(await claimRoleGroup(database, key, { now, until }))) {
    throw new NotYet(reasonFor("role-group-in-work", { name }), LOOK_AGAIN_MS);
  }
  let remoteId: string | undefined;
  try {
    remoteId =
      (await session.roles.findGroup({ ...context, name })) ??
      (await session.roles.createGroup({ ...context, name }));
    return remoteId;
  } finally {
    await settleRoleGroup(database, key, remoteId);
  }
}

/** The next role looks for the group of roles anew: the vendor does not know this one any more. */
export async function dropRoleGroup(deps: RoleGroupDeps, name: string, remoteId: string): Promise<void> {
  await forgetRoleGroup(deps.database, keyOf(deps, name), remoteId);
}

/** The remote id of a group of roles, where one was made or found before. */
export async function knownRoleGroup(deps: RoleGroupDeps, name: string): Promise<string | undefined> {
  return findRoleGroup(deps.database, keyOf(deps, name));
}

function keyOf({ tenantId, connectionId }: RoleGroupDeps, name: string): RoleGroupKey {
  return { tenantId, connectionId, name };
}
