import { badRequest } from "../errors.js";
import type { ResolvedFilter } from "../filter/ast.js";
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
  return { rest, membership };
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
