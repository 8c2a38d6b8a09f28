import type { MemberOf } from "../persistence/groups-of-users.js";
import { findResource, type StoredResource } from "../persistence/resource-store.js";
import { missing } from "./directory-parts.js";
import { type Presentation, presentResources } from "./present-resources.js";
import type { Resource, ResourceNeeds } from "./resource.js";
import type { NextContent } from "./store-change.js";

/** What a replace or patch did. */
export interface DoneWrite {
  /** The row as it was. */
  stored: StoredResource;
  next: NextContent;
  isChanged: boolean;
  now: Date;
  needs: ResourceNeeds;
  /** The groups of a user, where they were read already. */
  groups?: ReadonlyMap<string, readonly MemberOf[]> | undefined;
}

/**
 * The resource as a write left it. It is worked out from what was written, so a membership change reads neither the
 * group again nor its members unless they are needed; only a group in a new place is read for its parent's name.
 */
export async function resourceAfterWrite(presentation: Presentation, done: DoneWrite): Promise<Resource> {
  const { stored, next, isChanged, now, needs, groups } = done;
  const { id, type } = stored;
  const after = isChanged
    ? { ...stored, doc: next.doc, text: undefined, version: stored.version + 1, modifiedAt: now }
    : stored;
  const isMoved = next.parent.id !== stored.parent.id || next.parent.ref !== stored.parent.ref;
  const row = isMoved ? await findResource(presentation.queryable, presentation.tenantId, type, id) : after;
  const [resource] = await presentResources(presentation, type, row ? [row] : [], needs, groups);
  if (!resource) throw missing(type, id);
  resource.changed = isChanged;
  return resource;
}
