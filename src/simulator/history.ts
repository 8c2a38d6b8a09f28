import type { Clock } from "../platform/clock.js";

/** One change of the contact book. */
export interface HistoryEvent {
  readonly sequence: number;
  /** ISO 8601 time. */
  readonly at: string;
  readonly action:
    | "department.created"
    | "department.updated"
    | "department.deleted"
    | "user.created"
    | "user.updated"
    | "user.deleted"
    | "roleGroup.created"
    | "role.created"
    | "role.updated"
    | "role.deleted"
    | "role.assigned"
    | "role.withdrawn";
  /** Department, role or role group id in digits, or userid. */
  readonly id: string;
  /** For updates: the parameters the call carried beside the id; for an assignment, whose it is. */
  readonly fields: readonly string[];
}

/** Two departments that carried the same `source_identifier` at the same time. */
export interface LiveDuplicate {
  readonly sourceIdentifier: string;
  readonly departmentIds: readonly number[];
  readonly at: string;
}

/** What ever happened to the contact book, so that a test can show that no duplicate existed at any time. */
export interface HistoryDump {
  /** How many departments were created per `source_identifier`. */
  readonly departmentCreates: Readonly<Record<string, number>>;
  /** How many people were created per userid, and per mobile as `<country code>-<number>`. */
  readonly userCreates: Readonly<Record<string, number>>;
  readonly mobileCreates: Readonly<Record<string, number>>;
  /** Empty when no `source_identifier` was ever on two departments at once. */
  readonly liveDuplicates: readonly LiveDuplicate[];
  /** The latest changes, oldest first. */
  readonly events: readonly HistoryEvent[];
}

/** Collects the history. */
export interface History {
  record(action: HistoryEvent["action"], id: string, fields?: readonly string[]): void;
  countCreate(of: "departmentCreates" | "userCreates" | "mobileCreates", key: string): void;
  noteLiveDuplicate(sourceIdentifier: string, departmentIds: readonly number[]): void;
  dump(): HistoryDump;
}

const KEPT_EVENTS = 50_000;

/** Makes an empty history. `onChange` is told of each change. */
export function createHistory(deps: { clock: Clock; onChange?: (change: HistoryEvent) => void }): History {
  const counts = {
    departmentCreates: new Map<string, number>(),
    userCreates: new Map<string, number>(),
    mobileCreates: new Map<string, number>(),
  };
  const liveDuplicates: LiveDuplicate[] = [];
  let events: HistoryEvent[] = [];
  let sequence = 0;
  const at = () => deps.clock.now().toISOString();
  return {
    record(action, id, fields = []) {
      sequence += 1;
      const change = { sequence, at: at(), action, id, fields };
      events.push(change);
      deps.onChange?.(change);
      if (events.length >= 2 * KEPT_EVENTS) events = events.slice(-KEPT_EVENTS);
    },
    countCreate(of, key) {
      counts[of].set(key, (counts[of].get(key) ?? 0) + 1);
    },
    noteLiveDuplicate(sourceIdentifier, departmentIds) {
      liveDuplicates.push({ sourceIdentifier, departmentIds: [...departmentIds], at: at() });
    },
    dump: () => ({
      // Object.fromEntries defines own members, so a key such as `__proto__` stays an ordinary key.
      departmentCreates: Object.fromEntries(counts.departmentCreates),
      userCreates: Object.fromEntries(counts.userCreates),
      mobileCreates: Object.fromEntries(counts.mobileCreates),
      liveDuplicates: [...liveDuplicates],
      events: events.slice(-KEPT_EVENTS),
    }),
  };
}
