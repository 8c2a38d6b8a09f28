import type { BilingualText } from "../../../platform/bilingual.js";
import type { ConnectorErrorKind, RefusalConcern } from "../../errors.js";

/** What kind of object a call is about; some codes mean different things for each. */
export type CallSubject = "user" | "department" | "role" | "connection";

/**
 * What one vendor code means for us. The texts may have places for what the answer says (`refusal-values.ts`):
 * `{address}` and `{appKey}` of a refused caller, `{permissions}` that are missing.
 */
export interface CodeMeaning {
  kind: ConnectorErrorKind;
  message: BilingualText;
  remedy?: BilingualText;
  /** Field of the profile at fault. */
  field?: string;
  retryAfterMs?: number;
  /** See `ConnectorErrorFacts.giveUpAfter`. */
  giveUpAfter?: number;
  /** The vendor is angry with the connection or the address, not with one API path. */
  wholeConnection?: true;
  /** See `ConnectorErrorFacts.concerns`. */
  concerns?: RefusalConcern;
  /** The token is bad: fetch another and replay once, before the kind counts. */
  freshToken?: true;
  /** No source lists the code. */
  unlisted?: true;
}

/** Codes of one meaning. */
export interface CodeEntry extends CodeMeaning {
  codes: readonly string[];
  /** Absent: holds for every subject that no other entry names. */
  subject?: CallSubject;
}

/** A plain number range as codes. */
export function codeRange(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
}
