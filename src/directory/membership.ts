import type { ChangedResource } from "../outbox/append.js";
import type { Transaction } from "../persistence/database.js";
import {
  addMembers,
  findMatchingMembers,
  removeMembers,
  removeOtherMembers,
} from "../persistence/membership-store.js";
import { findResourceTypes, raiseVersions } from "../persistence/resource-store.js";
import { isId } from "../platform/ids.js";
import { badRequest } from "../scim/errors.js";
import type { MemberReference, MembershipChange } from "../scim/patch/membership.js";
import type { ResourceTypeDefinition, ResourceTypeId } from "../scim/schema/attribute.js";
import { PARENT_PATH } from "./change-notes.js";
import {
  adoptChildren,
  refuseCycle,
  releaseChildren,
  releaseOtherChildren,
  type TreeNode,
} from "./department-tree.js";
import { changed, type Writing } from "./directory-parts.js";

/** What the ids in a membership change stand for. */
export type KnownMembers = ReadonlyMap<string, ResourceTypeId>;

/** Who has to be brought up to date after a membership change. */
export interface MembershipEffect {
  users: Set<string>;
  /** Groups that came below the group, or left it. */
  children: Set<string>;
  /** Groups that lost a child to this one. */
  formerParents: Set<string>;
}

/** An effect on nobody. */
export function noEffect(): MembershipEffect {
  return { users: new Set(), children: new Set(), formerParents: new Set() };
}

/** Whether the change may move groups, so that the tree has to be locked for it. */
export function mayMoveGroups(changes: readonly MembershipChange[], known: KnownMembers): boolean {
  return changes.some(
    (change) =>
      (change.kind !== "add" && change.kind !== "remove") ||
      namedIds([change]).some((id) => known.get(id) === "Group"),
  );
}

/**
 * Looks up, in one statement, what the named ids are. It must run before rows are locked.
 * @throws ScimError 400 invalidValue naming up to five members to be added that are neither users nor groups
 */
export async function lookUpMembers(
  tx: Transaction,
  tenantId: string,
  changes: readonly MembershipChange[],
): Promise<KnownMembers> {
  const known = await findResourceTypes(tx, tenantId, namedIds(changes).filter(isId));
  const unknown = new Set(
    changes
      .flatMap((change) => (change.kind === "add" || change.kind === "replace" ? change.members : []))
      .map((member) => member.value)
      .filter((id) => !known.has(id)),
  );
  if (unknown.size > 0) {
    const shown = [...unknown].slice(0, 5).map((id) => `"${id.slice(0, 64)}"`);
    const more = unknown.size > shown.length ? ` and ${unknown.size - shown.length} more` : "";
    throw badRequest(
      "invalidValue",
      `No user or group has the id ${shown.join(", ")}${more}; create it first.`,
    );
  }
  return known;
}

/** Applies the steps of a membership change in order, without reading the members the group has. */
export async function changeMembership(
  tx: Transaction,
  node: TreeNode,
  type: ResourceTypeDefinition,
  changes: readonly MembershipChange[],
  known: KnownMembers,
  now: Date,
): Promise<MembershipEffect> {
  const effect = noEffect();
  const add = async (members: readonly MemberReference[]) => {
    const { users, groups } = sortOut(
      members.map((member) => member.value),
      known,
    );
    include(effect.users, await addMembers(tx, node, users, now));
    const moved = await adoptChildren(tx, node, groups, now);
    include(effect.children, moved.children);
    include(effect.formerParents, moved.formerParents);
  };
  for (const change of changes) {
    switch (change.kind) {
      case "add":
        await add(change.members);
        break;
      case "remove": {
        const { users, groups } = sortOut(change.ids, known);
        include(effect.users, await removeMembers(tx, node, users));
        include(effect.children, await releaseChildren(tx, node, groups, now));
        break;
      }
      case "removeMatching": {
        const ids = await findMatchingMembers(tx, node, change.filter, type);
        include(effect.users, await removeMembers(tx, node, ids));
        include(effect.children, await releaseChildren(tx, node, ids, now));
        break;
      }
      case "removeAll":
        include(effect.users, await removeOtherMembers(tx, node, []));
        include(effect.children, await releaseOtherChildren(tx, node, [], now));
        break;
      case "replace": {
        const { users, groups } = sortOut(
          change.members.map((member) => member.value),
          known,
        );
        include(effect.users, await removeOtherMembers(tx, node, users));
        include(effect.children, await releaseOtherChildren(tx, node, groups, now));
        await add(change.members);
        break;
      }
      default:
        change satisfies never;
    }
  }
  return effect;
}

/**
 * Makes the members exactly the given ones, for PUT. The groups below this one change only when the list names
 * a group: a client that places departments by their `parent` sends lists of people alone, and must not tear the
 * tree down with them.
 */
export async function replaceMembership(
  tx: Transaction,
  node: TreeNode,
  members: readonly MemberReference[],
  known: KnownMembers,
  now: Date,
): Promise<MembershipEffect> {
  const { users, groups } = sortOut(
    members.map((member) => member.value),
    known,
  );
  const effect = noEffect();
  include(effect.users, await removeOtherMembers(tx, node, users));
  include(effect.users, await addMembers(tx, node, users, now));
  if (groups.length === 0) return effect;
  include(effect.children, await releaseOtherChildren(tx, node, groups, now));
  const moved = await adoptChildren(tx, node, groups, now);
  include(effect.children, moved.children);
  include(effect.formerParents, moved.formerParents);
  return effect;
}

/**
 * Finishes a membership change: refuses a circle, raises the versions of the groups whose members are others now
 * (this one only if the caller has not done so already). Returns the touched resources; the group is not one of them,
 * since the provisioner tells people where they belong, not departments whom they have.
 * @throws ScimError 400 invalidValue
 */
export async function settleMembership(
  { tx, tenantId, now, notes }: Writing,
  node: TreeNode,
  effect: MembershipEffect,
  versionIsRaised: boolean,
): Promise<ChangedResource[]> {
  if (effect.users.size === 0 && effect.children.size === 0) return [];
  if (effect.children.size > 0) await refuseCycle(tx, node);
  const ids = versionIsRaised ? [...effect.formerParents] : [node.groupId, ...effect.formerParents];
  await raiseVersions(tx, { tenantId, ids, now });
  notes.add("update", [node.groupId, ...effect.formerParents], ["members"]);
  notes.add("update", effect.children, [PARENT_PATH]);
  return [...changed("User", effect.users), ...changed("Group", effect.children)];
}

function namedIds(changes: readonly MembershipChange[]): string[] {
  return changes.flatMap((change) => {
    switch (change.kind) {
      case "add":
      case "replace":
        return change.members.map((member) => member.value);
      case "remove":
        return change.ids;
      case "removeMatching":
      case "removeAll":
        return [];
      default:
        return change satisfies never;
    }
  });
}

function sortOut(ids: readonly string[], known: KnownMembers): { users: string[]; groups: string[] } {
  const distinct = [...new Set(ids)];
  return {
    users: distinct.filter((id) => known.get(id) === "User"),
    groups: distinct.filter((id) => known.get(id) === "Group"),
  };
}

function include(all: Set<string>, some: readonly string[]): void {
  for (const one of some) all.add(one);
}
