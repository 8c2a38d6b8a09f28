import type { TimelineBound, TimelineRow } from "../persistence/timeline-store.js";

/**
 * The sources of a timeline in the order in which things of the same moment happen: times are kept in milliseconds,
 * and a change is stored within the one of its request.
 */
export const SOURCES = [
  "request",
  "administration",
  "change",
  "comparison",
  "delivery",
  "adoption",
  "write-back",
] as const;

/** Where an entry comes from. */
export type Source = (typeof SOURCES)[number];

/** The place of an entry: its moment, its source and its key within that. */
export interface Place {
  at: Date;
  source: Source;
  key: string;
}

/** What is read of a source for the entries that come after `place`, which is undefined for the newest. */
export function boundFor(source: Source, place: Place | undefined): TimelineBound {
  if (place === undefined) return { at: END_OF_TIME, key: null };
  const order = SOURCES.indexOf(source) - SOURCES.indexOf(place.source);
  return { at: place.at, key: order === 0 ? place.key : order < 0 ? null : "" };
}

/** Later than anything that is stored, within the range of Postgres and of ids that begin with the time. */
const END_OF_TIME = new Date("9000-01-01T00:00:00Z");

/** Newest first; of one moment, what happened last first. For rows that carry their source. */
export function byPlace(a: TimelineRow & { source: Source }, b: TimelineRow & { source: Source }): number {
  const time = b.at.getTime() - a.at.getTime();
  if (time !== 0) return time;
  const order = SOURCES.indexOf(b.source) - SOURCES.indexOf(a.source);
  if (order !== 0) return order;
  return compareKeys(b.key, a.key);
}

/** Sequence numbers by value, ids by their text: the keys of one source are of one kind. */
function compareKeys(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
