import { PROFILES, type Profile, type Quirk, quirksOf } from "./quirks.js";
import type { Mark } from "./recognise-profile.js";

/** What one request may deviate in, and what it did deviate in. Made anew for each request. */
export interface Dialect {
  readonly profile: Profile;
  /** The quirks applied so far, each once, in the order they were met. */
  readonly applied: ReadonlySet<Quirk>;
  /** Names of attributes that were ignored because no schema defines them; the first 20, each cut to 100 characters. */
  readonly ignored: readonly string[];
  /** What gives the client's kind away without being a deviation. */
  readonly marks: ReadonlySet<Mark>;
  /** Whether the profile tolerates this deviation. */
  allows(quirk: Quirk): boolean;
  /** Records that the deviation was met and tolerated. */
  note(quirk: Quirk): void;
  /** Records that an attribute was left out; for `unknown-attribute-ignored`. */
  noteIgnored(path: string): void;
  /** Records something that only tells who is talking. */
  mark(mark: Mark): void;
}

/** Enough to see what a mapping sends too much; a request with more of them is no use to a reader. */
const MAX_IGNORED = 20;
const MAX_PATH = 100;

/** The dialect of one request of a client with this profile. */
export function createDialect(profile: Profile): Dialect {
  const allowed = quirksOf(profile);
  const applied = new Set<Quirk>();
  const marks = new Set<Mark>();
  const ignored: string[] = [];
  return {
    profile,
    applied,
    ignored,
    marks,
    allows: (quirk) => allowed.has(quirk),
    note: (quirk) => {
      applied.add(quirk);
    },
    noteIgnored: (path) => {
      if (ignored.length >= MAX_IGNORED) return;
      const name = path.slice(0, MAX_PATH);
      if (!ignored.includes(name)) ignored.push(name);
    },
    mark: (mark) => {
      marks.add(mark);
    },
  };
}

/** Whether the deviation is tolerated; if so, it is noted as applied. */
export function take(dialect: Dialect, quirk: Quirk): boolean {
  if (!dialect.allows(quirk)) return false;
  dialect.note(quirk);
  return true;
}

/** Whether an attribute that no schema defines may be left out; if so, its name is noted: data is dropped here. */
export function takeUnknown(dialect: Dialect, path: string): boolean {
  if (!take(dialect, "unknown-attribute-ignored")) return false;
  dialect.noteIgnored(path);
  return true;
}

/** The profile of this name; `auto` for a name that is none. */
export function profileNamed(name: string): Profile {
  return PROFILES.find((profile) => profile === name) ?? "auto";
}
