import type { Clock } from "../platform/clock.js";
import { cutToWidth } from "./text-table.js";

/** Where progress is written: a terminal, or a file or pipe that has no `columns`. */
export interface ProgressOutput {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** Tells a watcher what is going on. */
export interface Progress {
  /** A line that stays. */
  say(line: string): void;
  /** The state of the work at this moment; replaces the state shown before. */
  show(line: string): void;
}

/** Without a terminal a state is worth a line of its own only this often, in milliseconds. */
const PLAIN_INTERVAL_MS = 3_000;
const DEFAULT_COLUMNS = 80;
const CLEAR_LINE = "\r\u001b[2K";

/**
 * On a terminal the state is one line that is written over again and again; elsewhere it is an ordinary line every
 * few seconds, so that a log of the run stays short.
 */
export function createProgress(output: ProgressOutput, clock: Clock): Progress {
  if (output.isTTY !== true) {
    let nextAt = 0;
    return {
      say: (line) => void output.write(`${line}\n`),
      show(line) {
        const now = clock.now().getTime();
        if (now < nextAt) return;
        nextAt = now + PLAIN_INTERVAL_MS;
        output.write(`  ${line}\n`);
      },
    };
  }
  let shown = "";
  return {
    say(line) {
      output.write(`${shown === "" ? "" : CLEAR_LINE}${line}\n`);
      shown = "";
    },
    show(line) {
      // One column stays free: a line as wide as the terminal would wrap and could not be written over.
      const text = cutToWidth(`  ${line}`, (output.columns ?? DEFAULT_COLUMNS) - 1);
      if (text === shown) return;
      output.write(CLEAR_LINE + text);
      shown = text;
    },
  };
}
