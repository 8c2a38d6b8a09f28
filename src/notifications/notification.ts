/**
 * What administrators are told about.
 *
 * - `delivery-failed`: a delivery was parked or given up; it needs data or a person
 * - `removals-held`: deletion protection stopped removals
 * - `quarantine`: a whole connection is paused
 * - `creates-stopped`: people are not added any more, as the company has as many as it may have
 * - `recovered`: a connection works again after a quarantine
 * - `run-differences`: a run that finished found records that were not as they were sent
 * - `run-ended`: a run failed, was stopped by a safety rule, or could not read everything
 * - `scope-shrunk`: the vendor shows the app less of the company than before
 */
export const NOTIFICATION_KINDS = [
  "delivery-failed",
  "removals-held",
  "quarantine",
  "creates-stopped",
  "recovered",
  "run-differences",
  "run-ended",
  "scope-shrunk",
] as const;

/** One of {@link NOTIFICATION_KINDS}. */
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** Why something is told, in the administrator's terms; without secrets and without mobile numbers. */
export interface NotificationReason {
  /** The vendor's code, or a word of ours; decides whether the same thing is told again. */
  code: string;
  message: string;
  /** What an administrator can do about it. */
  remedy?: string;
  /** The same two in Simplified Chinese. */
  zh?: { message: string; remedy?: string };
}

/** What a notification is about, where it is about one thing. */
export interface NotificationSubject {
  type: "User" | "Group" | "Run" | "Delivery";
  id: string;
}

/** A notification as it is stored. */
export interface Notification {
  tenantId: string;
  /** Begins with the time, so that the order of ids is that of the notifications. */
  id: string;
  connectionId: string;
  kind: NotificationKind;
  subject: NotificationSubject | null;
  reason: NotificationReason;
  /** Counts that belong to it, e.g. `{ held: 30, limit: 10 }`. */
  numbers: Record<string, number>;
  /** How often the same happened in the quiet interval after it, without being told again. */
  repeats: number;
  correlationId: string | null;
  createdAt: Date;
  /** When it, or a repetition of it, happened last. */
  lastAt: Date;
}
