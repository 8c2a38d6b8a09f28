import type { IgnoredDrift } from "../../persistence/run-row-store.js";
import type { JsonObject, ResourceTypeId } from "../../scim/schema/attribute.js";
import { compareRecord, type Difference, fingerprint, isOfAccountKind } from "./differences.js";
import { choiceFor, type DriftRules } from "./drift-rules.js";
import { isMoving, type LinkedRecord, type StampedResource } from "./known-records.js";

/** A record as the vendor shows it. */
export interface ShownRecord {
  remoteId: string;
  contents: JsonObject;
  /** When it was asked for: what was sent later is not in it. */
  readAt: Date;
}

/** What is known about a record besides what the vendor shows. */
export interface Knowledge {
  type: ResourceTypeId;
  /** The link to it, if there is one. */
  linked: LinkedRecord | undefined;
  /** The resource that its stamp names, where it has no link. */
  stamped: StampedResource | undefined;
  ignored: readonly IgnoredDrift[];
  rules: DriftRules;
  /** Whether membership of a department is for us to say about this record. */
  isOwnDepartment(departmentRemoteId: string): boolean;
  /** Whether the connection's mapping fills a field. */
  isMapped(field: string): boolean;
}

/** What a run makes of a record. `left` counts differences that are to be left alone. */
export type Verdict =
  | { kind: "same"; left: number; notComparable: string[] }
  | { kind: "pending"; linked: LinkedRecord; differences: Difference[]; notComparable: string[] }
  | {
      kind: "drift";
      linked: LinkedRecord;
      push: Difference[];
      adopt: Difference[];
      /** What can be brought in line by nobody but somebody who makes the account anew. */
      stuck: Difference[];
      left: number;
      notComparable: string[];
    }
  | { kind: "orphan"; resourceId: string; name: string | null; linked: boolean }
  | { kind: "unlinked"; stamped: StampedResource }
  | { kind: "foreign"; duplicateOf?: StampedResource }
  /** Nothing to say: it is left alone, or its own delivery deals with it. */
  | { kind: "none"; left: number };

/** Judges one record. Pure. */
export function judgeRecord(record: ShownRecord, knowledge: Knowledge): Verdict {
  const { linked, stamped } = knowledge;
  if (linked !== undefined) return judgeLinked(record, linked, knowledge);
  if (stamped === undefined) return isIgnored(knowledge) ? { kind: "none", left: 1 } : { kind: "foreign" };
  if (isMoving(stamped.state)) return { kind: "none", left: 0 };
  if (stamped.linkedTo !== null) {
    // A second record with our stamp: made when an answer was lost, or copied. It is nobody's to remove unasked.
    return isIgnored(knowledge) ? { kind: "none", left: 1 } : { kind: "foreign", duplicateOf: stamped };
  }
  if (stamped.removed) {
    return { kind: "orphan", resourceId: stamped.resourceId, name: stamped.name, linked: false };
  }
  return { kind: "unlinked", stamped };
}

function judgeLinked(record: ShownRecord, linked: LinkedRecord, knowledge: Knowledge): Verdict {
  if (linked.removed) {
    // Parked and failed removals have rows of their own.
    const isWaiting = isMoving(linked.state) || linked.state === "parked" || linked.state === "failed";
    if (isWaiting) return { kind: "none", left: 0 };
    return { kind: "orphan", resourceId: linked.resourceId, name: linked.name, linked: true };
  }
  const { differences, notComparable } = compareRecord(linked.lastSent, record.contents, {
    isOwn: (department) => knowledge.isOwnDepartment(department),
    isMapped: (field) => knowledge.isMapped(field),
  });
  if (differences.length === 0) return { kind: "same", left: 0, notComparable };
  if (isMoving(linked.state) || linked.linkedAt > record.readAt) {
    return { kind: "pending", linked, differences, notComparable };
  }
  const open = differences.filter((one) => choiceOf(one, knowledge) !== "ignore");
  const left = differences.length - open.length;
  if (open.length === 0) return { kind: "same", left, notComparable };
  const stuck = open.filter(isOfAccountKind);
  const chosen = (wanted: "push" | "adopt") =>
    open.filter((one) => !stuck.includes(one) && choiceOf(one, knowledge) === wanted);
  return {
    kind: "drift",
    linked,
    push: chosen("push"),
    adopt: chosen("adopt"),
    stuck,
    left,
    notComparable,
  };
}

function choiceOf({ field, found }: Difference, { ignored, rules, type }: Knowledge) {
  const standing = ignored.find((one) => one.field === field);
  return standing?.found === fingerprint(found) ? "ignore" : choiceFor(rules, type, field);
}

function isIgnored({ ignored }: Knowledge): boolean {
  return ignored.some((one) => one.field === "");
}
