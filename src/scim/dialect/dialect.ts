import { PROFILES, type Profile, type Quirk, quirksOf } from "./quirks.js";

/** What one request may deviate in, and what it did deviate in. Made anew for each request. */
export interface Dialect {
  readonly profile: Profile;
  /** The quirks applied so far, each once, in the order they were met. */
  readonly applied: ReadonlySet<Quirk>;
  /** Whether the profile tolerates this deviation. */
  allows(quirk: Quirk): boolean;
  /** Records that the deviation was met and tolerated. */
  note(quirk: Quirk): void;
}

/** The dialect of one request of a client with this profile. */
export function createDialect(profile: Profile): Dialect {
  const allowed = quirksOf(profile);
  const applied = new Set<Quirk>();
  return {
    profile,
    applied,
    allows: (quirk) => allowed.has(quirk),
    note: (quirk) => {
      applied.add(quirk);
    },
  };
}

/** Whether the deviation is tolerated; if so, it is noted as applied. */
export function take(dialect: Dialect, quirk: Quirk): boolean {
  if (!dialect.allows(quirk)) return false;
  dialect.note(quirk);
  return true;
}

/** The profile of this name; `auto` for a name that is none. */
export function profileNamed(name: string): Profile {
  return PROFILES.find((profile) => profile === name) ?? "auto";
}
