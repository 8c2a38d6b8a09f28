import type { ChangeKind, ChangeNote } from "../persistence/change-store.js";
import { ORGANIZATION_GROUP_URN } from "../scim/schema/urns.js";

/** The path of a group's parent in change notes. */
export const PARENT_PATH = `${ORGANIZATION_GROUP_URN}:parent`;

/** Collects what one write changes, one note for each resource however often it is touched. */
export interface ChangeNotes {
  add(kind: ChangeKind, ids: Iterable<string>, attributes: readonly string[]): void;
  all(): ChangeNote[];
}

/** No notes yet. */
export function createChangeNotes(): ChangeNotes {
  const notes = new Map<string, { kind: ChangeKind; attributes: Set<string> }>();
  return {
    add(kind, ids, attributes) {
      for (const id of ids) {
        const note = notes.get(id);
        if (note === undefined) notes.set(id, { kind, attributes: new Set(attributes) });
        else if (note.kind === "update") for (const attribute of attributes) note.attributes.add(attribute);
      }
    },
    all: () => Array.from(notes, ([id, { kind, attributes }]) => ({ id, kind, attributes: [...attributes] })),
  };
}
