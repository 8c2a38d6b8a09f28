import { createHash } from "node:crypto";
import type { ListPosition } from "../persistence/resource-pages.js";
import type { Clock } from "../platform/clock.js";
import type { TextSigner } from "../platform/text-signer.js";
import { badRequest } from "../scim/errors.js";

/** How long a cursor may be used after its page was answered, in seconds; announced as `cursorTimeout`. */
export const CURSOR_TIMEOUT_SECONDS = 3_600;

/** Longer texts are no cursors of ours: a sort key has at most 255 characters. */
const MAX_CURSOR_LENGTH = 4_000;

/** Where a page begins (RFC 9865): behind a resource, or before one. */
export interface ListCursor {
  from: ListPosition;
  backward: boolean;
  /** How many resources matched when the walk began. */
  total: number;
}

/** Makes and reads the cursors of lists. */
export interface ListCursors {
  /** @param list everything that the cursor must be used again with: see {@link listFingerprint} */
  issue(cursor: ListCursor, list: string): string;
  /** @throws ScimError 400 invalidCursor for one that is not ours or of another list, 400 expiredCursor */
  read(text: string, list: string): ListCursor;
}

/**
 * Cursors hold all that the next page needs, so that nothing is kept here between pages and any process can answer;
 * the signature keeps clients from making their own.
 */
export function createListCursors(signer: TextSigner, clock: Clock): ListCursors {
  const now = () => Math.floor(clock.now().getTime() / 1_000);
  return {
    issue({ from, backward, total }, list) {
      const { key, part, seq } = from;
      return signer.sign(JSON.stringify([now(), list, backward ? 1 : 0, part, seq, key, total]));
    },
    read(text, list) {
      const opened = text.length > MAX_CURSOR_LENGTH ? undefined : signer.open(text);
      const fields: unknown = opened === undefined ? undefined : JSON.parse(opened);
      if (!Array.isArray(fields)) {
        throw badRequest("invalidCursor", "This is no cursor of ours; begin again with an empty cursor.");
      }
      const [issued, madeFor, backward, part, seq, key, total] = fields;
      if (madeFor !== list) {
        throw badRequest(
          "invalidCursor",
          "This cursor belongs to a list with another filter, order or address; begin again with an empty cursor.",
        );
      }
      if (now() - Number(issued) > CURSOR_TIMEOUT_SECONDS) {
        throw badRequest(
          "expiredCursor",
          `The cursor is older than ${CURSOR_TIMEOUT_SECONDS} seconds; begin again with an empty cursor.`,
        );
      }
      return {
        from: { key: typeof key === "string" ? key : null, part: Number(part), seq: String(seq) },
        backward: backward === 1,
        total: Number(total),
      };
    },
  };
}

/** A short name for all that decides which resources a list holds and in which order. */
export function listFingerprint(...parts: readonly (string | undefined)[]): string {
  const text = JSON.stringify(parts.map((part) => part ?? null));
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}
