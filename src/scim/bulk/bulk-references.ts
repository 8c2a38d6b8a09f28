import { isJsonObject } from "../resource/check-structure.js";
import type { JsonValue } from "../schema/attribute.js";
import type { ReadableOperation } from "./bulk-request.js";

/** The bulkIds an operation refers to (RFC 7644 section 3.7.2). */
export interface BulkReferences {
  /** Those of what must exist before: the resource itself, or what a PUT or PATCH names, or members of a new group. */
  firm: ReadonlySet<string>;
  /** Those of what may come later, such as a manager: the id to be is enough. */
  loose: ReadonlySet<string>;
}

/** Gives the id that stands for a bulkId; undefined leaves the reference as it is. */
export type ResolveBulkId = (bulkId: string) => string | undefined;

const REFERENCE = /^bulkId:(.+)$/is;
/** A reference within the path of a PATCH operation, such as `members[value eq "bulkId:a"]`. */
const QUOTED_REFERENCE = /"bulkId:([^"\\]+)"/gi;

/** Finds what an operation refers to, in its path and anywhere in its data. */
export function findReferences(operation: ReadableOperation): BulkReferences {
  const firm = new Set<string>();
  const loose = new Set<string>();
  const createsGroup = operation.method === "POST" && operation.type === "Group";
  const own = REFERENCE.exec(operation.id ?? "")?.[1];
  if (own !== undefined) firm.add(own);
  const { data } = operation;
  if (isJsonObject(data)) {
    for (const [key, value] of Object.entries(data)) {
      const mayWait = operation.method === "POST" && !(createsGroup && key.toLowerCase() === "members");
      collect(value, mayWait ? loose : firm);
    }
  }
  return { firm, loose };
}

/** The operation with ids in place of the bulkIds it refers to. */
export function withIds(operation: ReadableOperation, resolve: ResolveBulkId): ReadableOperation {
  const { id, data } = operation;
  return {
    ...operation,
    ...(id !== undefined && { id: replaced(id, resolve) }),
    ...(data !== undefined && { data: substitute(data, resolve) }),
  };
}

function collect(value: JsonValue, found: Set<string>): void {
  if (typeof value === "string") {
    replaced(value, (bulkId) => {
      found.add(bulkId);
      return undefined;
    });
  } else if (Array.isArray(value)) {
    for (const element of value) collect(element, found);
  } else if (isJsonObject(value)) {
    for (const member of Object.values(value)) collect(member, found);
  }
}

function substitute(value: JsonValue, resolve: ResolveBulkId): JsonValue {
  if (typeof value === "string") return replaced(value, resolve);
  if (Array.isArray(value)) return value.map((element) => substitute(element, resolve));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, substitute(held, resolve)]));
}

function replaced(text: string, resolve: ResolveBulkId): string {
  const whole = REFERENCE.exec(text)?.[1];
  if (whole !== undefined) return resolve(whole) ?? text;
  if (!text.includes("[")) return text;
  return text.replace(QUOTED_REFERENCE, (written, bulkId: string) => {
    const id = resolve(bulkId);
    return id === undefined ? written : `"${id}"`;
  });
}
