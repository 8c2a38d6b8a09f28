import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";

/** A living resource as its row holds it. */
export interface StoredResource {
  readonly id: string;
  readonly type: ResourceTypeId;
  /** The place in the order of creation, a bigint as text. */
  readonly seq: string;
  /** Raised by one with every change; the number in the entity tag. */
  readonly version: number;
  /** Canonical attributes, without those that live in other rows or columns (members, groups, parent, password). */
  readonly doc: JsonObject;
  /** `doc` as the database writes it, where it was read from there: an answer that shows all of it need not parse it. */
  readonly text: string | undefined;
  /** The group this group is in. At most one of `id` and `ref` is set: `ref` names a group that is not here yet. */
  readonly parent: ParentOf;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

interface ParentOf {
  readonly id: string | null;
  readonly ref: string | null;
  readonly display: string | null;
}

/** What {@link RESOURCE_COLUMNS} select. */
export interface ResourceRow {
  id: string;
  type: ResourceTypeId;
  seq: string;
  version: string;
  doc: string;
  parent_id: string | null;
  parent_ref: string | null;
  parent_display: string | null;
  created: number;
  modified: number;
}

/**
 * The columns of a resource (alias `r`) that hold itself. The document as text and the times as seconds: parsing both
 * for a page of a hundred people cost more than the rest of the page, and most answers need neither parsed.
 */
export const OWN_COLUMNS = `r.id, r.type, r.seq, r.version, r.doc::text as doc, r.parent_id, r.parent_ref,
  date_part('epoch', r.created_at) as created, date_part('epoch', r.modified_at) as modified`;
/**
 * As {@link OWN_COLUMNS}, with no more of the document than what stands under some keys, null where it has nothing there. The keys are given as
 * placeholders of texts. Of a page of 100 people with two attributes, writing and parsing all of them was half of the work.
 */
export function ownColumns(keys: readonly string[] | undefined): string {
  if (keys === undefined) return OWN_COLUMNS;
  const entries = keys.map((key) => `${key}, r.doc -> ${key}`);
  return OWN_COLUMNS.replace("r.doc::text", () => `json_build_object(${entries.join(", ")})::text`);
}

/** What to select of a resource (alias `r`) and its parent (alias `p`). */
export const RESOURCE_COLUMNS = `${OWN_COLUMNS}, p.doc ->> 'displayName' as parent_display`;
/** Where to select it from. */
export const RESOURCE_TABLES =
  "resource r left join resource p on p.tenant_id = r.tenant_id and p.id = r.parent_id";

/** The parent of what has none. */
export const NO_PARENT: ParentOf = { id: null, ref: null, display: null };

/** The resource that a row holds. The document is parsed when it is first asked for. */
export function toResource(row: ResourceRow): StoredResource {
  const hasParent = row.parent_id !== null || row.parent_ref !== null;
  const parent = hasParent
    ? { id: row.parent_id, ref: row.parent_ref, display: row.parent_display }
    : NO_PARENT;
  return new ReadResource(row, parent);
}

class ReadResource implements StoredResource {
  readonly id: string;
  readonly type: ResourceTypeId;
  readonly seq: string;
  readonly version: number;
  readonly text: string;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  #doc: JsonObject | undefined;

  constructor(
    row: ResourceRow,
    readonly parent: ParentOf,
  ) {
    this.id = row.id;
    this.type = row.type;
    this.seq = row.seq;
    this.version = Number(row.version);
    this.text = row.doc;
    this.createdAt = dateOf(row.created);
    this.modifiedAt = dateOf(row.modified);
  }

  get doc(): JsonObject {
    this.#doc ??= JSON.parse(this.text) as JsonObject;
    return this.#doc;
  }
}

/** @param seconds since 1970; what we store has whole milliseconds */
function dateOf(seconds: number): Date {
  return new Date(Math.round(seconds * 1_000));
}
