import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";

/** A living resource as its row holds it. */
export interface StoredResource {
  id: string;
  type: ResourceTypeId;
  /** The place in the order of creation, a bigint as text. */
  seq: string;
  /** Raised by one with every change; the number in the entity tag. */
  version: number;
  /** Canonical attributes, without those that live in other rows or columns (members, groups, parent, password). */
  doc: JsonObject;
  /** The group this group is in. At most one of `id` and `ref` is set: `ref` names a group that is not here yet. */
  parent: { id: string | null; ref: string | null; display: string | null };
  createdAt: Date;
  modifiedAt: Date;
}

/** What {@link RESOURCE_COLUMNS} select. */
export interface ResourceRow {
  id: string;
  type: ResourceTypeId;
  seq: string;
  version: string;
  doc: JsonObject;
  parent_id: string | null;
  parent_ref: string | null;
  parent_display: string | null;
  created_at: Date;
  modified_at: Date;
}

/** What to select of a resource (alias `r`) and its parent (alias `p`). */
export const RESOURCE_COLUMNS = `r.id, r.type, r.seq, r.version, r.doc, r.parent_id, r.parent_ref, r.created_at, r.modified_at,
  p.doc ->> 'displayName' as parent_display`;
/** Where to select it from. */
export const RESOURCE_TABLES =
  "resource r left join resource p on p.tenant_id = r.tenant_id and p.id = r.parent_id";

/** The resource that a row holds. */
export function toResource(row: ResourceRow): StoredResource {
  return {
    id: row.id,
    type: row.type,
    seq: row.seq,
    version: Number(row.version),
    doc: row.doc,
    parent: { id: row.parent_id, ref: row.parent_ref, display: row.parent_display },
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
  };
}
