import { badRequest, ScimError } from "../errors.js";
import type { ResolvedFilter } from "../filter/ast.js";
import { countConditions } from "../filter/count-conditions.js";
import { isJsonObject } from "../resource/check-structure.js";
import type { JsonValue } from "../schema/attribute.js";
import { describeTarget, type PatchOperation } from "./operation.js";

/** A group member as a client names it; `type` is absent when the client gave none or an unknown one. */
export interface MemberReference {
  value: string;
  type?: "User" | "Group";
}

/** One step of a membership change, to be applied in order. */
export type MembershipChange =
  | { kind: "add"; members: MemberReference[] }
  | { kind: "remove"; ids: string[] }
  | { kind: "removeMatching"; filter: ResolvedFilter }
  | { kind: "removeAll" }
  | { kind: "replace"; members: MemberReference[] };

/**
 * Reads the `members` of a resource that `readResource` returned, or the value of a member operation. Absent means
 * none; members are named once each.
 */
export function memberReferences(members: JsonValue | undefined): MemberReference[] {
  if (!Array.isArray(members)) return [];
  const references = new Map<string, MemberReference>();
  for (const member of members) {
    if (!isJsonObject(member) || typeof member["value"] !== "string") continue;
    references.set(member["value"], { value: member["value"], ...readMemberType(member["type"]) });
  }
  return [...references.values()];
}

/**
 * Takes the member operations out of a Group's PATCH, so that a membership change costs the same in a group of ten
 * and of a hundred thousand: nothing but the ids named in the request is needed to carry it out. Only a filter other
 * than `value eq` asks for the members that are there (`removeMatching`).
 *
 * @throws ScimError 413 for more than ten conditions of that kind; 400 mutability for a change of a member itself
 */
export function splitMembership(operations: readonly PatchOperation[]): {
  rest: PatchOperation[];
  membership: MembershipChange[];
} {
  const rest: PatchOperation[] = [];
  const membership: MembershipChange[] = [];
  for (const operation of operations) {
    const { extension, attribute } = operation.target;
    if (extension === undefined && attribute.name === "members") membership.push(membershipChange(operation));
    else rest.push(operation);
  }
  refuseManyConditions(membership);
  return { rest, membership };
}

/**
 * Says the same membership change in as few steps as possible: a thousand operations with one member each cost one
 * look at the group, not a thousand. What a later step overrides is left out; the members that stay are the same.
 */
export function combineChanges(changes: readonly MembershipChange[]): MembershipChange[] {
  const combined: MembershipChange[] = [];
  // What is known of single ids since the last step in `combined`: in, by whose reference, or out.
  const known = new Map<string, MemberReference | undefined>();
  // Set while the members are exactly those known to be in.
  let isWhole = false;

  const flush = (): void => {
    const members = [...known.values()].filter((member) => member !== undefined);
    if (isWhole) {
      combined.push(members.length > 0 ? { kind: "replace", members } : { kind: "removeAll" });
    } else {
      const ids = [...known].filter(([, member]) => member === undefined).map(([id]) => id);
      if (ids.length > 0) combined.push({ kind: "remove", ids });
      if (members.length > 0) combined.push({ kind: "add", members });
    }
    known.clear();
    isWhole = false;
  };

  for (const change of changes) {
    switch (change.kind) {
      case "add":
        for (const member of change.members) known.set(member.value, member);
        break;
      case "remove":
        for (const id of change.ids) known.set(id, undefined);
        break;
      case "removeMatching":
        if (isWhole || known.size > 0) flush();
        combined.push(change);
        break;
      case "removeAll":
      case "replace":
        combined.length = 0;
        known.clear();
        isWhole = true;
        for (const member of change.kind === "replace" ? change.members : []) known.set(member.value, member);
        break;
      default:
        change satisfies never;
    }
  }
  if (isWhole || known.size > 0) flush();
  return combined;
}

/** Each condition looks at every member: measured some 6 µs a member, so a tenth of a second in a group of 18,000. */
const MAX_MEMBER_CONDITIONS = 10;

function refuseManyConditions(changes: readonly MembershipChange[]): void {
  let conditions = 0;
  for (const change of changes) {
    if (change.kind === "removeMatching") conditions += countConditions(change.filter);
  }
  if (conditions <= MAX_MEMBER_CONDITIONS) return;
  throw new ScimError(
    413,
    "The operations choose members by too many conditions; name them by their value, or send several requests.",
  );
}

function membershipChange(operation: PatchOperation): MembershipChange {
  const { filter, subAttribute } = operation.target;
  if (subAttribute !== undefined || (filter !== undefined && operation.op !== "remove")) {
    throw badRequest("mutability", `"${describeTarget(operation.target)}" cannot be changed.`);
  }
  if (operation.op !== "remove") {
    return { kind: operation.op, members: memberReferences(operation.value) };
  }
  if (operation.listed !== undefined) {
    return { kind: "remove", ids: memberReferences([...operation.listed]).map(({ value }) => value) };
  }
  if (filter === undefined) return { kind: "removeAll" };
  const ids = namedIds(filter);
  return ids === undefined ? { kind: "removeMatching", filter } : { kind: "remove", ids: [...new Set(ids)] };
}

/** The ids of `value eq "a" or value eq "b"`; undefined for any other filter. */
function namedIds(filter: ResolvedFilter): string[] | undefined {
  if (filter.kind === "comparison") {
    const { operator, value, target } = filter;
    const isId = operator === "eq" && target.keys.length === 1 && target.keys[0] === "value";
    return isId && typeof value === "string" ? [value] : undefined;
  }
  if (filter.kind !== "or") return undefined;
  const ids: string[] = [];
  for (const operand of filter.operands) {
    const named = namedIds(operand);
    if (named === undefined) return undefined;
    ids.push(...named);
  }
  return ids;
}

function readMemberType(type: JsonValue | undefined): Pick<MemberReference, "type"> {
  const word = typeof type === "string" ? type.toLowerCase() : undefined;
  if (word === "user") return { type: "User" };
  return word === "group" ? { type: "Group" } : {};
}
